/** What the Train place says about the memory a run needs. */
import type { MemoryPlan, RunRecord } from '../../api/studio.ts';
import { count, formatBytes, formatCount } from '../../text/format.ts';

export interface MemoryPart {
  readonly key: keyof MemoryPlan['bytes'];
  readonly label: string;
  readonly term: string;
  readonly bytes: number;
}

const words: Readonly<Record<keyof MemoryPlan['bytes'], readonly [label: string, term: string]>> = {
  work: ['pictures in work', 'activations'],
  nextState: ['room for the next step', 'double buffer'],
  gradients: ['added-up corrections', 'gradients'],
  moments: ['optimiser', 'moments'],
  weights: ['model', 'weights'],
  average: ['averaged model', 'EMA'],
};

/** The parts that are needed, the usually largest first. */
export function memoryParts({ bytes }: MemoryPlan): MemoryPart[] {
  return Object.entries(words).flatMap(([name, [label, term]]) => {
    const key = name as keyof MemoryPlan['bytes'];
    return bytes[key] > 0 ? [{ key, label, term, bytes: bytes[key] }] : [];
  });
}

/** What the bar's whole length stands for: what the device has free, or the need where that is more or not known. */
export const memoryScale = ({ total, device }: MemoryPlan): number => Math.max(total, device.free ?? device.total ?? 0);

/** `About 1.2 GB of the 14 GB that are free.` */
export function memoryNeed({ total, device: { free, total: all } }: MemoryPlan): string {
  if (free !== undefined) return `About ${formatBytes(total)} of the ${formatBytes(free)} that are free.`;
  if (all !== undefined) return `About ${formatBytes(total)} of ${formatBytes(all)}.`;
  return `About ${formatBytes(total)}; the device does not say how much it has.`;
}

/** How the batch is worked on, or why it does not fit. */
export function memoryVerdict({ problem, batchSize, microBatch, largestTensor, device }: MemoryPlan): string {
  if (problem === 'buffer')
    return `One part alone, ${formatBytes(largestTensor)}, is more than the ${formatBytes(device.largestBuffer ?? 0)} this device can hold in one piece.`;
  if (problem === 'memory') return `That is probably too much, even with ${count(microBatch, 'picture')} at once.`;
  return partsWords(batchSize, microBatch);
}

export const partsWords = (batchSize: number, microBatch: number): string =>
  microBatch === batchSize
    ? `All ${formatCount(batchSize)} pictures of a step fit at once.`
    : `The ${formatCount(batchSize)} pictures of a step are worked on in ${formatCount(batchSize / microBatch)} parts of ${formatCount(microBatch)}; the result is the same.`;

/** What a run that met the end of the memory needs the person to know. */
export function memoryNotice({ memoryRanOutAt, microBatch, config }: RunRecord): string | undefined {
  if (memoryRanOutAt === undefined || microBatch === undefined) return undefined;
  return `Memory ran out at step ${formatCount(memoryRanOutAt)}. Nothing was lost: ${partsWords(config.batchSize, microBatch).replace(/^T/, 't')}`;
}
