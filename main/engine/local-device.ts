/** A CPU device in the calling thread: for tests, benchmarks and scripts that have nothing else to do. */
import { localPorts } from '../base/local-port.ts';
import { connect, serve } from '../base/rpc.ts';
import { deviceContract } from './contract.ts';
import type { Device } from './contract.ts';
import { createCpuDevice } from './cpu-device.ts';

export function createLocalDevice(threads?: number): Device {
  const [here, there] = localPorts();
  serve(deviceContract, createCpuDevice(threads), there);
  return connect(deviceContract, here).call;
}
