/** A small VAE with random weights, and pictures of noise for it. */
import { Random } from '../../main/base/random.ts';
import type { UsedPicture } from '../../main/datasets/schema.ts';
import { autoencoderOf } from '../../main/models/autoencoder.ts';
import { initialise } from '../../main/models/parameters.ts';
import type { Vae } from '../../main/vae/vae.ts';

/** Each block mixes neighbouring cells, so that a cell sees one cell further. */
export function tinyVae(changes: Partial<Vae> = {}): Vae {
  const config = {
    ...{ kind: 'cells', reduction: 4, latentChannels: 2 },
    ...{ width: 8, encoderBlocks: 1, decoderBlocks: 1 },
  } as const;
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
