/** A VAE's training run as the loop drives it. */
import { learningRateAfter } from '../training/breakdowns.ts';
import { orNull } from '../training/loop.ts';
import type { LoopTask } from '../training/loop.ts';
import { sheetSteps } from '../training/schedule.ts';
import type { VaeBatch, VaeReport, VaeTrainer } from '../vae/trainer.ts';
import { klWeightAt, learningRateAt, quietSteps } from '../vae/training-plan.ts';
import type { VaeMetricsRow, VaeTrainingConfig } from '../vae/training-schema.ts';

/** Steps that may be rolled back before the learning rate halves. */
const nonFiniteLimit = 100;

export type VaeTask = LoopTask<VaeBatch, VaeReport, VaeMetricsRow>;

export function vaeTask(config: VaeTrainingConfig, steps: number, trainer: VaeTrainer): VaeTask {
  const quiet = quietSteps(config, steps);
  return {
    steps,
    schedule: {
      sheets: sheetSteps(steps, config.sampleSheets),
      checkpointMs: config.checkpointMinutes * 60_000,
      nonFiniteLimit,
    },
    burst: () => trainer.burst,
    make: (asked) =>
      trainer.steps(
        asked.map((step) => ({
          ...step,
          klWeight: klWeightAt(config, steps, step.update),
          adversarial: step.update > quiet,
        })),
      ),
    read: () => trainer.read(),
    learningRate: (update, halvings) => learningRateAfter(learningRateAt(config, steps, update), halvings),
    row: (report, _batch, at) => ({
      ...at,
      loss: orNull(report.loss),
      l1: orNull(report.l1),
      structure: orNull(report.structure),
      kl: orNull(report.kl),
      klWeight: klWeightAt(config, steps, at.step),
      psnr: orNull(report.psnr),
      ...(report.adversarial === undefined ? {} : { adversarial: orNull(report.adversarial) }),
      ...(report.discriminatorLoss === undefined ? {} : { discriminatorLoss: orNull(report.discriminatorLoss) }),
      gradNorm: orNull(report.gradNorm),
    }),
  };
}
