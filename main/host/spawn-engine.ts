/** Starts the engine process for shells that run on Node: a fork that computes, apart from everything it could break. */
import { fork } from 'node:child_process';
import { homedir } from 'node:os';
import type { DeviceInfo, EngineProcess } from '../api/studio.ts';
import { engineEnvironment } from '../base/engine-environment.ts';
import { childProcessPort } from '../workers/ports.ts';

/** @param script absolute path of dist/main/workers/engine.process.js */
export function spawnEngine(script: string, device: DeviceInfo): EngineProcess {
  const child = fork(script, [JSON.stringify(device)], {
    // Typed arrays cross as bytes, not as JSON.
    serialization: 'advanced',
    env: engineEnvironment(process.env, process.platform, homedir()),
    execArgv: ['--enable-source-maps'],
    // What libraries print belongs to the log: stdout carries what a command answers.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  return { port: childProcessPort(child, 'engine process'), kill: () => void child.kill('SIGKILL') };
}
