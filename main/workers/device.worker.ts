/** The device thread: it alone owns sessions and training state. A run blocks it; messages are answered between runs. */
import { serve } from '../base/rpc.ts';
import { deviceContract } from '../engine/contract.ts';
import { createCpuDevice } from '../engine/cpu-device.ts';
import { ownThreadPort } from './ports.ts';

serve(deviceContract, createCpuDevice(), ownThreadPort());
