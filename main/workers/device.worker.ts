/** The device thread: it alone owns sessions and training state. A run blocks it; messages are answered between runs. */
import { workerData } from 'node:worker_threads';
import { serve } from '../base/rpc.ts';
import { deviceContract } from '../engine/contract.ts';
import { createDevice } from '../engine/devices/table.ts';
import type { DeviceHandlers } from '../engine/programs.ts';
import { deviceInfoSchema } from '../engine/schema.ts';
import { ownThreadPort } from './ports.ts';

/** A device that can not be made says so to whoever asks: the thread's death would look like a crash, after which runs go on. */
function refusing(reason: unknown): DeviceHandlers {
  const refuse = () => {
    throw reason;
  };
  const methods = Object.keys(deviceContract.methods).map((method) => [method, refuse]);
  return Object.fromEntries(methods) as DeviceHandlers;
}

// What is asked before the device is there waits in the thread's port.
serve(deviceContract, await createDevice(deviceInfoSchema.parse(workerData)).catch(refusing), ownThreadPort());
