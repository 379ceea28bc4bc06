/** A small VAE with random weights, and pictures of noise for it. */
import { Random } from '../../main/base/random.ts';
import type { UsedPicture } from '../../main/datasets/schema.ts';
import { createCpuDevice } from '../../main/engine/cpu-device.ts';
import type { Device } from '../../main/engine/contract.ts';
import { localDevice } from '../../main/engine/local-device.ts';
import { autoencoderOf } from '../../main/models/autoencoder.ts';
import type { AutoencoderConfig } from '../../main/models/autoencoder.ts';
import { initialise } from '../../main/models/parameters.ts';
import type { Vae } from '../../main/vae/vae.ts';

/** Each block mixes neighbouring cells, so that a cell sees one cell further. */
export function tinyVae(changes: Partial<Vae> = {}): Vae {
  const config: AutoencoderConfig = {
    ...{ kind: 'cells' as const, reduction: 4, latentChannels: 2 },
    ...{ width: 8, encoderBlocks: 1, decoderBlocks: 1 },
  };
  const { encoderSpecs, decoderSpecs } = autoencoderOf(config);
  return {
    ...{ name: 'tiny', title: 'Tiny VAE', hash: 'tiny', config },
    parameters: initialise([...encoderSpecs, ...decoderSpecs], 1),
    ...{ latentChannels: 2, reduction: 4, hasPosterior: true, needsFullPrecision: false },
    ...changes,
  };
}

/** Rows of pictures whose ids are in the order of their numbers. */
export const noisePictures = (count: number, size: number): UsedPicture[] =>
  Array.from({ length: count }, (_, i) => {
    // The first digits of an id are what its random sequence is named by.
    const id = (i * 16 + 1).toString(16).padStart(8, '0').padEnd(16, '0');
    const file = `dataset/images/${id}.png`;
    return { kind: 'used', id, source: `picture ${i}.png`, file, width: size, height: size, format: 'png', bytes: 1 };
  });

const known = new Map<string, Uint8Array>();

/** Noise of its own for every picture, RGB. */
export function noisePixels({ id }: Pick<UsedPicture, 'id'>, size: number): Uint8Array {
  const name = `${id} ${size}`;
  const random = new Random({ seed: 3, stream: 'test', index: parseInt(id.slice(0, 8), 16) });
  const pixels = known.get(name) ?? Uint8Array.from({ length: 3 * size * size }, () => 256 * random.uniform());
  known.set(name, pixels);
  return pixels;
}

/** A device that takes any program for an encoder of 2 channels that reads every fourth pixel: quick, where it does not matter what a latent is. */
export function readingDevice(): Device {
  return localDevice({
    ...createCpuDevice(1),
    load: () => ({ nodes: 0, milliseconds: 0 }),
    unload: () => ({}),
    run: ({ inputs }) => {
      const { shape, data } = inputs['x']!;
      const [rows, , side] = shape as [number, number, number, number];
      const cells = side / 4;
      const mean = Float32Array.from({ length: rows * 2 * cells * cells }, (_, i) => {
        const [plane, cell] = [Math.floor(i / (cells * cells)), i % (cells * cells)];
        const at = 4 * Math.floor(cell / cells) * side + 4 * (cell % cells);
        return data[(3 * Math.floor(plane / 2) + (plane % 2)) * side * side + at]!;
      });
      return { mean: { dtype: 'float32', shape: [rows, 2, cells, cells], data: mean } };
    },
  });
}
