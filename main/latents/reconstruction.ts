/** How well a VAE gives pictures back: the ceiling for everything trained on its latents. */
import type { Device } from '../engine/contract.ts';
import { fromPlanes, psnr, toPlanes } from '../vae/pixels.ts';
import { decoderGraph, encoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';

/** Pictures (RGB bytes, size × size) through encoder mean and decoder; PSNR in dB of each, in order. */
export async function reconstructionPsnr(
  device: Device,
  vae: Vae,
  pictures: readonly Uint8Array[],
  size: number,
): Promise<number[]> {
  const batch = 16;
  const side = size / vae.reduction;
  await device.load({ program: 'reconstruction encode', graph: encoderGraph(vae, batch, size) });
  await device.load({ program: 'reconstruction decode', graph: decoderGraph(vae, batch, side) });
  const planes = 3 * size * size;
  const scores: number[] = [];
  for (let start = 0; start < pictures.length; start += batch) {
    const part = pictures.slice(start, start + batch);
    const x = new Float32Array(batch * planes);
    part.forEach((rgb, i) => toPlanes(rgb, x, i * planes));
    const { mean } = await device.run({
      program: 'reconstruction encode',
      inputs: { x: { dtype: 'float32', shape: [batch, 3, size, size], data: x } },
    });
    const decoded = await device.run({ program: 'reconstruction decode', inputs: { z: mean! } });
    const values = decoded['x']!.data as Float32Array;
    part.forEach((rgb, i) => scores.push(psnr(rgb, fromPlanes(values, i * planes, size * size))));
  }
  await device.unload({ program: 'reconstruction encode' });
  await device.unload({ program: 'reconstruction decode' });
  return scores;
}
