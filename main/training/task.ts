/** A latent consistency model's run as the loop drives it. */
import type { Batch } from './batch.ts';
import { learningRateAfter } from './breakdowns.ts';
import { orNull } from './loop.ts';
import type { LoopTask } from './loop.ts';
import { residualRecord } from './residuals/record.ts';
import { scheduleOf } from './schedule.ts';
import type { MetricsRow, RunConfig, RunPlan } from './schema.ts';
import type { StepReport, Trainer } from './trainer.ts';

export type RunTask = LoopTask<Batch, StepReport, MetricsRow>;

export const runTask = (config: RunConfig, { steps, emaRates }: RunPlan, trainer: Trainer): RunTask => ({
  steps,
  record: residualRecord(config, steps),
  schedule: scheduleOf(config, steps),
  burst: () => trainer.burst,
  make: (asked) => trainer.steps(asked.map((step) => ({ ...step, emaRates }))),
  read: () => trainer.read(),
  learningRate: (_update, halvings) => learningRateAfter(config.optimiser.learningRate, halvings),
  row: (report, batch, { step, learningRate, stepSeconds, seconds, skipped }) => ({
    step,
    loss: orNull(report.loss),
    ...Object.fromEntries(Object.entries(report.parts).map(([name, part]) => [name, orNull(part)])),
    gradNorm: orNull(report.gradNorm),
    ...(batch.levels === undefined ? {} : { levels: batch.levels }),
    ...(batch.c === undefined ? {} : { c: batch.c }),
    learningRate,
    stepSeconds,
    seconds,
    skipped,
  }),
});
