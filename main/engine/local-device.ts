/** A device in the calling thread: for tests, benchmarks and scripts that have nothing else to do. */
import { localPorts } from '../base/local-port.ts';
import { connect, serve } from '../base/rpc.ts';
import { deviceContract } from './contract.ts';
import type { Device } from './contract.ts';
import { createCpuDevice } from './cpu-device.ts';
import type { DeviceHandlers } from './programs.ts';

/** The client of these handlers. */
export function localDevice(handlers: DeviceHandlers): Device {
  const [here, there] = localPorts();
  serve(deviceContract, handlers, there);
  return connect(deviceContract, here).call;
}

/** The CPU. */
export const createLocalDevice = (threads?: number): Device => localDevice(createCpuDevice(threads));
