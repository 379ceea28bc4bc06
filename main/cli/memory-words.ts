/** What a run would do, and the memory it would need, for the terminal. */
import { formatBytes } from '../base/bytes.ts';
import { formatDuration } from '../base/duration.ts';
import type { Remedy, RunEstimate, RunOutlook } from '../training/outlook-schema.ts';
import type { MemoryPlan } from '../training/schema.ts';

const memoryWords: Readonly<Record<keyof MemoryPlan['bytes'], string>> = {
  weights: 'weights',
  moments: 'optimiser (moments)',
  average: 'averaged weights (EMA)',
  gradients: 'gradients that are added up',
  nextState: 'room for the next step',
  work: 'pictures in work (activations)',
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');
const counted = (value: number, one: string): string => `${whole(value)} ${one}${Math.round(value) === 1 ? '' : 's'}`;

/** `11 (4 steps), 21 (4 steps)`, or so many stages of equal length. */
function stageWords(stages: RunOutlook['stages']): string {
  const own = ({ levels, steps }: RunOutlook['stages'][number]) =>
    [levels === undefined ? undefined : `N ${levels}`, steps === undefined ? undefined : counted(steps, 'step')]
      .filter((part) => part !== undefined)
      .join(': ');
  const words = stages.map(own).filter((part) => part !== '');
  return words.length === 0 ? counted(stages.length, 'stage') : words.join(', ');
}

/** What the run will do; what can not be known yet is said to be unknown. */
export function describeOutlook(plan: RunOutlook): string[] {
  const { steps, epochs, stages, averages, step, seconds } = plan;
  const about = plan.stepsAreEstimated ? 'about ' : '';
  const by = step && (step.run === undefined ? 'by the check of this device' : `by the run “${step.run}”`);
  return [
    `${whole(plan.parameters)} parameters, ${counted(plan.trainingPictures, 'picture')}${plan.copies === undefined ? '' : ', each with its mirror image,'} to learn from, ${whole(plan.heldOutPictures)} kept aside.`,
    steps === undefined
      ? 'Steps: unknown until the first ones are measured.'
      : `Steps: ${about}${whole(steps)}${epochs === undefined ? '' : `, ${about}${Number(epochs.toPrecision(3)).toLocaleString('en')} epochs`}.`,
    ...(stages.length > 0 ? [`Stages: ${stageWords(stages)}.`] : []),
    ...averages.map(
      ({ rate, halfLife }, i) =>
        `Average ${i}: ${rate === undefined || halfLife === undefined ? 'its half-life is a share of the steps' : `rate ${Number(rate.toPrecision(8))}, half-life ${counted(halfLife, 'step')}`}.`,
    ),
    step
      ? `Time: about ${formatDuration(seconds!)}; a step took ${Number((1000 * step.seconds).toPrecision(3))} ms, measured ${by}.`
      : seconds === undefined
        ? 'Time: unknown until the first steps.'
        : `Time: ${formatDuration(seconds)}.`,
  ];
}

function remedyWords(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'microBatch':
      return 'It fits with fewer pictures at once (microBatch).';
    case 'recompute':
      return 'It fits when layers are computed twice (recompute).';
    case 'memory':
      return `A device with ${formatBytes(remedy.bytes)} free could train it; or choose a smaller network.`;
  }
}

export function describeEstimate(estimate: RunEstimate): string {
  return [...describeOutlook(estimate.plan), ...describeMemory(estimate), ...estimate.remedies.map(remedyWords)].join(
    '\n',
  );
}

function describeMemory({ batchSize, microBatch, bytes, total, largestTensor, device, problem }: MemoryPlan): string[] {
  const line = (name: string, value: number) => `${formatBytes(value).padStart(9)}  ${name}`;
  const parts = batchSize / microBatch;
  const free = device.free === undefined ? '' : `, of ${formatBytes(device.free)} that are free`;
  const verdicts = {
    fits: `It fits with ${microBatch} of ${batchSize} pictures at once${parts > 1 ? `, in ${parts} parts a step` : ''}.`,
    memory: `That is probably too much, even with ${microBatch} of ${batchSize} pictures at once.`,
    buffer: `One tensor alone, ${formatBytes(largestTensor)}, is more than the device can hold in one piece.`,
  };
  return [
    ...Object.entries(memoryWords).flatMap(([key, name]) => {
      const value = bytes[key as keyof MemoryPlan['bytes']];
      return value > 0 ? [line(name, value)] : [];
    }),
    line(`altogether${free}; an estimate from the shapes of all tensors`, total),
    verdicts[problem ?? 'fits'],
  ];
}
