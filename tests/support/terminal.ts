/** Runs the built command `cauchy` as a person would, in a home of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const main = resolve(import.meta.dirname, '..', '..', 'dist', 'main', 'cli', 'main.js');

export interface CommandResult {
  readonly code: number | null;
  /** The JSON lines of stdout. */
  readonly lines: readonly Record<string, unknown>[];
  readonly last: Record<string, unknown>;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly result: Promise<CommandResult>;
  /** Resolves with the first line that `matches`. */
  line(matches: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>;
  kill(signal: NodeJS.Signals): void;
  readonly pid: number;
}

/** A folder that stands for the home of a person who never used the studio. */
export const newHome = (): string => mkdtempSync(join(tmpdir(), 'cauchy-home-'));

/** The environment of a person's terminal: their own home, and nothing of the tests' that turns telemetry off. */
function environment(home: string): NodeJS.ProcessEnv {
  const { CI: _ci, ORT_DISABLE_TELEMETRY: _off, ...env } = process.env;
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return { ...env, CAUCHY_HOME: join(home, 'studio'), HOME: home, TMPDIR: temporary };
}

export function startCommand(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    env: { ...environment(home), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const waiting: {
    matches: (line: Record<string, unknown>) => boolean;
    resolve: (line: Record<string, unknown>) => void;
  }[] = [];
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    const complete = stdout.split('\n');
    stdout = complete.pop()!;
    for (const text of complete) {
      const line = JSON.parse(text) as Record<string, unknown>;
      lines.push(line);
      for (const waiter of waiting) if (waiter.matches(line)) waiter.resolve(line);
    }
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const result = new Promise<CommandResult>((done) =>
    child.on('close', (code) => done({ code, lines, last: lines.at(-1) ?? {}, stderr })),
  );
  return {
    result,
    line: (matches) =>
      new Promise((found, missing) => {
        const known = lines.find(matches);
        if (known) found(known);
        waiting.push({ matches, resolve: found });
        void result.then(({ stderr: words, last }) =>
          missing(new Error(`the command ended without that line: ${JSON.stringify(last)} ${words}`)),
        );
      }),
    kill: (signal) => void child.kill(signal),
    pid: child.pid!,
  };
}

export const runCommand = (
  home: string,
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<CommandResult> => startCommand(home, args, env).result;
