/**
 * What training saw of its own residuals: some samples of some steps of each stage, as the steps computed them anyway. Which steps,
 * follows from the plan alone, so that a resumed run leaves the rows of one that was never stopped.
 */
import type { Batch } from '../batch.ts';
import type { SideRecord } from '../loop.ts';
import { objectiveOf } from '../objectives/index.ts';
import { sheetSteps } from '../schedule.ts';
import type { RunConfig } from '../schema.ts';
import { placedStages } from '../stages.ts';
import type { StepReport } from '../trainer.ts';
import { residualFile } from './rows.ts';
import type { ResidualRow } from './schema.ts';

/** So many steps of a stage, evenly spread, and so many samples of each: 4,096 of a stage at most. */
const rowsPerStage = 64;
const samplesPerRow = 64;

/** More digits than a chart or a percentage needs, in a third of the bytes. */
const digits = 6;
const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toPrecision(digits)));

/** The steps (counted from 1) of a run that are recorded. */
export const recordedSteps = (config: RunConfig, totalSteps: number): ReadonlySet<number> =>
  new Set(
    placedStages(config, totalSteps).flatMap(({ begin, steps }) =>
      Array.from(sheetSteps(steps, rowsPerStage), (step) => begin + step),
    ),
  );

/** The record of a run of so many steps; undefined where the objective has no teacher. */
export function residualRecord(config: RunConfig, totalSteps: number): SideRecord<Batch, StepReport> | undefined {
  if (!objectiveOf(config).teaching) return undefined;
  const recorded = recordedSteps(config, totalSteps);
  return {
    file: residualFile,
    row({ residuals }, { inputs }, step): ResidualRow | undefined {
      if (!residuals || !recorded.has(step)) return undefined;
      // Rows are in random order, so the first are as good as any.
      const rows = Array.from(residuals.subarray(0, samplesPerRow));
      return {
        step,
        r: rounded(rows.map((meanSquare) => Math.sqrt(meanSquare))),
        sigma: rounded(rows.map((_, b) => inputs['t.sigma']![b]!)),
        // The inputs are divided by the size of the batch, for its mean.
        weight: rounded(rows.map((_, b) => inputs['pairWeights']![b]! * residuals.length)),
      };
    },
  };
}
