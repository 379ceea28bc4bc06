/** Classes of a run: how many its network is told, which ones they are, and the one-hot rows that tell it. */
import { assertThat, studioError } from '../base/errors.ts';
import { fillUniform } from '../base/random.ts';
import type { NetworkConfig } from '../models/network.ts';
import type { RunClass, RunConfig } from './schema.ts';

type Classes = RunConfig['classes'];

/** Classes besides the null class; 0 for a run without classes. Their number must be known: `resolveClasses` comes first. */
export function classCount({ classes }: { readonly classes: Classes }): number {
  if (classes.kind === 'none') return 0;
  assertThat(classes.count !== 'auto', 'a run whose number of classes is known');
  return classes.count;
}

/** The network of a run, with the classes that it is told. */
export const networkOf = (config: RunConfig): NetworkConfig => ({ ...config.network, classes: classCount(config) });

/** The configuration with the number of classes that it will have with these. Throws `run.noClasses`, `run.otherClasses`. */
export function resolveClasses(config: RunConfig, found: readonly Pick<RunClass, 'name'>[]): RunConfig {
  const { classes } = config;
  if (classes.kind === 'none') return config;
  const names = found.map(({ name }) => name);
  if (names.length < 2) throw studioError('run.noClasses', { found: names });
  if (classes.count !== 'auto' && classes.count !== names.length)
    throw studioError('run.otherClasses', { asked: classes.count, found: names });
  return { ...config, classes: { ...classes, count: names.length } };
}

/** For trying a configuration without its data: as few classes as there can be, where their number is left to the data. */
export const withAnyClasses = (config: RunConfig): RunConfig =>
  config.classes.kind === 'folders' && config.classes.count === 'auto'
    ? { ...config, classes: { ...config.classes, count: 2 } }
    : config;

/** One-hot rows [labels, count + 1]; a label of −1 or null is the null class, the last column. */
export function oneHot(labels: ArrayLike<number | null>, count: number): Float32Array {
  const rows = new Float32Array(labels.length * (count + 1));
  for (let b = 0; b < labels.length; b++) {
    const label = labels[b] ?? -1;
    assertThat(label < count, `a class below ${count}`, label);
    rows[b * (count + 1) + (label < 0 ? count : label)] = 1;
  }
  return rows;
}

/**
 * Labels of step k (from 0) with some of them taken away, in place, each with the probability `dropout`: what the network learns
 * about pictures without a class, guidance needs. A sequence of its own, so that noise and order are those of a run without.
 *
 * Source  Ho & Salimans, 2022, Classifier-Free Diffusion Guidance, Algorithm 1, arXiv:2207.12598
 */
export function dropLabels(labels: Int32Array, dropout: number, seed: number, k: number): void {
  const draws = new Float64Array(labels.length);
  fillUniform(draws, { seed, stream: 'classDropout', index: k });
  draws.forEach((u, b) => {
    if (u < dropout) labels[b] = -1;
  });
}

/** A class for each of `pictures` samples (null for none), in the shares of the training pictures, of which there are `total`. */
export function classesInShares(pictures: number, classes: readonly RunClass[], total: number): (number | null)[] {
  const ends: number[] = [];
  for (const { pictures: own } of classes) ends.push((ends.at(-1) ?? 0) + own);
  return Array.from({ length: pictures }, (_, i) => {
    const index = ends.findIndex((end) => ((i + 0.5) / pictures) * total < end);
    return index < 0 ? null : index;
  });
}
