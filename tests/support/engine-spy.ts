/** What a process does to the computer behind our back: the sockets it opens and the files it makes. Linux only. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const tables = ['tcp', 'tcp6', 'udp', 'udp6', 'udplite', 'udplite6', 'raw', 'raw6', 'icmp', 'icmp6'];

/** Inodes of all internet sockets of a process's network: the tenth column of every table. */
function internetInodes(pid: number): Set<string> {
  const rows = tables.flatMap((table) => {
    try {
      return readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1);
    } catch {
      // This kernel has no such table.
      return [];
    }
  });
  return new Set(rows.map((row) => row.trim().split(/\s+/)[9] ?? ''));
}

/** The child of this process that runs a script. */
export function childRunning(script: string): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return (
        Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(script)
      );
    } catch {
      // Ended between the list and the look.
      return false;
    }
  });
  if (found === undefined) throw new Error(`no child of this process runs ${script}`);
  return Number(found);
}

/** The internet sockets that a process holds right now, as their inodes. */
export function internetSockets(pid: number): string[] {
  const held = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      // Closed between the list and the look.
      return [];
    }
  });
  if (held.length === 0) return [];
  const internet = internetInodes(pid);
  return held.filter((inode) => internet.has(inode));
}

/** Whether strace is here and may trace. */
export const canTrace =
  process.platform === 'linux' && spawnSync('strace', ['-f', '--seccomp-bpf', '-e', 'trace=none', 'true']).status === 0;

/** A program that runs Node under strace: the process itself stays the child, so that signals and its channel reach it. */
export async function tracedNode(folder: string): Promise<{ program: string; calls: () => Promise<TracedCalls> }> {
  const program = join(folder, 'traced node');
  const log = join(folder, 'strace.log');
  const trace = 'trace=socket,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,link,linkat,symlink,symlinkat';
  const options = `-D -f --seccomp-bpf -qq -y -s 4096 -e ${trace} -e signal=none`;
  await writeFile(program, `#!/bin/sh\nexec strace ${options} -o '${log}' '${process.execPath}' "$@"\n`);
  await chmod(program, 0o755);
  return { program, calls: async () => parseCalls(await readFile(log, 'utf8')) };
}

export interface TracedCalls {
  /** The domain of every socket that was asked for: `AF_UNIX`. */
  readonly domains: readonly string[];
  /** Absolute paths that were made or opened for making. */
  readonly made: readonly string[];
}

function parseCalls(log: string): TracedCalls {
  const domains = [...log.matchAll(/\bsocket\((\w+)/g)].map(([, domain]) => domain!);
  const made = log.split('\n').flatMap((line) => {
    const isMaking =
      /\bopen(at2?)?\(.*O_CREAT/.test(line) ||
      /\b(creat|mkdir|mkdirat|mknod|mknodat|link|linkat|symlink|symlinkat)\(/.test(line);
    // Refused calls made nothing; -1 EEXIST did not either.
    return isMaking && !/ = -1 /.test(line) ? [[...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].at(-1)?.[1] ?? line] : [];
  });
  return { domains, made };
}
