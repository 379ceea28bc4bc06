/** The processor as people know it. Apart from the device, so that looking at it loads nothing. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { DeviceInfo, DeviceMemory } from './schema.ts';

/** Threads for matrix products: one for each core that may be used; more only get in each other's way. */
export const computeThreads = (): number => Math.max(1, Math.min(availableParallelism(), 16));

export const cpuInfo = (threads = computeThreads()): DeviceInfo => ({
  kind: 'cpu',
  name: cpus()[0]?.model.trim() || 'Processor',
  threads,
  memoryBytes: totalmem(),
});

/** A container may have less than the computer; Node says 0 where nothing is set, or a number beyond all memory. */
export function cpuMemory(): DeviceMemory {
  const total = Math.min(totalmem(), process.constrainedMemory() || totalmem());
  return { total, free: Math.min(total, process.availableMemory()) };
}
