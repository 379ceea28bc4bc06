/** The distribution of any values, as latents' channels have theirs: for what fits into memory at once. */
import { FirstPass, SecondPass, ThirdPass } from './channel-statistics.ts';
import type { ChannelStatistics } from './schema.ts';

export type Distribution = Omit<ChannelStatistics, 'channel'>;

/** Statistics of at least one value; all must be finite. */
export function distributionOf(values: Float32Array): Distribution {
  const first = new FirstPass();
  first.add(values);
  const second = new SecondPass(first);
  second.add(values);
  const third = new ThirdPass(second);
  third.add(values);
  const { channel: _, ...distribution } = third.statistics(0);
  return distribution;
}
