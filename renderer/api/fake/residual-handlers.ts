/** The fake's answers about residuals; the lens is computed by the studio's own code. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import { tukeyFences } from '../../../main/latents/statistics.ts';
import { lensOf, measuredSource, recordedSource } from '../../../main/training/residuals/lens.ts';
import { choosePairs } from '../../../main/training/residuals/pairs.ts';
import { stageAt } from '../../../main/training/residuals/stage.ts';
import type { RunRecord } from '../studio.ts';
import { levelPairs, measurementOf, picturesMeasured, rowsUntil } from './residuals.ts';
import type { FakeWorld } from './world.ts';

type Methods = 'runs.measureResiduals' | 'runs.residuals' | 'runs.lens';

export function fakeResidualHandlers(
  world: FakeWorld,
  known: (run: string) => string,
): Pick<Handlers<StudioContract>, Methods> {
  const made = new Map<string, ReturnType<typeof measurementOf>>();
  const runOf = (id: string): RunRecord => world.project!.runs.find((run) => run.id === known(id))!;
  const measurements = (run: RunRecord) =>
    (world.measured.get(run.id) ?? []).map((step) => {
      const key = `${run.id} ${step}`;
      const one = made.get(key) ?? measurementOf(run, step, world.oddPictures);
      made.set(key, one);
      return one;
    });
  const stepOf = (run: RunRecord) => Math.max(run.step, world.rows.get(run.id)?.at(-1)?.step ?? 0);
  const rows = (run: RunRecord) => (world.measured.has(run.id) ? rowsUntil(run, stepOf(run), world.oddPictures) : []);
  const teaching = (id: string): RunRecord => {
    const run = runOf(id);
    if (run.config.objective.kind !== 'consistency') throw studioError('run.noTeacher', { run: id });
    return run;
  };
  return {
    'runs.measureResiduals': ({ run: id, checkpoint }) => {
      const run = teaching(id);
      const total = choosePairs(levelPairs(run, Math.min(stepOf(run), run.plan.steps - 1))).length * picturesMeasured;
      const start = { kind: 'residuals', title: 'Comparing student and teacher', unit: 'samples' } as const;
      return {
        job: world.start(
          { ...start, run: id, total, perSecond: 400 },
          () => undefined,
          (done) => {
            if (done < total) return;
            const steps = new Set([...(world.measured.get(id) ?? []), checkpoint ?? stepOf(run)]);
            world.measured.set(
              id,
              [...steps].sort((a, b) => a - b),
            );
          },
        ),
      };
    },
    'runs.residuals': ({ run: id }) => {
      const run = runOf(id);
      return {
        measurements: measurements(run).map(({ measurement, r }) => ({
          ...measurement,
          samples: {
            total: r.length,
            r: [...r],
            weight: Array.from(r, (_, i) => measurement.pairs[Math.floor(i / picturesMeasured)]!.weight),
            index: Array.from(r, (_, i) => measurement.pairs[Math.floor(i / picturesMeasured)]!.index),
          },
        })),
        training: rows(run).map(({ step, r }) => {
          const sorted = Float64Array.from(r).sort();
          const { q1, median, q3 } = tukeyFences(sorted);
          const { levels, c } = stageAt(run.config, run.plan, step - 1);
          const range = { min: sorted[0]!, q1, median, q3, max: sorted.at(-1)! };
          return { step, ...(levels !== undefined && { levels }), c, samples: r.length, ...range };
        }),
      };
    },
    'runs.lens': ({ run: id, c, of, checkpoint }) => {
      const run = teaching(id);
      const measured = of === 'training' ? [] : measurements(run);
      const chosen =
        checkpoint === undefined
          ? measured.at(-1)
          : measured.find(({ measurement }) => measurement.step === checkpoint);
      const source = chosen
        ? measuredSource(run, chosen)
        : of === 'measurement' || checkpoint !== undefined
          ? undefined
          : recordedSource(run, rows(run));
      return source ? lensOf(run, source, c) : null;
    },
  };
}
