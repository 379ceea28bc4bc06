/** The CPU as a device. */
import { computeThreads, cpuInfo, cpuMemory } from './cpu-info.ts';
import { createHostDevice } from './host-device.ts';
import type { DeviceHandlers } from './programs.ts';

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
    info: () => cpuInfo(threads),
    memory: cpuMemory,
    burst: 1,
  });
