/** A disk of a few kilobytes or megabytes, to see what a full one does. Only root on Linux can mount one. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';

export interface SmallDisk {
  readonly folder: string;
  unmount(): void;
}

/** Mounts a disk of `size` (“64k”, “8m”) at a new folder; undefined where that is not allowed. */
export function mountSmallDisk(folder: string, size: string): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return { folder, unmount: () => void execFileSync('umount', ['-l', folder]) };
}
export const whyNoSmallDisk = 'a small disk can only be mounted by root on Linux';

/** Writes a file until not a byte more fits. */
export function fillDisk(file: string): void {
  const descriptor = openSync(file, 'w');
  try {
    for (let size = 1 << 16; size > 0;) {
      try {
        writeSync(descriptor, Buffer.alloc(size));
      } catch {
        size >>= 1;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}
