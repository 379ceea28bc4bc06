/** A VAE's encoder on a device: planes of pixels in, latents out, in the precision that was asked for. */
import { fillNormal } from '../base/random.ts';
import type { Device, TensorData } from '../engine/contract.ts';
import { mixedPrecision } from '../tensor/passes/mixed-precision.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { inTiles, picturesAtOnce, tilingOf } from '../vae/tiles.ts';
import type { Results, Tiling } from '../vae/tiles.ts';
import { encoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';
import type { EncodingOptions } from './schema.ts';

/** What float16 can hold. */
export const largestHalf = 65504;

export interface EncoderOptions extends EncodingOptions {
  readonly vae: Vae;
  readonly device: Device;
  readonly pictureSize: number;
  /** Side of a tile in pixels, and how far neighbours overlap. */
  readonly tile?: { readonly side: number; readonly overlap: number } | undefined;
  /** Rows that go through the device together, instead of as many as keep it busy. */
  readonly rows?: number | undefined;
  /** What its programs are called on the device: encoders with the same name must not be there at once. */
  readonly program?: string | undefined;
}

/** The bounds that diffusers' DiagonalGaussianDistribution gives log-variances. */
const [leastLogVariance, mostLogVariance] = [-30, 20];

/**
 * Adds the posterior's noise, z = mean + exp(logVariance/2)·ε, to the rows of one picture in place. ε depends on the picture's id alone,
 * so the same picture always gives the same latent. Ids are 64 random bits, of which 52 name the sequence.
 *
 * Source  Kingma & Welling, 2014, Auto-Encoding Variational Bayes, section 2.4, arXiv:1312.6114
 */
export function samplePosterior(mean: Float32Array, logVariance: Float32Array, id: string): void {
  const noise = new Float32Array(mean.length);
  fillNormal(noise, { seed: 0, stream: 'posterior', index: Number.parseInt(id.slice(0, 13), 16) });
  for (let i = 0; i < mean.length; i++) {
    const bounded = Math.min(mostLogVariance, Math.max(leastLogVariance, logVariance[i]!));
    mean[i] = mean[i]! + Math.exp(bounded / 2) * noise[i]!;
  }
}

/** One loaded program: batches of one size, the last one filled up with zeros and cut. */
class Program {
  readonly #options: EncoderOptions;
  readonly #name: string;
  readonly #rows: number;
  readonly #tiling: Tiling | undefined;

  constructor(options: EncoderOptions, name: string, rows: number, tiling: Tiling | undefined) {
    this.#options = options;
    this.#name = name;
    this.#rows = rows;
    this.#tiling = tiling;
  }

  /** The posterior's moments of pictures [count, 3, side, side]. The device works through runs in turn. */
  async moments(x: Float32Array): Promise<Results> {
    const { pictureSize: side, vae } = this.#options;
    const tiling = this.#tiling;
    const plane = 3 * side * side;
    const each = tiling ? plane : this.#rows * plane;
    const parts: Promise<Results>[] = [];
    for (let start = 0; start < x.length; start += each) {
      const data = x.subarray(start, start + each);
      parts.push(
        tiling
          ? inTiles({ channels: 3, side, data }, tiling, { cellIn: vae.reduction, cellOut: 1 }, (tile) =>
              this.#run(tile, tiling.tile * vae.reduction),
            )
          : this.#run(data, side),
      );
    }
    const results = await Promise.all(parts);
    return Object.fromEntries(
      Object.keys(results[0]!).map((name) => [name, joined(results.map((part) => part[name]!))]),
    );
  }

  async #run(part: Float32Array, side: number): Promise<Results> {
    const { vae, device } = this.#options;
    const rows = this.#rows;
    const data = new Float32Array(rows * 3 * side * side);
    data.set(part);
    const x: TensorData = { dtype: 'float32', shape: [rows, 3, side, side], data };
    const outputs = await device.run({ program: this.#name, inputs: { x } }, { transfer: [data.buffer] });
    const kept = (part.length / (3 * side * side)) * vae.latentChannels * (side / vae.reduction) ** 2;
    const values = Object.entries(outputs).map(([name, output]) => [
      name,
      (output.data as Float32Array).subarray(0, kept),
    ]);
    return Object.fromEntries(values) as Results;
  }

  async release(): Promise<void> {
    await this.#options.device.unload({ program: this.#name });
  }
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  if (arrays.length === 1) return arrays[0]!;
  const out = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const array of arrays) {
    out.set(array, offset);
    offset += array.length;
  }
  return out;
}

/** Latents of pictures with these ids, all copies of a picture one after another. `options.precision` is what it computes in. */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #tiling: Tiling | undefined;
  readonly #half: boolean;
  readonly #programs = new Map<'half' | 'full', Promise<Program>>();

  /** @param half whether to compute in float16 */
  constructor(options: EncoderOptions, half: boolean) {
    this.#options = options;
    this.#half = half;
    this.#tiling = tilingOf(options.pictureSize, options.vae.reduction, options.tile);
  }

  /** Loads what is needed first. */
  async load(): Promise<void> {
    await this.#program(this.#half ? 'half' : 'full');
  }

  /** Rows that go through the device together. A tile goes by itself. */
  get rowsAtOnce(): number {
    return this.#tiling ? 1 : (this.#options.rows ?? picturesAtOnce(this.#options.pictureSize));
  }
  get computesInHalf(): boolean {
    return this.#half;
  }

  /** `x`: planes of all copies of these pictures. In float32 where `again` is set. */
  async encode(ids: readonly string[], x: Float32Array, again = false): Promise<Float32Array> {
    const { posterior } = this.#options;
    const program = await this.#program(this.#half && !again ? 'half' : 'full');
    const moments = await program.moments(x);
    const [mean, logVariance] = [moments['mean']!, moments['logVariance']];
    if (posterior === 'sample' && logVariance) {
      const length = mean.length / ids.length;
      ids.forEach((id, i) => {
        const [from, to] = [i * length, (i + 1) * length];
        samplePosterior(mean.subarray(from, to), logVariance.subarray(from, to), id);
      });
    }
    return mean;
  }

  async release(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).release();
  }

  get #programSide(): number {
    return this.#tiling ? this.#tiling.tile * this.#options.vae.reduction : this.#options.pictureSize;
  }

  #program(precision: 'half' | 'full'): Promise<Program> {
    const known = this.#programs.get(precision);
    if (known) return known;
    const program = this.#load(precision);
    this.#programs.set(precision, program);
    return program;
  }

  async #load(precision: 'half' | 'full'): Promise<Program> {
    const { vae, device, program = 'encode' } = this.#options;
    const rows = this.rowsAtOnce;
    const graph = encoderGraph(vae, rows, this.#programSide);
    const name = `${program} ${this.#programSide} ${precision}`;
    await device.load({ program: name, graph: precision === 'half' ? mixedPrecision(optimise(graph)) : graph });
    return new Program(this.#options, name, rows, this.#tiling);
  }
}
