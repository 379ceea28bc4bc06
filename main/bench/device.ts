/** The device that a benchmark names, in the calling thread: a side has nothing else to do. */
import type { z } from 'zod';
import type { Device } from '../engine/contract.ts';
import { createCudaDevice } from '../engine/cuda-device.ts';
import { createLocalDevice, localDevice } from '../engine/local-device.ts';
import { deviceInfoSchema } from '../engine/schema.ts';
import { createWebGpuDevice } from '../engine/webgpu-device.ts';
import { studioError } from '../base/errors.ts';

export const deviceKindSchema = deviceInfoSchema.shape.kind;
export type DeviceKind = z.infer<typeof deviceKindSchema>;

export async function openDevice(kind: DeviceKind): Promise<Device> {
  if (kind === 'cpu') return createLocalDevice();
  if (kind === 'webgpu') return localDevice(createWebGpuDevice({ name: 'WebGPU' }));
  if (kind === 'cuda') return localDevice(await createCudaDevice({ kind, name: 'CUDA' }));
  throw studioError('engine.sessionFailed', {
    program: 'benchmark',
    reason: `the device ${kind} can not be used here`,
  });
}
