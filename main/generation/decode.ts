/** Latents to pictures, through the VAE's decoder on the device. */
import type { Device } from '../engine/contract.ts';
import { denormalise } from '../latents/normalise.ts';
import type { Normalisation } from '../latents/store.ts';
import { fromPlanes } from '../vae/pixels.ts';
import { decoderGraph } from '../vae/vae.ts';
import type { Vae } from '../vae/vae.ts';
import type { LatentShape } from '../models/network.ts';

export interface Decoder {
  /** Side of the pictures in pixels. */
  readonly size: number;
  /** RGB bytes of each picture, from normalised latents. */
  decode(latents: Float32Array): Promise<Uint8Array[]>;
  release(): Promise<void>;
}

export async function createDecoder(
  device: Device,
  vae: Vae,
  shape: LatentShape,
  normalisation: Normalisation,
  batch: number,
  name: string,
): Promise<Decoder> {
  const program = `decode ${name}`;
  const [channels, height, width] = shape;
  const size = height * vae.reduction;
  const dimensions = channels * height * width;
  await device.load({ program, graph: decoderGraph(vae, batch, height, width) });
  return {
    size,
    async decode(latents) {
      const count = latents.length / dimensions;
      const raw = denormalise(latents, normalisation);
      const pictures: Uint8Array[] = [];
      for (let start = 0; start < count; start += batch) {
        const z = new Float32Array(batch * dimensions);
        z.set(raw.subarray(start * dimensions, (start + batch) * dimensions));
        const { x } = await device.run({
          program,
          inputs: { z: { dtype: 'float32', shape: [batch, ...shape], data: z } },
        });
        for (let i = 0; i < Math.min(batch, count - start); i++)
          pictures.push(fromPlanes(x!.data as Float32Array, 3 * size * size * i, size * size));
      }
      return pictures;
    },
    release: async () => {
      await device.unload({ program });
    },
  };
}
