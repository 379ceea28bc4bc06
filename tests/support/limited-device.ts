/** A CPU on which a program fits only if it takes few enough rows of a batch at once. */
import { studioError, toWire } from '../../main/base/errors.ts';
import type { Device, DeviceTraits } from '../../main/engine/contract.ts';
import { createCpuDevice } from '../../main/engine/cpu-device.ts';
import { localDevice } from '../../main/engine/local-device.ts';
import type { DeviceMemory } from '../../main/engine/schema.ts';

export interface Limits {
  /** The most rows for which there is room at the n-th call (from 0). */
  readonly rows: (call: number) => number;
  readonly traits?: Partial<DeviceTraits>;
  readonly memory?: DeviceMemory;
}

export function limitedDevice({ rows, traits, memory }: Limits): Device {
  const cpu = createCpuDevice(1);
  let made = 0;
  return localDevice({
    ...cpu,
    traits: async (input, context) => ({ ...(await cpu.traits(input, context)), ...traits }),
    memory: (input, context) => memory ?? cpu.memory(input, context),
    steps: async ({ state, calls }, context) => {
      const outputs = [];
      for (const call of calls) {
        const wanted = call.inputs['x_0']?.shape[0] ?? 0;
        if (wanted > rows(made)) {
          const error = studioError('engine.outOfMemory', { program: call.program, reason: `no room for ${wanted}` });
          return { outputs, outOfMemory: toWire(error) };
        }
        made++;
        outputs.push(...(await cpu.steps({ state, calls: [call] }, context)).outputs);
      }
      return { outputs };
    },
  });
}
