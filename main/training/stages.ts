/** The stages of a run: stretches of steps with the same noise levels, or the same gap between them. */
import { stageSteps } from '../consistency/noise-levels.ts';
import type { Curriculum } from '../consistency/noise-levels.ts';
import type { RunOutlook } from './outlook-schema.ts';
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

/** In the order in which they come, with their steps where the run's are known; none for objectives without any. */
export function stagesOf({ objective }: Pick<RunConfig, 'objective'>, steps: number | undefined): Stage[] {
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

/** A stage of a run: `steps` of them after `begin` others, with `levels` noise levels where there is a grid. */
export interface PlacedStage {
  readonly begin: number;
  readonly steps: number;
  readonly levels?: number;
}

/** The stages of a run of so many steps, one after another. */
export function placedStages(config: Pick<RunConfig, 'objective'>, totalSteps: number): PlacedStage[] {
  let begin = 0;
  return stagesOf(config, totalSteps).map(({ levels, steps = 0 }) => {
    const stage = { begin, steps, ...(levels === undefined ? {} : { levels }) };
    begin += steps;
    return stage;
  });
}
