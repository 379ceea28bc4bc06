/** What the fake knows of a run before it starts; the numbers have the right order, not more. */
import type { MemoryPlan, RunConfig, RunEstimate, RunOutlook } from '../studio.ts';

/** The plan for a device with 12 GB free. */
function memoryPlan({ network, batchSize, microBatch: asked, recompute, averages: kept }: RunConfig): MemoryPlan {
  const depth = network.kind === 'dit' ? network.depth : 8 * network.blocks;
  const weights = 4 * 18 * depth * network.width ** 2;
  const device = { total: 34_359_738_368, free: 12_400_000_000 };
  const planFor = (rows: number): MemoryPlan => {
    const gradients = rows === batchSize ? 0 : weights;
    const work = rows * network.width * (recompute ? depth + 40 : 40 * depth) * 256;
    const bytes = {
      weights,
      moments: 2 * weights,
      average: kept.length * weights,
      gradients,
      nextState: (3 + kept.length) * weights + gradients,
      work,
    };
    const total = Object.values(bytes).reduce((a, b) => a + b, 0);
    const plan = { batchSize, microBatch: rows, bytes, total, largestTensor: work / 40, device };
    return total > 0.9 * device.free ? { ...plan, problem: 'memory' } : plan;
  };
  if (asked !== 'auto') return planFor(asked);
  const sizes = Array.from({ length: batchSize }, (_, i) => batchSize - i).filter((rows) => batchSize % rows === 0);
  return sizes.map(planFor).find(({ problem }) => problem === undefined) ?? planFor(1);
}

const stepSeconds = 0.122;
const trainingPictures = 4608;

function outlook({ network, objective, averages, batchSize, length }: RunConfig): RunOutlook {
  const perEpoch = Math.max(1, Math.floor(trainingPictures / batchSize));
  // The model of the quick look has been timed here, no other.
  const step = network.width === 128 && batchSize === 64 ? { seconds: stepSeconds } : undefined;
  const timed = length.kind === 'minutes' && step ? Math.floor((60 * length.minutes) / stepSeconds) : undefined;
  const steps = length.kind === 'steps' ? length.steps : length.kind === 'epochs' ? length.epochs * perEpoch : timed;
  const seconds = length.kind === 'minutes' ? 60 * length.minutes : step && steps && steps * step.seconds;
  const stages =
    objective.kind === 'consistency' ? Math.ceil(Math.log2(objective.curriculum.s1 / objective.curriculum.s0)) + 1 : 0;
  return {
    parameters: 18 * (network.kind === 'dit' ? network.depth : 8 * network.blocks) * network.width ** 2,
    latentShape: [4, 8, 8],
    trainingPictures,
    heldOutPictures: 512,
    ...(steps !== undefined && { steps, epochs: steps / perEpoch }),
    stepsAreEstimated: length.kind === 'minutes',
    stages: Array.from({ length: stages }, (_, i) => ({
      levels:
        objective.kind === 'consistency' ? Math.min(objective.curriculum.s1, objective.curriculum.s0 * 2 ** i) + 1 : 0,
      ...(steps !== undefined && { steps: Math.floor(steps / stages) }),
    })),
    averages: averages.map((average) => {
      if (average.kind === 'rate') return { rate: average.rate, halfLife: Math.log(0.5) / Math.log(average.rate) };
      return steps === undefined ? {} : { rate: 0.5 ** (1 / (average.share * steps)), halfLife: average.share * steps };
    }),
    ...(step && { step }),
    ...(seconds !== undefined && { seconds }),
  };
}

export function runEstimate(config: RunConfig): RunEstimate {
  const memory = memoryPlan(config);
  return {
    ...memory,
    remedies: memory.problem
      ? [
          ...(config.recompute ? [] : [{ kind: 'recompute' } as const]),
          { kind: 'memory', bytes: Math.ceil(memory.total / 2) },
        ]
      : [],
    plan: outlook(config),
  };
}
