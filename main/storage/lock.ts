/**
 * One writer per project, by lock file. The file names the holder's process; a holder that is gone leaves a stale
 * lock, which is taken over. The file is written beside its place and linked there, which fails when there is one:
 * so it is never seen half written, which would look stale.
 */
import { randomUUID } from 'node:crypto';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { studioError } from '../base/errors.ts';
import { fileError, nodeCode, noLinks, readIfPresent } from './files.ts';

export interface Lock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
  readonly program: string;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, host, token, program } = value as Record<string, unknown>;
    return typeof pid === 'number' &&
      typeof host === 'string' &&
      typeof token === 'string' &&
      typeof program === 'string'
      ? { pid, host, token, program }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // EPERM: the process exists but belongs to someone else.
    return nodeCode(thrown) === 'EPERM';
  }
}

/** Takes the lock at `path` for `program` (“the studio window”, “cauchy train”). Throws `project.openElsewhere`. */
export async function takeLock(
  path: string,
  owner: { readonly program: string; readonly project: string },
): Promise<Lock> {
  const mine: Holder = { pid: process.pid, host: hostname(), token: randomUUID(), program: owner.program };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await claim(path, mine);
      return { release: () => release(path, mine.token) };
    } catch (thrown) {
      if (nodeCode(thrown) !== 'EEXIST') throw fileError(path, thrown);
    }
    const text = (await readIfPresent(path))?.toString('utf8');
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (holder && (holder.host !== mine.host || isAlive(holder.pid))) {
      const where = holder.host === mine.host ? '' : ` on ${holder.host}`;
      throw studioError('project.openElsewhere', {
        path: owner.project,
        holder: `${holder.program} (process ${holder.pid}${where})`,
      });
    }
    // Renaming first makes sure that of two takers only one removes the stale lock.
    const stale = `${path}.${mine.token}.stale`;
    await rename(path, stale).then(
      () => rm(stale, { force: true }),
      () => undefined,
    );
  }
  throw studioError('project.openElsewhere', { path: owner.project, holder: 'another program' });
}

/** Puts the lock in its place. Throws Node's EEXIST when it is held. */
async function claim(path: string, holder: Holder): Promise<void> {
  const text = JSON.stringify(holder);
  const own = `${path}.${holder.token}.new`;
  await writeFile(own, text, { flag: 'wx' });
  try {
    await link(own, path);
  } catch (thrown) {
    if (!noLinks.has(nodeCode(thrown))) throw thrown;
    await writeFile(path, text, { flag: 'wx' });
  } finally {
    await rm(own, { force: true });
  }
}

async function release(path: string, token: string): Promise<void> {
  const text = (await readIfPresent(path))?.toString('utf8');
  if (text !== undefined && parseHolder(text)?.token === token) await rm(path, { force: true });
}
