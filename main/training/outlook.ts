/** What a run will do, before it starts: steps, stages, epochs, averages and time, as far as they can be known. */
import { stageSteps } from '../consistency/noise-levels.ts';
import type { Curriculum } from '../consistency/noise-levels.ts';
import { emaHalfLife, emaRate } from '../optim/ema.ts';
import type { RunData, RunOutlook } from './outlook-schema.ts';
import { lengthInSteps, stepsFor } from './plan.ts';
import type { RunConfig } from './schema.ts';

type Stage = RunOutlook['stages'][number];

/** Numbers of noise levels N and the steps of each: K' for all but the last, which ends with the run (method §1.3). */
function curriculumStages(curriculum: Curriculum, steps: number | undefined): Stage[] {
  const { s0, s1 } = curriculum;
  const doublings = Math.ceil(Math.log2(Math.max(1, s1 / s0)));
  const levels = Array.from({ length: doublings + 1 }, (_, i) => Math.floor(Math.min(s0 * 2 ** i, s1)) + 1);
  if (steps === undefined) return levels.map((each) => ({ levels: each }));
  return levels.flatMap((each, i) => {
    const length = stageSteps(steps, curriculum);
    const left = steps - i * length;
    // A run of very few steps does not reach them all.
    return left <= 0 ? [] : [{ levels: each, steps: i === doublings ? left : Math.min(length, left) }];
  });
}

/** Stages of equal length, to a step: stage floor(k · count/K) at step k (main/consistency/easy-consistency.ts). */
function equalStages(count: number, steps: number | undefined): Stage[] {
  if (steps === undefined) return Array.from({ length: count }, () => ({}));
  const begin = (stage: number) => Math.ceil((stage * steps) / count);
  return Array.from({ length: count }, (_, i) => ({ steps: begin(i + 1) - begin(i) })).filter(
    (stage) => stage.steps > 0,
  );
}

function stagesOf({ objective }: RunConfig, steps: number | undefined): Stage[] {
  switch (objective.kind) {
    case 'consistency':
      return curriculumStages(objective.curriculum, steps);
    case 'easyConsistency':
      return equalStages(objective.doublings + 1, steps);
    case 'diffusion':
    case 'meanFlow':
      return [];
  }
}

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
