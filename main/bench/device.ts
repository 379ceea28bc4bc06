/** The device that a benchmark names, in the calling thread: a side has nothing else to do. */
import type { Device } from '../engine/contract.ts';
import { createLocalDevice } from '../engine/local-device.ts';

export const openDevice = (): Device => createLocalDevice();
