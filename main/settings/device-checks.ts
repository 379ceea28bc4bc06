/** What trying the devices gave, kept beside the settings: `devices.json`. */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../base/errors.ts';
import { deviceCheckSchema, deviceKindSchema } from '../engine/schema.ts';
import type { DeviceCheck, DeviceKind } from '../engine/schema.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';

const schema = z.strictObject({ checks: z.partialRecord(deviceKindSchema, deviceCheckSchema) });
export type DeviceChecks = z.infer<typeof schema>['checks'];
const format: JsonFormat<z.infer<typeof schema>> = { version: 1, schema };

/** Measurements in memory, written through to their file. */
export class DeviceCheckStore {
  readonly #path: string;
  #checks: DeviceChecks;

  private constructor(path: string, checks: DeviceChecks) {
    this.#path = path;
    this.#checks = checks;
  }

  /** @param settingsFile the file beside which measurements are kept */
  static async open(settingsFile: string): Promise<DeviceCheckStore> {
    const path = join(dirname(settingsFile), 'devices.json');
    return new DeviceCheckStore(path, await readChecks(path));
  }

  get current(): DeviceChecks {
    return this.#checks;
  }

  async put(kind: DeviceKind, check: DeviceCheck): Promise<void> {
    this.#checks = { ...this.#checks, [kind]: check };
    await writeJson(this.#path, format, { checks: this.#checks });
  }
}

/** A file that can not be read only means that devices are unchecked, which the screen says: measuring again replaces it. */
async function readChecks(path: string): Promise<DeviceChecks> {
  try {
    return (await readJson(path, format))?.checks ?? {};
  } catch (thrown) {
    if (thrown instanceof StudioError) return {};
    throw thrown;
  }
}
