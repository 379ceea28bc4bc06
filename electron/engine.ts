/** Starts the engine in a process of Electron's own kind: a crash there costs a restart from the last checkpoint. */
import { utilityProcess } from 'electron';
import { homedir } from 'node:os';
import type { DeviceInfo, EngineProcess } from '../main/api/studio.ts';
import { engineEnvironment } from '../main/base/engine-environment.ts';
import { studioError } from '../main/base/errors.ts';
import type { StudioError } from '../main/base/errors.ts';

/** @param script absolute path of the engine's entry, outside the archive: its threads can not be loaded from one */
export function spawnEngine(
  script: string,
  device: DeviceInfo,
  env: Readonly<Record<string, string>> = {},
): EngineProcess {
  const child = utilityProcess.fork(script, [JSON.stringify(device)], {
    serviceName: 'Cauchy Studio engine',
    env: engineEnvironment({ ...process.env, ...env }, process.platform, homedir()),
    execArgv: ['--enable-source-maps'],
    stdio: 'inherit',
  });
  let isGone = false;
  const closeListeners: ((reason: StudioError) => void)[] = [];
  child.on('exit', (code) => {
    isGone = true;
    const reason = studioError('engine.stopped', { reason: `the engine process ended with code ${code}` });
    for (const listener of closeListeners) listener(reason);
  });
  return {
    port: {
      // Typed arrays are copied: a utility process takes over message ports only.
      post: (message) => {
        if (!isGone) child.postMessage(message);
      },
      onMessage: (listener) => void child.on('message', listener),
      onClose: (listener) => void closeListeners.push(listener),
    },
    kill: () => void child.kill(),
  };
}
