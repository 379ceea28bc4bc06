/** Lenses for the tests of their views, computed by the studio's own code. */
import { planRun } from '../../../../../main/training/plan.ts';
import { lensOf, recordedSource } from '../../../../../main/training/residuals/lens.ts';
import type { ResidualLens, RobustLoss } from '../../../../../renderer/api/studio.ts';
import { consistencyConfig, tinyShape } from '../../../../support/training.ts';

/** The lens of a run with a constant c of 0.1 over these residuals, of which all count alike. */
export function lensAt(
  r: readonly number[],
  { c, loss = 'cauchy' }: { c?: number; loss?: RobustLoss } = {},
): ResidualLens {
  const config = consistencyConfig({ loss, scaling: { kind: 'constant', c: 0.1 } });
  const run = { config, plan: planRun(config, tinyShape, 48, 12) };
  const row = { step: 1, r: [...r], sigma: r.map(() => 1), weight: r.map(() => 1) };
  return lensOf(run, recordedSource(run, [row])!, c);
}

/** One broken sample in a hundred, a hundred times as large as the others. */
export const broken = [...new Array<number>(990).fill(0.1), ...new Array<number>(10).fill(10)];
export const even = Array.from({ length: 1000 }, (_, i) => 0.09 + i / 50_000);
