/** What Electron's preload script puts on the window as `window.studio`. Browser-safe, types only. */
import type { WireError } from '../../base/errors.ts';
import type { StudioContract } from './contract.ts';

/** Errors cross Electron's IPC as data: its own way of passing them keeps the message and loses the rest. */
export type BridgeAnswer =
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly error: WireError };

/** @typeParam F the browser's `File` */
export interface StudioBridge<F = unknown> {
  /** One function for each method of the contract. It always resolves. */
  readonly call: { readonly [M in keyof StudioContract['methods']]: (input: unknown) => Promise<BridgeAnswer> };
  /** Listens to one event of the contract; returns the function that stops listening. */
  on(event: keyof StudioContract['events'], listener: (payload: unknown) => void): () => void;
  /** The absolute paths of files that the person dropped or chose. */
  pathsOf(files: readonly F[]): string[];
  /** The address of a file of the open project. */
  fileUrl(file: string): string;
}
