/** The memory a run would need, for the terminal. */
import { formatBytes } from '../base/bytes.ts';
import type { MemoryPlan } from '../training/schema.ts';

const memoryWords: Readonly<Record<keyof MemoryPlan['bytes'], string>> = {
  weights: 'weights',
  moments: 'optimiser (moments)',
  average: 'averaged weights (EMA)',
  gradients: 'gradients that are added up',
  nextState: 'room for the next step',
  work: 'pictures in work (activations)',
};

export function describeMemory({
  batchSize,
  microBatch,
  bytes,
  averages,
  total,
  largestTensor,
  device,
  problem,
}: MemoryPlan): string {
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
    ...averages,
  ].join('\n');
}
