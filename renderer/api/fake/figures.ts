/** Figures of the fake that look like real ones: statistics of latents with heavy tails, metrics of a run. */
import { Random } from '../../../main/base/random.ts';
import type { ChannelStatistics, LatentStatistics, MetricsRow, RunConfig } from '../studio.ts';

/** Mostly a bell curve, and now and then a value from a much wider one. */
function heavyTailed(random: Random, mean: number, std: number): number {
  return mean + std * random.normal(0, random.uniform() < 0.025 ? 3.2 : 1);
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

function channelStatistics(channel: number, n: number): ChannelStatistics {
  const random = new Random({ seed: 7, stream: 'test', index: channel });
  const values = Float64Array.from({ length: 24_000 }, () =>
    heavyTailed(random, 0.4 * channel - 0.5, 1 + 0.35 * channel),
  );
  return { channel, ...distributionOf(values, n) };
}

/** The distribution of `n` values, of which these stand for all. Sorts them. */
export function distributionOf(values: Float64Array, n: number): Omit<ChannelStatistics, 'channel'> {
  values.sort();
  const drawn = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / drawn;
  const moment = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / drawn;
  const std = Math.sqrt(moment(2));
  const [q1, q3] = [quantile(values, 0.25), quantile(values, 0.75)];
  const fences = (factor: number): [number, number] => [q1 - factor * (q3 - q1), q3 + factor * (q3 - q1)];
  const [inner, outer] = [fences(1.5), fences(3)];
  const beyond = ([low, high]: [number, number]) => values.filter((value) => value < low || value > high);
  const inside = values.filter((value) => value >= inner[0] && value <= inner[1]);
  const outliers = beyond(inner);
  // As wide as nearly all values, so that the rest has to be said in words.
  const [from, to] = [mean - 9 * std, mean + 9 * std];
  const counts = new Array<number>(80).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value - from) / (to - from)) * counts.length);
    if (bin >= 0 && bin < counts.length) counts[bin]! += 1;
  }
  return {
    n,
    mean,
    std,
    min: values[0]!,
    q1,
    median: quantile(values, 0.5),
    q3,
    max: values.at(-1)!,
    mad: quantile(values.map((value) => Math.abs(value - quantile(values, 0.5))).sort(), 0.5),
    orderError: 0,
    kurtosis: moment(4) / std ** 4 - 3,
    innerFences: inner,
    outerFences: outer,
    innerShare: outliers.length / drawn,
    outerShare: beyond(outer).length / drawn,
    whiskers: [inside[0]!, inside.at(-1)!],
    outlierSample: Array.from(outliers.filter((_, i) => i % Math.ceil(outliers.length / 300) === 0)),
    outlierCount: Math.round((outliers.length / drawn) * n),
    histogram: {
      from,
      to,
      counts: counts.map((count) => Math.round((count / drawn) * n)),
      below: Math.round((values.filter((value) => value < from).length / drawn) * n),
      above: Math.round((values.filter((value) => value > to).length / drawn) * n),
    },
  };
}

export function latentStatistics(pictures: number, side: number): LatentStatistics {
  return {
    pictures,
    shape: [4, side, side],
    channels: [0, 1, 2, 3].map((channel) => channelStatistics(channel, pictures * side * side)),
    normalisedStd: 0.5,
    constantElements: 0,
  };
}

/** Doublings of the noise levels in a run; undefined for ways of learning without stages. */
function stagesIn({
  objective,
}: RunConfig): { readonly s0: number; readonly s1: number; readonly stages: number } | undefined {
  if (objective.kind !== 'consistency') return undefined;
  const { s0, s1 } = objective.curriculum;
  return { s0, s1, stages: Math.max(1, Math.round(Math.log2(s1 / s0)) + 1) };
}

/** Rows `from` + 1 … `to` of a run's metrics; the same rows however they are asked for. */
export function metricsRows(config: RunConfig, steps: number, from: number, to: number): MetricsRow[] {
  const staged = stagesIn(config);
  const stages = staged?.stages ?? 1;
  return Array.from({ length: to - from }, (_, i) => {
    const step = from + i + 1;
    const random = new Random({ seed: config.seed, stream: 'test', index: step });
    const stage = Math.min(stages - 1, Math.floor((stages * (step - 1)) / steps));
    const inStage = step - Math.floor((stage * steps) / stages);
    const level = (0.9 + 1.6 / (1 + inStage / 40) + 5 / (1 + step / 60)) * 1.5 ** -stage;
    const spike = random.uniform() < 0.004 ? random.uniform(2, 4) : 1;
    const bad = step === Math.floor(steps * 0.42);
    const loss = bad ? null : level * spike * Math.exp(random.normal(0, 0.13));
    const skipped = step >= Math.floor(steps * 0.42) ? 1 : 0;
    return {
      step,
      loss,
      ...(staged && {
        consistencyLoss: loss === null ? null : 0.72 * loss,
        diffusionLoss: loss === null ? null : 0.28 * loss,
        levels: Math.min(staged.s1, staged.s0 * 2 ** stage) + 1,
        c: 0.3 / 2 ** stage,
      }),
      gradNorm: loss === null ? null : 0.8 * loss * Math.exp(random.normal(0, 0.2)),
      learningRate: config.optimiser.learningRate,
      stepSeconds: 0.115 * (1 + Math.abs(random.normal(0, 0.06))) + (random.uniform() < 0.006 ? 0.2 : 0),
      seconds: 0.122 * step,
      skipped,
    };
  });
}
