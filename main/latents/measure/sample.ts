/** A small sample of the rows, from which the plan of each channel is made where the set is too large to be read three times. */
import { planFromSample } from './plan.ts';
import type { ScanPlan } from './plan.ts';
import { dimensionsOf } from './rows.ts';
import type { Rows } from './rows.ts';

/** Groups of rows that lie together, because a disk gives them at once; every 32nd group belongs to the same part. */
const groups = 256;
const parts = 32;
const mostRowsPerGroup = 8;
/** Of a group of more than one row. */
const mostValuesPerGroup = 2 ** 15;
/** Of each channel and part, about. */
const valuesPerPart = 4096;

/** The plan of each channel; undefined for one of which the sample tells too little. */
export async function planBySample(rows: Rows): Promise<(ScanPlan | undefined)[]> {
  const [channels, height, width] = rows.shape;
  const positions = height * width;
  const rowsPerGroup = Math.max(
    1,
    Math.min(mostRowsPerGroup, Math.floor(mostValuesPerGroup / dimensionsOf(rows.shape))),
  );
  const step = Math.max(1, Math.floor((positions * rowsPerGroup * groups) / (parts * valuesPerPart)));
  const sample = await rows.sample(groups, rowsPerGroup);
  return Array.from({ length: channels }, (_, channel) =>
    planFromSample(
      Array.from({ length: parts }, (_part, part) => {
        const own = sample.filter((_group, g) => g % parts === part);
        return everySo(own, step, channel * positions, positions, dimensionsOf(rows.shape));
      }),
    ),
  );
}

/** Every `step`-th of the `count` values that each row of these blocks has from `offset` on. */
function everySo(
  blocks: readonly Float32Array[],
  step: number,
  offset: number,
  count: number,
  dimensions: number,
): Float32Array {
  const rows = blocks.reduce((sum, { length }) => sum + length / dimensions, 0);
  const values = new Float32Array(rows * Math.ceil(count / step));
  let next = 0;
  for (const block of blocks)
    for (let from = offset; from < block.length; from += dimensions)
      for (let i = 0; i < count; i += step) values[next++] = block[from + i]!;
  return values;
}
