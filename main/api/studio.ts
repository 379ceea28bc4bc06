/** The application as its shells see it (Electron, browser host, terminal): handlers of the contract, events, files. */
import type { Handlers, Parsed, Port } from '../base/rpc.ts';
import type { DeviceInfo } from '../engine/schema.ts';
import type { StudioContract } from './contract/contract.ts';

export type { DeviceInfo };

export type StudioEvent = keyof StudioContract['events'];
export type StudioEventPayload<E extends StudioEvent> = Parsed<StudioContract['events'][E]>;
export type StudioEventListener = <E extends StudioEvent>(event: E, payload: StudioEventPayload<E>) => void;

/** The engine process: a port to it and the power to end it. */
export interface EngineProcess {
  readonly port: Port;
  /** Ends the process at once; used only when it does not answer. */
  kill(): void;
}

/** What a shell gives the application. */
export interface StudioPorts {
  readonly version: string;
  /** Folder with what ships: presets, the starter VAE. */
  readonly resources: string;
  /** Where the person's settings live. */
  readonly settingsFile: string;
  /** Where new projects go unless the settings say otherwise. */
  readonly projectsFolder: string;
  /** What was downloaded or added on request, VAEs among it. */
  readonly dataFolder: string;
  /** Who holds the lock of an open project, in words: “the studio window”. */
  readonly program: string;
  readonly shell: { readonly kind: 'electron' | 'browser' };
  /** Starts an engine process (dist/main/workers/engine.process.js) that computes on this device. */
  spawnEngine(device: DeviceInfo): EngineProcess;
  /** A native dialog; absent where there is none. */
  readonly pickFolders?: () => Promise<readonly string[]>;
  /** Shows a file in the system's file manager; absent where there is none. */
  readonly reveal?: (absolutePath: string) => void;
  /** The folder of an upload, by id; absent where files never have to be uploaded. */
  readonly uploadFolder?: (id: string) => string;
}

export interface StudioApp {
  readonly handlers: Handlers<StudioContract>;
  /** Listens to every event; returns the function that stops listening. */
  subscribe(listener: StudioEventListener): () => void;
  /** The absolute path of a file of the open project that a shell may show; undefined for anything else. */
  resolveFile(file: string): Promise<string | undefined>;
  /** Writes checkpoints of what is training, closes the project and ends the engine. */
  close(): Promise<void>;
}
