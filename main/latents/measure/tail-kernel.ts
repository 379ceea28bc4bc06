/**
 * What is done with every value that is far out: it is counted beyond the fences of its side, of its row and at its place, and noted
 * where more has to be known of it. Of heavy-tailed latents that is one value in thirty, too many for a loop in JavaScript, whose
 * branches nobody could foretell; here there are none but the loops' own.
 */
import type { Arena } from './arena.ts';
import { assemble, f32, f64, i32, repeatWhile, select, when } from './assembler.ts';
import type { Code, Local } from './assembler.ts';
import type { SidePlan } from './plan.ts';
import type { ChannelPlace } from './row-kernel.ts';

/** Bytes of one side's record, and what lies where in it. All sizes are in the side's own direction: larger is further out. */
const sideBytes = 128;
const sideAt = {
  /** f64: the least and the largest size that each fence can have, and the one above which values are candidates. */
  ...{ innerFrom: 0, innerTo: 8, outerFrom: 16, outerTo: 24, least: 32 },
  /** f64: the largest and the least size within the inner fence. */
  ...{ whisker: 40, innermost: 48 },
  /** u32: values beyond the fences. */
  ...{ inner: 56, outer: 60 },
  /** u32: where the next size that may be beyond the inner fence is noted. */
  noted: 64,
  /** Of the row: its largest size (f64), and the address of that value (u32). */
  ...{ largest: 72, largestAt: 80 },
  /** u32, of the first record only: candidates of the block. */
  candidates: 84,
} as const;

/** The same of one row: the largest sizes (f64) and the addresses (u32) of both sides, and both sides' counts (u32). */
const rowBytes = 32;
const rowAt = { largest: [0, 8], largestAt: [16, 20], inner: 24, outer: 28 } as const;

/** What the kernel reads and writes, besides what was found far out, in the same memory. */
export interface TailMemory {
  readonly memory: WebAssembly.Memory;
  /** Records of the side below and of the side above. */
  readonly sides: Uint8Array;
  /** One record for each row of a block. */
  readonly rows: Uint8Array;
  /** Of each row of a block: 1 when it counts for pictures and places. */
  readonly own: Uint32Array;
  /** Of each position: values of own rows beyond the outer fences. */
  readonly cells: Uint32Array;
  /** Sizes that may be beyond the inner fence, of each side. */
  readonly noted: readonly [Float32Array, Float32Array];
  /** Addresses of values of own rows that are larger than what their side asked for. */
  readonly candidates: Uint32Array;
}

/** Arrays of a `TailMemory`, and their bytes. */
export const tailArrays = 7;
export const tailBytes = (positions: number, mostRows: number): number =>
  2 * sideBytes + (rowBytes + 4) * mostRows + 4 * positions + 12 * (positions * mostRows + 1);

/** @param mostRows in a block */
export function tailMemory(arena: Arena, positions: number, mostRows: number): TailMemory {
  // What is written where the next one goes needs room for one more.
  const most = positions * mostRows + 1;
  return {
    memory: arena.memory,
    sides: arena.uint8(2 * sideBytes),
    rows: arena.uint8(rowBytes * mostRows),
    own: arena.uint32(mostRows),
    cells: arena.uint32(positions),
    noted: [arena.float32(most), arena.float32(most)],
    candidates: arena.uint32(most),
  };
}

/**
 * `next`: addresses of the far values of `count` rows, in order, and after the last one a larger number; those that are unsure take
 * their places. The first row's values begin at `start`, each is `stride` bytes from the one before.
 */
const code = assemble({
  parameters: {
    ...{ next: 'i32', start: 'i32', count: 'i32', length: 'i32', stride: 'i32' },
    ...{ sides: 'i32', rows: 'i32', own: 'i32', cells: 'i32', candidates: 'i32', centre: 'f64' },
  },
  locals: {
    ...{ first: 'i32', out: 'i32', candidate: 'i32', end: 'i32', isOwn: 'i32', rowInner: 'i32', rowOuter: 'i32' },
    ...{ at: 'i32', isAbove: 'i32', side: 'i32', cell: 'i32', small: 'f32', size: 'f64' },
    ...{ mayBeInner: 'i32', isInner: 'i32', isOuter: 'i32', isUnsure: 'i32', isLarger: 'i32' },
  },
  body: (use) => {
    const forward = (variable: Local, bytes: Code) => variable.set(i32.add(variable.get, bytes));
    const add = (address: Code, value: Code, offset: number) =>
      i32.store(address, i32.add(i32.load(address, offset), value), offset);
    const isBeyond = (bound: number) => f64.gt(use.size.get, f64.load(use.side.get, bound));
    const times4 = (flag: Code) => i32.shl(flag, i32.const(2));
    const value = [
      use.at.set(i32.load(use.next.get)),
      forward(use.next, i32.const(4)),
      use.small.set(f32.load(use.at.get)),
      use.isAbove.set(f64.gt(f64.promote(use.small.get), use.centre.get)),
      use.small.set(select(use.small.get, f32.neg(use.small.get), use.isAbove.get)),
      use.size.set(f64.promote(use.small.get)),
      use.side.set(i32.add(use.sides.get, i32.shl(use.isAbove.get, i32.const(Math.log2(sideBytes))))),
      use.mayBeInner.set(isBeyond(sideAt.innerFrom)),
      use.isInner.set(isBeyond(sideAt.innerTo)),
      use.isOuter.set(isBeyond(sideAt.outerTo)),
      use.isUnsure.set(
        i32.sub(i32.add(use.mayBeInner.get, isBeyond(sideAt.outerFrom)), i32.add(use.isInner.get, use.isOuter.get)),
      ),
      // What is unsure is counted once it is known where the fence is.
      use.isInner.set(i32.and(use.isInner.get, i32.sub(i32.const(1), use.isUnsure.get))),
      add(use.side.get, use.isInner.get, sideAt.inner),
      add(use.side.get, use.isOuter.get, sideAt.outer),
      forward(use.rowInner, use.isInner.get),
      forward(use.rowOuter, use.isOuter.get),
      use.cell.set(i32.add(use.cells.get, i32.sub(use.at.get, use.start.get))),
      add(use.cell.get, i32.and(use.isOuter.get, use.isOwn.get), 0),
      // Seldom, which a branch can foretell.
      when(i32.eqz(use.mayBeInner.get), [
        f64.store(use.side.get, f64.max(f64.load(use.side.get, sideAt.whisker), use.size.get), sideAt.whisker),
        f64.store(use.side.get, f64.min(f64.load(use.side.get, sideAt.innermost), use.size.get), sideAt.innermost),
      ]),
      // Written always, counted only when wanted.
      f32.store(i32.load(use.side.get, sideAt.noted), use.small.get),
      add(use.side.get, times4(use.mayBeInner.get), sideAt.noted),
      i32.store(use.candidate.get, use.at.get),
      forward(use.candidate, times4(i32.and(i32.and(use.mayBeInner.get, isBeyond(sideAt.least)), use.isOwn.get))),
      i32.store(use.out.get, use.at.get),
      forward(use.out, times4(use.isUnsure.get)),
      use.isLarger.set(isBeyond(sideAt.largest)),
      f64.store(
        use.side.get,
        select(use.size.get, f64.load(use.side.get, sideAt.largest), use.isLarger.get),
        sideAt.largest,
      ),
      i32.store(
        use.side.get,
        select(use.at.get, i32.load(use.side.get, sideAt.largestAt), use.isLarger.get),
        sideAt.largestAt,
      ),
    ];
    const isInRow = i32.isBelow(i32.load(use.next.get), use.end.get);
    const above = i32.add(use.sides.get, i32.const(sideBytes));
    const ofSides = [use.sides.get, above] as const;
    const row = [
      use.isOwn.set(i32.load(use.own.get)),
      use.rowInner.set(i32.const(0)),
      use.rowOuter.set(i32.const(0)),
      use.end.set(i32.add(use.start.get, use.length.get)),
      ...ofSides.map((side) => f64.store(side, f64.const(-Infinity), sideAt.largest)),
      when(isInRow, [repeatWhile(value, isInRow)]),
      ...ofSides.flatMap((side, i) => [
        f64.store(use.rows.get, f64.load(side, sideAt.largest), rowAt.largest[i]),
        // Of the channel's first value.
        i32.store(use.rows.get, i32.sub(i32.load(side, sideAt.largestAt), use.start.get), rowAt.largestAt[i]),
      ]),
      i32.store(use.rows.get, use.rowInner.get, rowAt.inner),
      i32.store(use.rows.get, use.rowOuter.get, rowAt.outer),
      forward(use.rows, i32.const(rowBytes)),
      forward(use.own, i32.const(4)),
      forward(use.start, use.stride.get),
      use.count.set(i32.sub(use.count.get, i32.const(1))),
    ];
    return [
      use.first.set(use.next.get),
      use.out.set(use.next.get),
      use.candidate.set(use.candidates.get),
      repeatWhile(row, use.count.get),
      i32.store(
        use.sides.get,
        i32.shr(i32.sub(use.candidate.get, use.candidates.get), i32.const(2)),
        sideAt.candidates,
      ),
      i32.shr(i32.sub(use.out.get, use.first.get), i32.const(2)),
    ];
  },
});

let module: WebAssembly.Module | undefined;

export class TailKernel {
  readonly #memory: TailMemory;
  readonly #place: ChannelPlace;
  readonly #centre: number;
  readonly #run: (...parameters: number[]) => number;
  readonly #sideNumbers: Float64Array;
  readonly #sideCounts: Uint32Array;
  readonly #rowNumbers: Float64Array;
  readonly #rowCounts: Uint32Array;

  /** @param plans of the side below and of the side above */
  constructor(memory: TailMemory, place: ChannelPlace, centre: number, plans: readonly [SidePlan, SidePlan]) {
    module ??= new WebAssembly.Module(code);
    const instance = new WebAssembly.Instance(module, { memory: { shared: memory.memory } });
    this.#run = instance.exports['run'] as (...parameters: number[]) => number;
    this.#memory = memory;
    this.#place = place;
    this.#centre = centre;
    const { sides, rows } = memory;
    this.#sideNumbers = new Float64Array(sides.buffer, sides.byteOffset, sides.length / 8);
    this.#sideCounts = new Uint32Array(sides.buffer, sides.byteOffset, sides.length / 4);
    this.#rowNumbers = new Float64Array(rows.buffer, rows.byteOffset, rows.length / 8);
    this.#rowCounts = new Uint32Array(rows.buffer, rows.byteOffset, rows.length / 4);
    for (const array of [sides, rows, memory.cells]) array.fill(0);
    for (const [side, { inner, outer }] of plans.entries()) {
      const numbers = this.#sideNumbers.subarray((side * sideBytes) / 8);
      numbers.set([...inner, ...outer, -Infinity, -Infinity, Infinity]);
    }
  }

  /**
   * Looks at the first `count` addresses of `found`, which are of these rows; `found` has room for one more.
   * @returns how many of them are unsure, now the first ones of `found`, and how many are candidates
   */
  look(
    rows: Float32Array,
    found: Uint32Array,
    count: number,
  ): { readonly unsure: number; readonly candidates: number } {
    const { dimensions, offset, positions } = this.#place;
    const { sides, rows: records, own, cells, candidates, noted } = this.#memory;
    found[count] = 2 ** 32 - 1;
    noted.forEach(({ byteOffset }, side) => (this.#sideCounts[(side * sideBytes + sideAt.noted) / 4] = byteOffset));
    const unsure = this.#run(
      ...[found.byteOffset, rows.byteOffset + 4 * offset, rows.length / dimensions, 4 * positions, 4 * dimensions],
      ...[sides, records, own, cells, candidates].map(({ byteOffset }) => byteOffset),
      this.#centre,
    );
    return { unsure, candidates: this.#sideCounts[sideAt.candidates / 4]! };
  }

  /** From now on values that are not larger are no candidates of this side. */
  setLeast(side: 0 | 1, least: number): void {
    this.#sideNumbers[(side * sideBytes + sideAt.least) / 8] = least;
  }

  /** What was noted of a side in the last block. */
  noted(side: 0 | 1): Float32Array {
    const noted = this.#memory.noted[side];
    const end = this.#sideCounts[(side * sideBytes + sideAt.noted) / 4]!;
    return noted.subarray(0, (end - noted.byteOffset) / 4);
  }

  /** The largest size that a row of the last block has on a side; −∞ where nothing is far out. */
  largest(row: number, side: 0 | 1): number {
    return this.#rowNumbers[(row * rowBytes + rowAt.largest[side]) / 8]!;
  }
  /** The cell of that value. */
  largestCell(row: number, side: 0 | 1): number {
    return this.#rowCounts[(row * rowBytes + rowAt.largestAt[side]) / 4]! / 4;
  }
  /** Values that a row of the last block has beyond the fences, of both sides. */
  inner(row: number): number {
    return this.#rowCounts[(row * rowBytes + rowAt.inner) / 4]!;
  }
  outer(row: number): number {
    return this.#rowCounts[(row * rowBytes + rowAt.outer) / 4]!;
  }

  /** Of all blocks: the largest and the least size within the inner fence of a side, and the values beyond its fences. */
  totals(side: 0 | 1) {
    const number = (at: number) => this.#sideNumbers[(side * sideBytes + at) / 8]!;
    const count = (at: number) => this.#sideCounts[(side * sideBytes + at) / 4]!;
    return {
      whisker: number(sideAt.whisker),
      innermost: number(sideAt.innermost),
      inner: count(sideAt.inner),
      outer: count(sideAt.outer),
    };
  }
}
