/** The loops of the passes before the last one, four values a turn: V8 makes better machine code of that than of one. */
import { lowerBits } from './bins.ts';

/** Counts the values from index `from` to before `to` by the keys of their bins. */
export function countBins(bits: Uint32Array, from: number, to: number, counts: Uint32Array): void {
  let i = from;
  for (const last = to - 3; i < last; i += 4) {
    const a = bits[i]! >>> lowerBits;
    const b = bits[i + 1]! >>> lowerBits;
    const c = bits[i + 2]! >>> lowerBits;
    const d = bits[i + 3]! >>> lowerBits;
    counts[a]!++;
    counts[b]!++;
    counts[c]!++;
    counts[d]!++;
  }
  for (; i < to; i++) counts[bits[i]! >>> lowerBits]!++;
}

/** Writes to `found` where values lie whose bins are marked by 1, and returns how many; `found` has room for one more than all. */
export function findMarked(bits: Uint32Array, from: number, to: number, marks: Uint8Array, found: Uint32Array): number {
  let n = 0;
  let i = from;
  for (const last = to - 3; i < last; i += 4) {
    const a = marks[bits[i]! >>> lowerBits]!;
    const b = marks[bits[i + 1]! >>> lowerBits]!;
    const c = marks[bits[i + 2]! >>> lowerBits]!;
    const d = marks[bits[i + 3]! >>> lowerBits]!;
    // Written always, counted only when marked: a branch that is seldom taken costs more.
    found[n] = i;
    n += a;
    found[n] = i + 1;
    n += b;
    found[n] = i + 2;
    n += c;
    found[n] = i + 3;
    n += d;
  }
  for (; i < to; i++) {
    found[n] = i;
    n += marks[bits[i]! >>> lowerBits]!;
  }
  return n;
}
