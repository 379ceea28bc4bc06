/**
 * NVIDIA cards through ONNX Runtime's CUDA part. Node has no tensors in their memory, so the state crosses the bus with every
 * run: a burst of steps is one run of a Loop, and the burst is as long as a person may wait for Stop.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { GraphBuilder } from '../tensor/ir/builder.ts';
import { createHostDevice } from './host-device.ts';
import { createProgram } from './program.ts';
import type { DeviceHandlers } from './programs.ts';
import type { DeviceInfo } from './schema.ts';

/** Without a second provider in the list: when CUDA can not be loaded, opening a session fails. */
const onCuda: InferenceSession.SessionOptions = { executionProviders: ['cuda'] };

/** More would save less than 2 % of what one run carries, and keep more batches waiting in memory. */
const mostSteps = 64;

/** The handlers of a CUDA device. Throws `engine.sessionFailed` when CUDA can not be loaded (needs.ts finds out why). */
export async function createCudaDevice(info: DeviceInfo): Promise<DeviceHandlers> {
  const probe = new GraphBuilder('CUDA');
  const x = probe.input('x', { dtype: 'float32', shape: [1] });
  const program = await createProgram(probe.finish([{ name: 'y', value: probe.emit('neg', [x], {}) }]), onCuda);
  await program.release();
  const { memoryBytes: total } = info;
  const memory = () => (total === undefined ? {} : { total });
  return createHostDevice({ session: onCuda, info: () => info, memory, burst: mostSteps });
}
