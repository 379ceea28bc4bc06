/** A side as the harness sees it: a fresh process, so that its memory is its own, spoken to as protocol.ts says. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { studioError, StudioError } from '../base/errors.ts';
import type { z } from 'zod';
import { endSchema, peerFailureSchema, preparedSchema, roundSchema, wireFailureSchema } from './protocol.ts';
import type { End, Request, Round } from './protocol.ts';

/** How to start a side, and how to speak of it when it fails. */
export interface Launch {
  /** “PyTorch eager”, “this studio”. */
  readonly title: string;
  readonly isOurs: boolean;
  readonly program: string;
  readonly args: readonly string[];
  /** What its environment has besides ours. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export interface Side {
  readonly title: string;
  readonly facts: Readonly<Record<string, unknown>>;
  /** Does the work once. */
  round(): Promise<Round>;
  /** Ends the process, which says how much memory it took. */
  end(): Promise<End>;
  /** Ends the process at once, whatever it is doing. */
  kill(): void;
}

/** How much of what a side printed is worth quoting. */
const mostQuoted = 2000;

/** Starts a side and has it prepare its work. Throws `bench.noPython` when it can't be started, else what it says. */
export async function startSide(launch: Launch, task: string, spec: Readonly<Record<string, unknown>>): Promise<Side> {
  const { title, program, args, env } = launch;
  const child = spawn(program, [...args], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-mostQuoted)));
  // Writing to a process that has gone is told by its missing answer.
  child.stdin.on('error', () => undefined);
  const notStarted = new Promise<never>((_, reject) =>
    child.on('error', (error) =>
      reject(studioError('bench.noPython', { python: program, reason: error.message }, error)),
    ),
  );
  notStarted.catch(() => undefined);
  const closed = new Promise((resolve) => child.on('close', resolve));
  const lines: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function ask<S extends z.ZodType>(request: Request, schema: S): Promise<z.infer<S>> {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { done, value } = await Promise.race([lines.next(), notStarted]);
    // An `error` event comes after the end of stdout, so it is given its chance to say why there was no answer.
    if (done === true) await Promise.race([closed, notStarted]);
    const answer = done === true ? undefined : parsed(value);
    const found = schema.safeParse(answer);
    if (found.success) return found.data;
    child.kill('SIGKILL');
    throw failure(launch, answer, printed.trim() || (done === true ? 'it ended without a word' : value));
  }

  try {
    const { facts } = await ask({ do: 'prepare', task, spec: { ...spec } }, preparedSchema);
    return {
      title,
      facts,
      round: () => ask({ do: 'round' }, roundSchema),
      end: () => ask({ do: 'end' }, endSchema),
      kill: () => void child.kill('SIGKILL'),
    };
  } catch (thrown) {
    child.kill('SIGKILL');
    throw thrown;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** An answer that is none of the expected, as an error of the catalogue. */
function failure({ title, isOurs, program }: Launch, answer: unknown, printed: string): StudioError {
  const ours = wireFailureSchema.safeParse(answer);
  if (ours.success) return new StudioError(ours.data.error);
  if (isOurs) return studioError('engine.stopped', { reason: printed });
  const theirs = peerFailureSchema.safeParse(answer);
  if (!theirs.success) return studioError('bench.peerFailed', { peer: title, message: printed });
  const { reason, message } = theirs.data.error;
  if (reason === 'package') return studioError('bench.peerPackage', { python: program, message });
  if (reason === 'device') return studioError('bench.peerDevice', { peer: title, message });
  return studioError('bench.peerFailed', { peer: title, message });
}
