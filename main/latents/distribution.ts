/** The distribution of any values, as latents' channels have theirs: for what fits into memory at once. */
import { measureChannels } from './measure/measure.ts';
import type { Rows } from './measure/rows.ts';
import type { ChannelStatistics } from './schema.ts';

export type Distribution = Omit<ChannelStatistics, 'channel'>;

/** Exact, however many there are. */
const mostExact = Number.POSITIVE_INFINITY;

/** Statistics of at least one value; all must be finite. */
export async function distributionOf(values: Float32Array): Promise<Distribution> {
  const [result] = await measureChannels(inOneRow(values), { mostExact, mostExtremes: 1 });
  const { channel: _, ...distribution } = result!.statistics;
  return distribution;
}

const inOneRow = (values: Float32Array): Rows => ({
  ...{ pictures: 1, copies: 1, shape: [1, 1, values.length] },
  async *pass(blocks) {
    const memory = await blocks.take();
    memory.set(values);
    yield { values: memory.subarray(0, values.length), firstRow: 0, memory };
  },
  sample: () => Promise.resolve([values]),
});
