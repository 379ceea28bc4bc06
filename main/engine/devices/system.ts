/** The few questions that are put to the operating system about its hardware. None may hang, and none goes to a network. */
import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';

export interface System {
  readonly platform: NodeJS.Platform;
  readonly arch: NodeJS.Architecture;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a program prints; undefined when it is not there, fails or takes too long. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  /** A file as text; undefined when it can not be read. */
  read(path: string): Promise<string | undefined>;
  /** Names in a folder; none when it can not be read. */
  list(path: string): Promise<readonly string[]>;
  /** Where a link leads. */
  link(path: string): Promise<string | undefined>;
}

/** A driver that hangs must not hold up the studio; PowerShell alone takes up to three seconds to start. */
const patienceMs = 8000;

export const thisSystem: System = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { timeout: patienceMs, killSignal: 'SIGKILL', windowsHide: true }, (error, stdout) =>
        resolve(error ? undefined : stdout),
      );
    }),
  read: (path) => readFile(path, 'utf8').catch(() => undefined),
  list: (path) => readdir(path).catch(() => []),
  link: (path) => readlink(path).catch(() => undefined),
};
