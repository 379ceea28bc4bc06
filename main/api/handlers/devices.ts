/** The devices of this computer: found by looking, tried in a process of their own, and one of them chosen. */
import { studioError, toStudioError } from '../../base/errors.ts';
import { connect, throwIfCancelled } from '../../base/rpc.ts';
import { version } from '../../base/version.ts';
import { chooseDevice, deviceRows } from '../../engine/devices/choice.ts';
import { findGraphicsCards } from '../../engine/devices/graphics-cards.ts';
import { thisSystem } from '../../engine/devices/system.ts';
import { findDevices } from '../../engine/devices/table.ts';
import { deviceTerms } from '../../engine/schema.ts';
import type {
  DeviceChoice,
  DeviceInfo,
  DeviceKind,
  DeviceList,
  DeviceMeasurement,
  DeviceRow,
} from '../../engine/schema.ts';
import type { DeviceCheckStore } from '../../settings/device-checks.ts';
import type { SettingsStore } from '../../settings/store.ts';
import { engineContract } from '../../workers/engine.contract.ts';
import type { ProbedModel } from '../../workers/engine.contract.ts';
import type { StudioPorts } from '../studio.ts';

/** A driver can hang for good. A slow computer needs one minute for its slowest device. */
const mostMsForCheck = 5 * 60_000;

const findAll = async (): Promise<DeviceInfo[]> =>
  findDevices({ system: thisSystem, cards: await findGraphicsCards(thisSystem) });

export interface DevicesOptions {
  readonly ports: Pick<StudioPorts, 'spawnEngine' | 'resources'>;
  readonly settings: SettingsStore;
  readonly checks: DeviceCheckStore;
  /** Something about the list changed. */
  readonly onChange: (list: DeviceList) => void;
  readonly find?: () => Promise<DeviceInfo[]>;
}

export class Devices {
  readonly #options: DevicesOptions;
  readonly #find: () => Promise<DeviceInfo[]>;
  #found: Promise<DeviceInfo[]> | undefined;
  #forNow: DeviceChoice | undefined;

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.#find = options.find ?? findAll;
  }

  async list(): Promise<DeviceList> {
    const rows = deviceRows(await this.#look(), this.#options.checks.current, version);
    const choice = this.#forNow ?? this.#options.settings.current.device;
    return { devices: rows, choice, ...chooseDevice(choice, rows) };
  }

  /** What the next run trains on, usable or not. */
  async used(): Promise<DeviceInfo> {
    const { used } = await this.list();
    return this.#named(await this.#look(), used);
  }

  /** The same. Throws `device.unusable` when it can not be used: nothing else is taken in its place. */
  async usable(): Promise<DeviceInfo> {
    const { devices, used } = await this.list();
    refuse(this.#named(devices, used));
    return this.used();
  }

  /** Chooses for good. Throws `device.unusable`. */
  async choose(choice: DeviceChoice): Promise<DeviceList> {
    await this.#refuseChoice(choice);
    await this.#options.settings.change({ device: choice });
    return this.#changed();
  }

  /** Chooses for this program only, as the terminal does. Throws `device.unusable`. */
  async chooseForNow(choice: DeviceChoice): Promise<void> {
    await this.#refuseChoice(choice);
    this.#forNow = choice;
    await this.#changed();
  }

  /**
   * The kinds that are tried when these are asked for, the CPU first when it was never measured: the others are compared with
   * it. Without a wish all that were found.
   */
  async toCheck(kinds?: readonly DeviceKind[]): Promise<DeviceKind[]> {
    this.#found = undefined;
    const { devices } = await this.list();
    const wanted = devices.filter(({ kind, state }) => (kinds ? kinds.includes(kind) : state !== 'missing'));
    const cpu = devices.filter((row) => row.kind === 'cpu' && (wanted.includes(row) || !row.check));
    return [...cpu, ...wanted.filter((row) => !cpu.includes(row))].map(({ kind }) => kind);
  }

  /** Tries a device by doing, and keeps what was measured. A device that fails is an answer. */
  async check(
    kind: DeviceKind,
    model: ProbedModel,
    signal: AbortSignal,
    onProgress: (progress: { done: number; total?: number | undefined }) => void,
  ): Promise<void> {
    const info = this.#named(await this.#look(), kind);
    const measured = await this.#try(info, model, signal, onProgress);
    const { name, driver } = info;
    await this.#options.checks.put(kind, {
      ...measured,
      at: new Date().toISOString(),
      version,
      name,
      ...(driver === undefined ? {} : { driver }),
    });
    await this.#changed();
  }

  /** In an engine process of its own: whatever a driver does to it, nobody's work is in there. */
  async #try(
    info: DeviceInfo,
    model: ProbedModel,
    signal: AbortSignal,
    onProgress: Parameters<Devices['check']>[3],
  ): Promise<DeviceMeasurement> {
    throwIfCancelled(signal);
    const { ports } = this.#options;
    const process = ports.spawnEngine(info);
    const { call } = connect(engineContract, process.port);
    const patience = AbortSignal.timeout(mostMsForCheck);
    const givenUp = new Promise<never>((_resolve, reject) => {
      const giveUp = () => reject(studioError('api.cancelled', {}));
      AbortSignal.any([signal, patience]).addEventListener('abort', giveUp, { once: true });
    });
    try {
      return await Promise.race([call['device.check']({ resources: ports.resources, model }, { onProgress }), givenUp]);
    } catch (thrown) {
      throwIfCancelled(signal);
      const problem = patience.aborted
        ? `It did not finish its check within ${mostMsForCheck / 60_000} minutes.`
        : `It could not be tried. ${toStudioError(thrown).words.what}`;
      return { deviations: [], problem };
    } finally {
      process.kill();
    }
  }

  #look(): Promise<DeviceInfo[]> {
    return (this.#found ??= this.#find());
  }

  async #refuseChoice(choice: DeviceChoice): Promise<void> {
    if (choice !== 'auto') refuse(this.#named((await this.list()).devices, choice));
  }

  #named<T extends DeviceInfo>(devices: readonly T[], kind: DeviceKind): T {
    const found = devices.find((device) => device.kind === kind);
    if (found) return found;
    throw studioError('device.unusable', {
      device: deviceTerms[kind],
      reason: 'This version of the studio can not compute on it.',
    });
  }

  async #changed(): Promise<DeviceList> {
    const list = await this.list();
    this.#options.onChange(list);
    return list;
  }
}

function refuse({ kind, name, unusable }: DeviceRow): void {
  if (unusable !== undefined)
    throw studioError('device.unusable', { device: `${deviceTerms[kind]} (${name})`, reason: unusable });
}
