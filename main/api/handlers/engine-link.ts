/** The main process's hold on the engine process: started when needed, started again after a crash. */
import type { StudioError } from '../../base/errors.ts';
import { connect } from '../../base/rpc.ts';
import type { Client, Parsed } from '../../base/rpc.ts';
import { engineContract } from '../../workers/engine.contract.ts';
import type { DeviceInfo, EngineProcess } from '../studio.ts';

export type Engine = Client<typeof engineContract>;
export type EngineEvents = {
  readonly [E in keyof (typeof engineContract)['events']]: (
    payload: Parsed<(typeof engineContract)['events'][E]>,
  ) => void;
};

export class EngineLink {
  readonly #spawn: (device: DeviceInfo) => EngineProcess;
  readonly #events: EngineEvents;
  readonly #onDeath: (reason: StudioError) => void;
  #process: EngineProcess | undefined;
  #engine: Engine | undefined;
  #kind: DeviceInfo['kind'] | undefined;

  constructor(
    spawn: (device: DeviceInfo) => EngineProcess,
    events: EngineEvents,
    onDeath: (reason: StudioError) => void,
  ) {
    this.#spawn = spawn;
    this.#events = events;
    this.#onDeath = onDeath;
  }

  /** The engine, started on `device` if it is not running. Calls in progress when it dies are rejected with the reason. */
  engineOn(device: DeviceInfo): Engine {
    if (this.#engine) return this.#engine;
    const started = this.#spawn(device);
    this.#kind = device.kind;
    const connection = connect(engineContract, started.port);
    connection.onEvent('metrics', this.#events.metrics);
    connection.onEvent('vaeMetrics', this.#events.vaeMetrics);
    connection.onEvent('samples', this.#events.samples);
    connection.onEvent('run', this.#events.run);
    started.port.onClose((reason) => {
      if (this.#process !== started) return;
      this.#process = undefined;
      this.#engine = undefined;
      this.#onDeath(reason);
    });
    this.#process = started;
    this.#engine = connection.call;
    return this.#engine;
  }

  /** Whether it runs, and on a device of another kind. */
  isOnAnother(kind: DeviceInfo['kind']): boolean {
    return this.#engine !== undefined && this.#kind !== kind;
  }

  /** Ends the process. What it was doing has been stopped before. */
  stop(): void {
    const process = this.#process;
    this.#process = undefined;
    this.#engine = undefined;
    process?.kill();
  }
}
