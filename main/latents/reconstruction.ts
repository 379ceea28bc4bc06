/** How well a VAE gives pictures back: the ceiling for everything trained on its latents. */
import { studioError } from '../base/errors.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import type { Device } from '../engine/contract.ts';
import { fromPlanes, psnr, toPlanes } from '../vae/pixels.ts';
import { decoderGraph, encoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';

export interface Reconstructing {
  readonly device: Device;
  readonly vae: Vae;
  /** Side of the pictures, a multiple of the VAE's reduction. Throws `vae.doesNotFit` otherwise. */
  readonly size: number;
  readonly count: number;
  /** RGB bytes of a picture, size × size × 3. */
  readonly load: (index: number) => Promise<Uint8Array>;
  /** What a picture is called when its reconstruction is not finite. */
  readonly nameOf?: (index: number) => string;
  readonly signal?: AbortSignal | undefined;
}

/** RGB bytes of a picture and of what the VAE made of it. */
export interface Reconstructed {
  readonly index: number;
  readonly original: Uint8Array;
  readonly reconstruction: Uint8Array;
}

/** About 65,000 pixels at once: a decoder needs much memory for each. */
const batchFor = (size: number): number => Math.max(1, Math.min(16, Math.floor(65_536 / size ** 2)));

/**
 * Pictures through encoder mean and decoder, in order. The device works on the next ones while these are looked at; no more than
 * two batches are in memory. Throws `latents.notFinite` where numbers are not finite: such a picture would be shown as black.
 */
export async function* reconstruct(options: Reconstructing): AsyncGenerator<Reconstructed> {
  const { device, vae, size, count, load, signal, nameOf = String } = options;
  if (size % vae.reduction !== 0)
    throw studioError('vae.doesNotFit', { name: vae.name, reduction: vae.reduction, size });
  const batch = Math.min(count, batchFor(size));
  const [encode, decode] = ['reconstruction encode', 'reconstruction decode'];
  const planes = 3 * size ** 2;

  async function work(start: number): Promise<Reconstructed[]> {
    throwIfCancelled(signal);
    const indices = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i);
    const originals = await Promise.all(indices.map(load));
    const data = new Float32Array(batch * planes);
    originals.forEach((rgb, i) => toPlanes(rgb, data, i * planes));
    const x = { dtype: 'float32', shape: [batch, 3, size, size], data } as const;
    const { mean } = await device.run({ program: encode, inputs: { x: { ...x, shape: [...x.shape] } } });
    const values = (await device.run({ program: decode, inputs: { z: mean! } }))['x']!.data as Float32Array;
    return indices.map((index, i) => {
      const picture = values.subarray(i * planes, (i + 1) * planes);
      if (!picture.every(Number.isFinite)) throw studioError('latents.notFinite', { pictures: [nameOf(index)] });
      return { index, original: originals[i]!, reconstruction: fromPlanes(picture, 0, size ** 2) };
    });
  }

  await device.load({ program: encode, graph: encoderGraph(vae, batch, size) });
  await device.load({ program: decode, graph: decoderGraph(vae, batch, size / vae.reduction) });
  let next: Promise<Reconstructed[]> | undefined;
  try {
    next = work(0);
    for (let start = 0; start < count; start += batch) {
      const done: Reconstructed[] = await next!;
      next = start + batch < count ? work(start + batch) : undefined;
      // Awaited in the next round; a failure before that ends the work, and nobody asks for it any more.
      next?.catch(() => undefined);
      yield* done;
    }
  } finally {
    await next?.catch(() => undefined);
    await device.unload({ program: encode });
    await device.unload({ program: decode });
  }
}

/** Pictures (RGB bytes, size × size) through encoder mean and decoder; PSNR in dB of each, in order. */
export async function reconstructionPsnr(
  device: Device,
  vae: Vae,
  pictures: readonly Uint8Array[],
  size: number,
): Promise<number[]> {
  const scores: number[] = [];
  const load = (index: number) => Promise.resolve(pictures[index]!);
  for await (const { original, reconstruction } of reconstruct({ device, vae, size, count: pictures.length, load }))
    scores.push(psnr(original, reconstruction));
  return scores;
}
