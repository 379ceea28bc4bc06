/** The CPU as a device. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { createHostDevice } from './host-device.ts';
import type { DeviceHandlers } from './programs.ts';

/** Threads for matrix products: one for each core that may be used; more only get in each other's way. */
export const computeThreads = (): number => Math.max(1, Math.min(availableParallelism(), 16));

/** Session options of the CPU. */
export const onCpu = (threads: number) => ({
  executionProviders: ['cpu'],
  intraOpNumThreads: threads,
  // Measured: the same speed with half the memory.
  enableMemPattern: false,
  extra: { session: { set_denormal_as_zero: '1' } },
});

/** With `profile`, the beginning of a path, ONNX Runtime writes to a file there where the time went, when a program is unloaded. */
export const createCpuDevice = (threads = computeThreads(), profile?: string): DeviceHandlers =>
  createHostDevice({
    session: {
      ...onCpu(threads),
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    },
    info: () => ({ kind: 'cpu', name: cpus()[0]?.model.trim() ?? 'CPU', threads, memoryBytes: totalmem() }),
    burst: 1,
  });
