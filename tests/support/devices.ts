/** Devices for tests of what every device must do. */
import type { Device } from '../../main/engine/contract.ts';
import { onCpu } from '../../main/engine/cpu-device.ts';
import { createHostDevice } from '../../main/engine/host-device.ts';
import { localDevice } from '../../main/engine/local-device.ts';

/** A device that makes each burst one run, as across a bus, but on the CPU. */
export const burstDevice = (): Device =>
  localDevice(
    createHostDevice({ session: onCpu(1), info: () => ({ kind: 'cpu', name: 'test' }), memory: () => ({}), burst: 64 }),
  );
