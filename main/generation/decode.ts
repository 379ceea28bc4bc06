/** Latents to pictures, through the VAE's decoder on the device. */
import type { Device } from '../engine/contract.ts';
import { denormalise } from '../latents/normalise.ts';
import type { Normalisation } from '../latents/store.ts';
import { fromPlanes } from '../vae/pixels.ts';
import { inTiles, picturesAtOnce, tilingOf } from '../vae/tiles.ts';
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

/** At most `most` pictures go through the device together, fewer where they are large; pictures beyond a tile's size go in tiles. */
export async function createDecoder(
  device: Device,
  vae: Vae,
  shape: LatentShape,
  normalisation: Normalisation,
  most: number,
  name: string,
  tile?: { readonly side: number; readonly overlap: number },
): Promise<Decoder> {
  const program = `decode ${name}`;
  const [channels, height, width] = shape;
  const size = height * vae.reduction;
  const dimensions = channels * height * width;
  const tiling = tilingOf(size, vae.reduction, tile);
  const batch = tiling ? 1 : Math.min(most, picturesAtOnce(size));
  const [rows, columns] = tiling ? [tiling.tile, tiling.tile] : [height, width];
  await device.load({ program, graph: decoderGraph(vae, batch, rows, columns) });
  /** Planes of `batch` latents. */
  const run = async (z: Float32Array): Promise<Float32Array> => {
    const shape = [batch, channels, rows, columns];
    const { x } = await device.run({ program, inputs: { z: { dtype: 'float32', shape, data: z } } });
    return x!.data as Float32Array;
  };
  const planesOf = async (z: Float32Array): Promise<Float32Array> => {
    if (!tiling) return run(z);
    const cells = { cellIn: 1, cellOut: vae.reduction };
    const { x } = await inTiles({ channels, side: height, data: z }, tiling, cells, async (part) => ({
      x: await run(part),
    }));
    return x!;
  };
  return {
    size,
    async decode(latents) {
      const count = latents.length / dimensions;
      const raw = denormalise(latents, normalisation);
      const pictures: Uint8Array[] = [];
      for (let start = 0; start < count; start += batch) {
        const z = new Float32Array(batch * dimensions);
        z.set(raw.subarray(start * dimensions, (start + batch) * dimensions));
        const planes = await planesOf(z);
        for (let i = 0; i < Math.min(batch, count - start); i++)
          pictures.push(fromPlanes(planes, 3 * size * size * i, size * size));
      }
      return pictures;
    },
    release: async () => {
      await device.unload({ program });
    },
  };
}
