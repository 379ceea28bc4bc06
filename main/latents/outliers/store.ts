/** The index of outliers on disk, beside the shards: `outliers.json` and, written before it, `outliers.safetensors`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assertThat, isStudioError } from '../../base/errors.ts';
import { withFileErrors } from '../../storage/files.ts';
import { readJson, writeJson } from '../../storage/json.ts';
import type { JsonFormat } from '../../storage/json.ts';
import { readSafetensors, writeSafetensors } from '../../storage/safetensors.ts';
import { outlierFactsSchema } from '../outlier-schema.ts';
import type { OutlierFacts } from '../outlier-schema.ts';
import type { OutlierIndexData, OutlierNumbers } from './assemble.ts';

const format: JsonFormat<OutlierFacts> = { version: 1, schema: outlierFactsSchema };
const factsFile = (folder: string): string => join(folder, 'outliers.json');
const numbersFile = (folder: string): string => join(folder, 'outliers.safetensors');

/** Whole numbers from here on are not all float32. */
const mostExact = 2 ** 24;

/** How many numbers of each kind there are. */
function lengthsOf({ pictures, shape, indexed }: OutlierFacts): Readonly<Record<keyof OutlierNumbers, number>> {
  return {
    ...{ values: indexed, pictures: indexed, elements: indexed },
    ...{ order: pictures, inner: pictures, outer: pictures, worst: pictures, worstElements: pictures },
    cells: shape[0] * shape[1] * shape[2],
  };
}

export async function writeOutliers(folder: string, { facts, numbers }: OutlierIndexData): Promise<void> {
  const lengths = lengthsOf(facts);
  assertThat(
    Math.max(facts.pictures, lengths.cells) < mostExact,
    `fewer than ${mostExact} pictures and elements`,
    facts,
  );
  // Old facts would speak of other numbers.
  await withFileErrors(factsFile(folder), () => rm(factsFile(folder), { force: true }));
  await writeSafetensors(
    numbersFile(folder),
    Object.entries(numbers).map(([name, data]: [string, Float32Array]) => ({ name, shape: [data.length], data })),
  );
  await writeJson(factsFile(folder), format, facts);
}

const unusable = ['storage.damaged', 'storage.notFound', 'storage.tensorType', 'storage.newerVersion'] as const;

/** The index of a set; undefined when there is none, or none that can be used: it can be made again from the shards. */
export async function readOutliers(folder: string): Promise<OutlierIndexData | undefined> {
  try {
    const facts = await readJson(factsFile(folder), format);
    if (!facts) return undefined;
    const { tensors } = await readSafetensors(numbersFile(folder));
    const lengths = Object.entries(lengthsOf(facts));
    if (lengths.some(([name, length]) => tensors.get(name)?.data.length !== length)) return undefined;
    const numbers = Object.fromEntries(lengths.map(([name]) => [name, tensors.get(name)!.data]));
    const data = { facts, numbers: numbers as unknown as OutlierNumbers };
    return isSound(data) ? data : undefined;
  } catch (thrown) {
    if (unusable.some((code) => isStudioError(thrown, code))) return undefined;
    throw thrown;
  }
}

/** Whether every number is one that it can be: nothing is looked up outside of what there is. */
function isSound({ facts, numbers }: OutlierIndexData): boolean {
  const { pictures, shape } = facts;
  const isBelow = (most: number) => (value: number) => Number.isInteger(value) && value >= 0 && value < most;
  const elements = shape[0] * shape[1] * shape[2];
  return (
    facts.channels.length === shape[0] &&
    [numbers.pictures, numbers.order].every((list) => list.every(isBelow(pictures))) &&
    [numbers.elements, numbers.worstElements].every((list) => list.every(isBelow(elements))) &&
    [numbers.inner, numbers.outer].every((list) => list.every(isBelow(elements + 1))) &&
    numbers.cells.every(isBelow(pictures + 1)) &&
    [numbers.values, numbers.worst].every((list) => list.every(Number.isFinite))
  );
}
