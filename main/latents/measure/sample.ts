/** A small sample of the rows, from which the plan of each channel is made where the set is too large to be read three times. */
import { planFromSample } from './plan.ts';
import type { ScanPlan } from './plan.ts';
import { dimensionsOf } from './rows.ts';
import type { Rows } from './rows.ts';

/** Groups of rows that lie together, because a disk gives them at once; every sixteenth group belongs to the same part. */
const groups = 128;
const parts = 16;
const mostRowsPerGroup = 8;
/** Of a group of more than one row. */
const mostValuesPerGroup = 2 ** 15;
/** Of each channel and part, about. */
const valuesPerPart = 8192;

/** The plan of each channel; undefined for one of which the sample tells too little. */
export async function planBySample(rows: Rows): Promise<(ScanPlan | undefined)[]> {
  const [channels, height, width] = rows.shape;
  const positions = height * width;
  const rowsPerGroup = Math.max(
    1,
    Math.min(mostRowsPerGroup, Math.floor(mostValuesPerGroup / dimensionsOf(rows.shape))),
  );
  const step = Math.max(1, Math.floor((positions * rowsPerGroup * groups) / (parts * valuesPerPart)));
  const values = Array.from({ length: channels }, () => Array.from({ length: parts }, (): number[] => []));
  const sample = await rows.sample(groups, rowsPerGroup);
  sample.forEach((group, g) => {
    for (let at = 0, channel = 0; at < group.length; at += positions, channel = (channel + 1) % channels)
      for (let i = at; i < at + positions; i += step) values[channel]![g % parts]!.push(group[i]!);
  });
  return values.map((ofChannel) => planFromSample(ofChannel.map((part) => Float32Array.from(part))));
}
