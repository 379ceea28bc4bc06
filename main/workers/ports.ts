/** Ports of rpc.ts over the channels Node has: worker threads and child processes. */
import type { ChildProcess } from 'node:child_process';
import { parentPort } from 'node:worker_threads';
import type { Worker } from 'node:worker_threads';
import { assertThat, studioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import type { Port } from '../base/rpc.ts';

/** Calls its listeners once, and late listeners at once. */
class Closing {
  #reason: StudioError | undefined;
  readonly #listeners: ((reason: StudioError) => void)[] = [];

  close(reason: StudioError): void {
    if (this.#reason) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener(reason);
  }
  get closed(): boolean {
    return this.#reason !== undefined;
  }
  on(listener: (reason: StudioError) => void): void {
    if (this.#reason) listener(this.#reason);
    else this.#listeners.push(listener);
  }
}

/** The parent's end of a worker thread. Its death closes the port with the reason. */
export function threadPort(worker: Worker, name: string): Port {
  const closing = new Closing();
  worker.on('error', (error) =>
    closing.close(studioError('engine.stopped', { reason: `the ${name} thread failed: ${error.message}` }, error)),
  );
  worker.on('exit', (code) =>
    closing.close(studioError('engine.stopped', { reason: `the ${name} thread ended with code ${code}` })),
  );
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as ArrayBuffer[] | undefined),
    onMessage: (listener) => void worker.on('message', listener),
    onClose: (listener) => closing.on(listener),
  };
}

/** A worker thread's own end. */
export function ownThreadPort(): Port {
  assertThat(parentPort !== null, 'to run in a worker thread');
  const port = parentPort;
  return {
    post: (message, transfer) => port.postMessage(message, transfer as ArrayBuffer[] | undefined),
    onMessage: (listener) => void port.on('message', listener),
    onClose: (listener) =>
      void port.on('close', () => listener(studioError('engine.stopped', { reason: 'its process ended' }))),
  };
}

/** The parent's end of a forked process with `serialization: 'advanced'`. */
export function childProcessPort(child: ChildProcess, name: string): Port {
  const closing = new Closing();
  const ended = (code: number | null, signal: NodeJS.Signals | null) =>
    closing.close(
      studioError('engine.stopped', {
        reason: signal ? `the ${name} was ended by ${signal}` : `the ${name} ended with code ${code}`,
      }),
    );
  child.on('exit', ended);
  child.on('error', (error) =>
    closing.close(studioError('engine.stopped', { reason: `the ${name} failed: ${error.message}` }, error)),
  );
  return {
    // A send can lose the race against the death of the process; onClose then rejects what was pending.
    post: (message) => {
      if (child.connected && !closing.closed) child.send(message as object, () => undefined);
    },
    onMessage: (listener) => void child.on('message', listener),
    onClose: (listener) => closing.on(listener),
  };
}

interface ElectronParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/** The engine process's own end: Electron's parent port in a utility process, else the fork's channel. */
export function ownProcessPort(): Port {
  const electron = (process as { parentPort?: ElectronParentPort }).parentPort;
  if (electron) {
    return {
      post: (message) => electron.postMessage(message),
      onMessage: (listener) => electron.on('message', ({ data }) => listener(data)),
      // A utility process is ended together with its parent.
      onClose: () => undefined,
    };
  }
  assertThat(process.send !== undefined, 'to run as a forked process');
  return {
    post: (message) => void process.send?.(message, undefined, undefined, () => undefined),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) =>
      void process.on('disconnect', () => listener(studioError('engine.stopped', { reason: 'the studio closed' }))),
  };
}
