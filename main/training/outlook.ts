/** What a run will do, before it starts: steps, stages, epochs, averages and time, as far as they can be known. */
import { emaHalfLife, emaRate } from '../optim/ema.ts';
import type { RunData, RunOutlook } from './outlook-schema.ts';
import { lengthInSteps, stepsFor } from './plan.ts';
import type { RunConfig } from './schema.ts';
import { stagesOf } from './stages.ts';

function averageOf(average: RunConfig['averages'][number], steps: number | undefined): RunOutlook['averages'][number] {
  if (average.kind === 'rate')
    return { rate: average.rate, halfLife: average.rate === 0 ? 0 : emaHalfLife(average.rate) };
  if (steps === undefined) return {};
  const halfLife = Math.max(1, average.share * steps);
  return { rate: emaRate(halfLife), halfLife };
}

/** `step`: the measured seconds of a step, where there are such. */
export function outlookOf(config: RunConfig, data: RunData, step: RunOutlook['step']): RunOutlook {
  const { length, batchSize } = config;
  const latents = data.trainingPictures * (data.copies ?? 1);
  const sure = lengthInSteps(config, latents);
  const estimated = length.kind === 'minutes' && step ? stepsFor(60 * length.minutes, step.seconds) : undefined;
  const steps = sure ?? estimated;
  const seconds = length.kind === 'minutes' ? 60 * length.minutes : step && steps && steps * step.seconds;
  // The last, incomplete batch of an epoch is left out, as the length in epochs counts (method §1.3).
  const perEpoch = Math.max(1, Math.floor(latents / batchSize));
  return {
    ...data,
    ...(steps !== undefined && { steps, epochs: steps / perEpoch }),
    stepsAreEstimated: sure === undefined,
    stages: stagesOf(config, steps),
    averages: config.averages.map((average) => averageOf(average, steps)),
    ...(step && { step }),
    ...(seconds !== undefined && { seconds }),
  };
}
