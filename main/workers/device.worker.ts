/** The device thread: it alone owns sessions and training state. A run blocks it; messages are answered between runs. */
import { workerData } from 'node:worker_threads';
import { serve } from '../base/rpc.ts';
import { deviceContract } from '../engine/contract.ts';
import { createDevice } from '../engine/devices/table.ts';
import { deviceInfoSchema } from '../engine/schema.ts';
import { ownThreadPort } from './ports.ts';

// What is asked before the device is there waits in the thread's port.
serve(deviceContract, await createDevice(deviceInfoSchema.parse(workerData)), ownThreadPort());
