/** Starts a run in a process of its own and follows it. */
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { engineEnvironment } from '../base/engine-environment.ts';
import { StudioError, studioError } from '../base/errors.ts';
import { wireErrorSchema } from '../base/wire-error.ts';
import { writeFileAtomic } from '../storage/files.ts';
import type { RunRequest } from './schema.ts';

const lineSchema = z.union([
  z.strictObject({ step: z.int(), loss: z.number().nullable() }),
  z.strictObject({ done: z.literal(true) }),
  z.strictObject({ error: wireErrorSchema }),
]);
/** How much of what a process printed is worth quoting. */
const mostQuoted = 2000;

/**
 * Runs `request` (written to `file`) with the program `script`; resolves when its result is on disk.
 * Throws the error of the run, or `engine.stopped` when its process died.
 */
export async function runInProcess(
  script: string,
  file: string,
  request: RunRequest,
  onStep: (step: number) => void,
  signal: AbortSignal,
): Promise<void> {
  await writeFileAtomic(file, JSON.stringify(request, null, 2));
  const env = engineEnvironment(process.env, process.platform, homedir());
  const child = spawn(process.execPath, [script, file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-mostQuoted)));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = lineSchema.parse(JSON.parse(line));
      if ('done' in said) return;
      if ('error' in said) throw new StudioError(said.error);
      onStep(said.step);
    }
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
  signal.throwIfAborted();
  throw studioError('engine.stopped', { reason: printed.trim() || 'it ended without a word' });
}
