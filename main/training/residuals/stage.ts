/** The noise levels and the c of a step, with c on the scale of r: whatever the loss reduces by, ρ then sees r² beside c². */
import { levelsAt } from '../../consistency/noise-levels.ts';
import type { RobustLoss } from '../../consistency/loss.ts';
import { scaleC } from '../../consistency/scaling-c.ts';
import type { RunConfig, RunPlan } from '../schema.ts';
import { placedStages } from '../stages.ts';

export interface ResidualStage {
  /** Noise levels N, where there is a grid. */
  readonly levels?: number;
  /** 0 where there is none. Of L2, which has no c, that of the schedule that other losses would follow. */
  readonly c: number;
}

type Planned = Pick<RunPlan, 'steps' | 'latentShape'>;

/** The stage of step k (from 0) of an objective with a teacher; of others it has no c. */
export function stageAt({ objective }: Pick<RunConfig, 'objective'>, plan: Planned, k: number): ResidualStage {
  const dimensions = plan.latentShape.reduce((product, size) => product * size, 1);
  // A sum of D squares is D·r²: ρ of it with c is ρ of r² with c/√D, to a factor.
  const ofSum = (c: number) => c / Math.sqrt(dimensions);
  switch (objective.kind) {
    case 'consistency': {
      const { curriculum, scaling, reduction } = objective;
      const levels = levelsAt(k, plan.steps, curriculum);
      const c = scaleC(scaling, levels, curriculum.s0, dimensions);
      return { levels, c: reduction === 'sum' ? ofSum(c) : c };
    }
    case 'easyConsistency':
      return { c: ofSum(objective.c) };
    case 'diffusion':
    case 'meanFlow':
      return { c: 0 };
  }
}

/** Every stage of the run, with the number of steps before it. */
export const stageSchedule = (config: RunConfig, plan: Planned): (ResidualStage & { readonly begin: number })[] =>
  placedStages(config, plan.steps).map(({ begin }) => ({ begin, ...stageAt(config, plan, begin) }));

/** What the run trains with; undefined where there is no teacher. */
export function ownLoss({ objective }: Pick<RunConfig, 'objective'>): RobustLoss | undefined {
  switch (objective.kind) {
    case 'consistency':
      return objective.loss;
    case 'easyConsistency':
      return 'pseudoHuber';
    case 'diffusion':
    case 'meanFlow':
      return undefined;
  }
}
