/** The loss lens: what each loss makes of a run's own residuals, whatever it trains with. */
import {
  influences,
  mostSuppressed,
  residualQuantile,
  robustLossNames,
  sortResiduals,
  suppressedShare,
  topShares,
} from '../../consistency/influence.ts';
import type { SortedResiduals } from '../../consistency/influence.ts';
import type { RobustLoss } from '../../consistency/loss.ts';
import type { RunConfig, RunPlan } from '../schema.ts';
import { placedStages } from '../stages.ts';
import type { ResidualLens, ResidualRow, StoredResiduals } from './schema.ts';
import { ownLoss, stageAt, stageSchedule } from './stage.ts';

type Run = { readonly config: RunConfig; readonly plan: RunPlan };

/** Residuals to look at, and the step (from 0) whose c they had. */
export interface LensSource {
  readonly of: ResidualLens['of'];
  readonly k: number;
  readonly residuals: SortedResiduals;
}

/** λ of each sample of a measurement, multiplied by what its picture counts. */
export const sampleWeights = ({ measurement: { pairs, pictures }, counts }: StoredResiduals): number[] =>
  pairs.flatMap(({ weight }) => Array.from({ length: pictures }, (_, picture) => weight * (counts?.[picture] ?? 1)));

/** Samples of a measurement; each discretisation step counts as often as training draws it. */
export function measuredSource({ plan }: Run, stored: StoredResiduals): LensSource {
  const { measurement, r } = stored;
  const { step, pairs, pictures } = measurement;
  return {
    of: { origin: 'measurement', step, samples: r.length },
    k: Math.min(step, plan.steps - 1),
    residuals: sortResiduals({
      r,
      weight: sampleWeights(stored),
      share: pairs.flatMap(({ share }) => new Array<number>(pictures).fill(share)),
    }),
  };
}

/** Samples that training recorded in the last stage that it has rows of; undefined of no rows. They are drawn as training draws. */
export function recordedSource({ config, plan }: Run, rows: readonly ResidualRow[]): LensSource | undefined {
  const last = rows.at(-1);
  if (!last) return undefined;
  const { begin = 0 } = placedStages(config, plan.steps).findLast((stage) => stage.begin < last.step) ?? {};
  const own = rows.filter(({ step }) => step > begin);
  const r = own.flatMap((row) => row.r);
  return {
    of: { origin: 'training', step: last.step, samples: r.length },
    k: last.step - 1,
    residuals: sortResiduals({ r, weight: own.flatMap((row) => row.weight), share: r.map(() => 1) }),
  };
}

/** The parts of the samples whose share of the update is told. */
const tops = [0.001, 0.01, 0.1] as const;
const curvePoints = 129;
const bins = 48;

const byLoss = <T>(value: (loss: RobustLoss) => T): Record<RobustLoss, T> =>
  Object.fromEntries(robustLossNames.map((loss) => [loss, value(loss)])) as Record<RobustLoss, T>;

/** `count` values from `from` to `to`, evenly spread on a logarithmic axis. */
const logarithmic = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));

/** The r that are drawn: those of the samples, and where the curves bend at each of these c; never 0. */
function range({ r }: SortedResiduals, cs: readonly number[]): { from: number; to: number } {
  const least = r.find((value) => value > 0) ?? Infinity;
  return {
    from: Math.min(least, ...cs.map((c) => c / 2)),
    to: Math.max(r.at(-1) ?? 0, ...cs.map((c) => 4 * c)),
  };
}

function histogramOf({ r, share }: SortedResiduals): ResidualLens['histogram'] {
  const from = r.find((value) => value > 0) ?? 1;
  const to = r.at(-1) || 1;
  const shares = new Array<number>(bins).fill(0);
  let zero = 0;
  const width = Math.log(to / from) / bins;
  for (let i = 0; i < r.length; i++) {
    if (r[i] === 0) {
      zero += share[i]!;
      continue;
    }
    const bin = width === 0 ? 0 : Math.min(bins - 1, Math.max(0, Math.floor(Math.log(r[i]! / from) / width)));
    shares[bin] = shares[bin]! + share[i]!;
  }
  return { from, to, shares, zero };
}

/** The lens at `c`; where none is given at the run's own, or, of a run without one, at the median residual. */
export function lensOf({ config, plan }: Run, { of, k, residuals }: LensSource, asked?: number): ResidualLens {
  const { c: cNow } = stageAt(config, plan, k);
  const c = asked ?? (cNow || residualQuantile(residuals, 0.5) || 1);
  const schedule = stageSchedule(config, plan);
  const { from, to } = range(residuals, [c, ...schedule.map((stage) => stage.c).filter((each) => each > 0)]);
  const r = logarithmic(from, to, curvePoints);
  return {
    of,
    loss: ownLoss(config) ?? 'l2',
    c,
    cNow,
    schedule,
    losses: robustLossNames.map((loss) => {
      const shares = topShares(residuals, loss, c, tops);
      const suppressed = suppressedShare(residuals, loss, c);
      return {
        loss,
        topShare: tops.map((top, i) => ({ top, share: shares[i]! })),
        suppressed,
        warning: suppressed > mostSuppressed,
      };
    }),
    curve: {
      r,
      psi: byLoss((loss) => r.map((each) => influences[loss].pull(each, c))),
      slope: byLoss((loss) => influences[loss].slope(c)),
      peak: byLoss((loss) => {
        const peak = influences[loss].peak(c);
        return Number.isFinite(peak) ? peak : null;
      }),
    },
    histogram: histogramOf(residuals),
  };
}
