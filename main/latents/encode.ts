/**
 * Encodes a project's pictures to latents, shard by shard. A shard is complete or absent, so a kill costs at most one;
 * running it again goes on after the last. Decoding of the next pictures overlaps the device.
 */
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { studioError } from '../base/errors.ts';
import type { UsedPicture } from '../datasets/schema.ts';
import type { Device } from '../engine/contract.ts';
import { encoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';
import { toPlanes } from '../vae/pixels.ts';
import type { LatentManifest } from './schema.ts';
import { latentsFolder, latentsKey, readManifest, writeManifest, writeShard } from './store.ts';

export interface EncodeOptions {
  readonly project: string;
  readonly pictures: readonly UsedPicture[];
  readonly datasetHash: string;
  readonly pictureSize: number;
  readonly vae: Vae;
  readonly device: Device;
  /** RGB bytes of a picture's shaped copy, size × size × 3. */
  readonly loadPixels: (picture: UsedPicture) => Promise<Uint8Array>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

const picturesPerShard = 512;
/** About 130,000 pixels at once keep the CPU's matrix products busy; more only costs memory. */
const batchFor = (size: number): number => Math.max(1, Math.min(32, Math.floor(131_072 / (size * size))));

/** Encodes what is missing. The returned manifest lists every picture; statistics are still to be made. */
export async function encodePictures(options: EncodeOptions): Promise<LatentManifest> {
  const { project, pictures, vae, pictureSize, device, signal, onProgress } = options;
  const key = latentsKey({ datasetHash: options.datasetHash, vaeHash: vae.hash });
  const folder = latentsFolder(project, key);
  const side = pictureSize / vae.reduction;
  const shape: LatentManifest['shape'] = [vae.latentChannels, side, side];
  let manifest: LatentManifest = (await readManifest(folder)) ?? {
    key,
    vae: { name: vae.name, hash: vae.hash },
    datasetHash: options.datasetHash,
    pictureSize,
    shape,
    precision: 'float32',
    shards: [],
    complete: false,
  };
  const done = new Set(manifest.shards.flatMap((shard) => shard.pictures));
  const missing = pictures.filter(({ id }) => !done.has(id));
  if (missing.length === 0) return manifest;

  const batch = batchFor(pictureSize);
  const program = `encode ${pictureSize}`;
  await device.load({ program, graph: encoderGraph(vae, batch, pictureSize) });
  try {
    const meter = new ProgressMeter();
    onProgress?.(meter.update(done.size, pictures.length));
    const encoder = new BatchEncoder(options, program, batch);
    for (let start = 0; start < missing.length; start += picturesPerShard) {
      const shard = missing.slice(start, start + picturesPerShard);
      const latents = await encoder.encode(shard, (count) =>
        onProgress?.(meter.update(done.size + start + count, pictures.length)),
      );
      throwIfCancelled(signal);
      const file = `shard-${String(manifest.shards.length).padStart(5, '0')}.safetensors`;
      await writeShard(folder, file, latents, [shard.length, ...shape]);
      manifest = { ...manifest, shards: [...manifest.shards, { file, pictures: shard.map(({ id }) => id) }] };
      await writeManifest(folder, manifest);
    }
  } finally {
    await device.unload({ program });
  }
  return manifest;
}

/** Runs pictures through the encoder in batches of one size, the last one filled up with black and cut. */
class BatchEncoder {
  readonly #options: EncodeOptions;
  readonly #program: string;
  readonly #batch: number;

  constructor(options: EncodeOptions, program: string, batch: number) {
    this.#options = options;
    this.#program = program;
    this.#batch = batch;
  }

  async encode(pictures: EncodeOptions['pictures'], onDone: (count: number) => void): Promise<Float32Array> {
    const { pictureSize, vae, device, signal } = this.#options;
    const dimensions = vae.latentChannels * (pictureSize / vae.reduction) ** 2;
    const latents = new Float32Array(pictures.length * dimensions);
    let next = this.#load(pictures, 0);
    for (let start = 0; start < pictures.length; start += this.#batch) {
      throwIfCancelled(signal);
      const x = await next;
      next = this.#load(pictures, start + this.#batch);
      // Awaited in the next round; a failure before that ends the job, and nobody asks for it any more.
      next.catch(() => undefined);
      const inputs = { x: { dtype: 'float32', shape: [this.#batch, 3, pictureSize, pictureSize], data: x } } as const;
      const { mean } = await device.run({
        program: this.#program,
        inputs: { x: { ...inputs.x, shape: [...inputs.x.shape] } },
      });
      const count = Math.min(this.#batch, pictures.length - start);
      const values = (mean!.data as Float32Array).subarray(0, count * dimensions);
      this.#assertFinite(values, pictures.slice(start, start + count), dimensions);
      latents.set(values, start * dimensions);
      onDone(start + count);
    }
    await next;
    return latents;
  }

  async #load(pictures: EncodeOptions['pictures'], start: number): Promise<Float32Array> {
    const { pictureSize, loadPixels } = this.#options;
    const planes = 3 * pictureSize * pictureSize;
    const x = new Float32Array(this.#batch * planes);
    await Promise.all(
      pictures.slice(start, start + this.#batch).map(async (picture, i) => {
        toPlanes(await loadPixels(picture), x, i * planes);
      }),
    );
    return x;
  }

  #assertFinite(values: Float32Array, pictures: EncodeOptions['pictures'], dimensions: number): void {
    const bad = pictures.filter((_, i) =>
      values.subarray(i * dimensions, (i + 1) * dimensions).some((value) => !Number.isFinite(value)),
    );
    if (bad.length > 0) throw studioError('latents.notFinite', { pictures: bad.map(({ source }) => source) });
  }
}
