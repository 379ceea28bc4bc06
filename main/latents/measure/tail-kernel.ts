/**
 * What is done with every value that is far out: it is counted beyond the fences of its side, of its row and at its place, and noted
 * where more has to be known of it. Of heavy-tailed latents that is one value in twenty, too many for a loop in JavaScript, whose
 * branches nobody could foretell; here only such branches are left as are seldom taken. The sides are parted first: then what is known
 * of one stays in registers.
 */
import type { Arena } from './arena.ts';
import { assemble, countFrom, f32, forward, i32, loopWhile, repeatWhile, select, when } from './assembler.ts';
import type { Code, Local } from './assembler.ts';
import { bitsOf, floatUpTo } from './bins.ts';
import type { SidePlan } from './plan.ts';
import type { ChannelPlace } from './row-kernel.ts';
import { instantiate } from './webassembly.ts';
import type { Run, SharedMemory } from './webassembly.ts';

/** 0 is the side below the centre, where all sizes have their sign turned round: larger is further out. */
export type SideIndex = 0 | 1;

/** What lies where in the record of a side, and how many numbers that are. */
const sideNumbers = 16;
const sideAt = {
  /** f32: the least and the largest size that each fence can have, and the one above which values are candidates. */
  ...{ innerFrom: 0, innerTo: 1, outerFrom: 2, outerTo: 3, least: 4 },
  /** f32: the largest and the least size within the inner fence. */
  ...{ whisker: 5, innermost: 6 },
  /** u32: values beyond the fences. */
  ...{ inner: 7, outer: 8 },
  /** u32, of the last block: how many sizes were noted, and how many candidates there are. */
  ...{ noted: 9, candidates: 10 },
} as const;

/** The same of one row: the largest size (f32), the cell of that value (u32), and values beyond the fences (u32). */
const rowNumbers = 4;
const rowAt = { largest: 0, cell: 1, inner: 2, outer: 3 } as const;

/** What the kernel reads and writes, besides what was found far out, in the same memory. */
export interface TailMemory {
  readonly memory: SharedMemory;
  /** Of each side. */
  readonly sides: readonly [Float32Array, Float32Array];
  /** Addresses of the values of a block that are on each side. */
  readonly far: readonly [Uint32Array, Uint32Array];
  /** One record for each row of a block, of the side that was looked at last. */
  readonly rows: Float32Array;
  /** Of each row of a block: 1 when it counts for pictures and places. */
  readonly own: Uint32Array;
  /** Of each position: values of own rows beyond the outer fences. */
  readonly cells: Uint32Array;
  /** Of the side that was looked at last: sizes that may be beyond its inner fence. */
  readonly noted: Float32Array;
  /** Of that side, too: addresses of values of own rows that are larger than what it asked for. */
  readonly candidates: Uint32Array;
}

/** Arrays of a `TailMemory`, and their bytes. */
export const tailArrays = 9;
export const tailBytes = (positions: number, mostRows: number): number =>
  8 * sideNumbers + 4 * (rowNumbers + 1) * mostRows + 4 * positions + 16 * (positions * mostRows + 1);

/** @param mostRows in a block */
export function tailMemory(arena: Arena, positions: number, mostRows: number): TailMemory {
  // What is written where the next one goes needs room for one more.
  const most = positions * mostRows + 1;
  return {
    memory: arena.memory,
    sides: [arena.float32(sideNumbers), arena.float32(sideNumbers)],
    far: [arena.uint32(most), arena.uint32(most)],
    rows: arena.float32(rowNumbers * mostRows),
    own: arena.uint32(mostRows),
    cells: arena.uint32(positions),
    noted: arena.float32(most),
    candidates: arena.uint32(most),
  };
}

const times4 = (number: Code): Code => i32.shl(number, i32.const(2));

/** Parts the values at the addresses `found`, in order: those up to the centre, and those above it, of which it returns how many. */
const parting = assemble({
  parameters: { next: 'i32', end: 'i32', below: 'i32', above: 'i32', centre: 'f32' },
  locals: { at: 'i32', isAbove: 'i32', first: 'i32' },
  body: (use) => [
    use.first.set(use.above.get),
    loopWhile(i32.isBelow(use.next.get, use.end.get), [
      use.at.set(i32.load(use.next.get)),
      use.isAbove.set(f32.gt(f32.load(use.at.get), use.centre.get)),
      i32.store(use.above.get, use.at.get),
      i32.store(use.below.get, use.at.get),
      forward(use.above, times4(use.isAbove.get)),
      forward(use.below, times4(i32.sub(i32.const(1), use.isAbove.get))),
      forward(use.next, i32.const(4)),
    ]),
    countFrom(use.first.get, use.above.get),
  ],
});

/**
 * `next`: addresses of the far values that `count` rows have on one side, in order, and after the last one a larger number; those that
 * are unsure take their places, and it returns how many. The first row's values begin at `start`, each is `stride` bytes from the one
 * before.
 */
const looking = assemble({
  parameters: {
    ...{ next: 'i32', start: 'i32', count: 'i32', length: 'i32', stride: 'i32' },
    ...{ side: 'i32', rows: 'i32', own: 'i32', cells: 'i32', noted: 'i32', candidates: 'i32', sign: 'f32' },
  },
  locals: {
    ...{ innerFrom: 'f32', innerTo: 'f32', outerFrom: 'f32', outerTo: 'f32', least: 'f32' },
    ...{ first: 'i32', out: 'i32', note: 'i32', candidate: 'i32' },
    ...{ end: 'i32', isOwn: 'i32', inner: 'i32', outer: 'i32' },
    ...{ at: 'i32', size: 'f32', largest: 'f32', largestAt: 'i32', cell: 'i32' },
    ...{ mayBeInner: 'i32', isInner: 'i32', isOuter: 'i32', isUnsure: 'i32', isLarger: 'i32' },
  },
  body: (use) => {
    const add = (address: Code, value: Code, offset: number) =>
      i32.store(address, i32.add(i32.load(address, offset), value), offset);
    const isBeyond = (bound: Local) => f32.gt(use.size.get, bound.get);
    const ofSide = (place: keyof typeof sideAt) => 4 * sideAt[place];
    const ofRow = (place: keyof typeof rowAt) => 4 * rowAt[place];
    const keepIn = (place: 'whisker' | 'innermost', better: typeof f32.max) =>
      f32.store(use.side.get, better(f32.load(use.side.get, ofSide(place)), use.size.get), ofSide(place));
    const value = [
      use.at.set(i32.load(use.next.get)),
      forward(use.next, i32.const(4)),
      use.size.set(f32.mul(f32.load(use.at.get), use.sign.get)),
      use.mayBeInner.set(isBeyond(use.innerFrom)),
      use.isInner.set(isBeyond(use.innerTo)),
      use.isOuter.set(isBeyond(use.outerTo)),
      use.isUnsure.set(
        i32.sub(i32.add(use.mayBeInner.get, isBeyond(use.outerFrom)), i32.add(use.isInner.get, use.isOuter.get)),
      ),
      // What is unsure is counted once it is known where the fence is.
      forward(use.inner, i32.and(use.isInner.get, i32.sub(i32.const(1), use.isUnsure.get))),
      forward(use.outer, use.isOuter.get),
      use.cell.set(i32.add(use.cells.get, i32.sub(use.at.get, use.start.get))),
      add(use.cell.get, i32.and(use.isOuter.get, use.isOwn.get), 0),
      // Seldom, which a branch can foretell.
      when(i32.eqz(use.mayBeInner.get), [keepIn('whisker', f32.max), keepIn('innermost', f32.min)]),
      when(isBeyond(use.least), [
        i32.store(use.candidate.get, use.at.get),
        forward(use.candidate, times4(i32.and(use.mayBeInner.get, use.isOwn.get))),
      ]),
      // Written always, counted only when wanted.
      f32.store(use.note.get, use.size.get),
      forward(use.note, times4(use.mayBeInner.get)),
      i32.store(use.out.get, use.at.get),
      forward(use.out, times4(use.isUnsure.get)),
      use.isLarger.set(isBeyond(use.largest)),
      use.largest.set(select(use.size.get, use.largest.get, use.isLarger.get)),
      use.largestAt.set(select(use.at.get, use.largestAt.get, use.isLarger.get)),
    ];
    const isInRow = i32.isBelow(i32.load(use.next.get), use.end.get);
    const row = [
      use.isOwn.set(i32.load(use.own.get)),
      use.inner.set(i32.const(0)),
      use.outer.set(i32.const(0)),
      use.end.set(i32.add(use.start.get, use.length.get)),
      use.largest.set(f32.const(-Infinity)),
      use.largestAt.set(use.start.get),
      loopWhile(isInRow, value),
      f32.store(use.rows.get, use.largest.get, ofRow('largest')),
      i32.store(use.rows.get, countFrom(use.start.get, use.largestAt.get), ofRow('cell')),
      i32.store(use.rows.get, use.inner.get, ofRow('inner')),
      i32.store(use.rows.get, use.outer.get, ofRow('outer')),
      add(use.side.get, use.inner.get, ofSide('inner')),
      add(use.side.get, use.outer.get, ofSide('outer')),
      forward(use.rows, i32.const(4 * rowNumbers)),
      forward(use.own, i32.const(4)),
      forward(use.start, use.stride.get),
      use.count.set(i32.sub(use.count.get, i32.const(1))),
    ];
    const bounds = ['innerFrom', 'innerTo', 'outerFrom', 'outerTo', 'least'] as const;
    return [
      ...bounds.map((bound) => use[bound].set(f32.load(use.side.get, ofSide(bound)))),
      use.first.set(use.next.get),
      use.out.set(use.next.get),
      use.note.set(use.noted.get),
      use.candidate.set(use.candidates.get),
      repeatWhile(row, use.count.get),
      i32.store(use.side.get, countFrom(use.noted.get, use.note.get), ofSide('noted')),
      i32.store(use.side.get, countFrom(use.candidates.get, use.candidate.get), ofSide('candidates')),
      countFrom(use.first.get, use.out.get),
    ];
  },
});

export class TailKernel {
  readonly #memory: TailMemory;
  readonly #place: ChannelPlace;
  readonly #centre: number;
  readonly #part: Run;
  readonly #look: Run;
  readonly #rowCounts: Uint32Array;
  /** How many values of the block are on each side. */
  readonly #far = [0, 0];

  /** @param plans of the side below and of the side above */
  constructor(memory: TailMemory, place: ChannelPlace, centre: number, plans: readonly [SidePlan, SidePlan]) {
    this.#part = instantiate(parting, memory.memory);
    this.#look = instantiate(looking, memory.memory);
    this.#memory = memory;
    this.#place = place;
    this.#centre = floatUpTo(centre);
    this.#rowCounts = bitsOf(memory.rows);
    memory.cells.fill(0);
    for (const [i, { inner, outer }] of plans.entries()) {
      const side = memory.sides[i]!.fill(0);
      // A float32 number is beyond a bound when it is beyond the last float32 number up to it.
      side.set([...inner, ...outer].map(floatUpTo), sideAt.innerFrom);
      side.set([-Infinity, -Infinity, Infinity], sideAt.least);
    }
  }

  /** Takes the first `count` addresses of `found`, which are of the block that is looked at next. */
  take(found: Uint32Array, count: number): void {
    const [below, above] = this.#memory.far;
    const { byteOffset } = found;
    const isAbove = this.#part(byteOffset, byteOffset + 4 * count, below.byteOffset, above.byteOffset, this.#centre);
    this.#far[0] = count - isAbove;
    this.#far[1] = isAbove;
  }

  /**
   * Looks at what was taken of these rows on one side.
   * @returns addresses of what is unsure, candidates, and sizes that may be beyond the inner fence, until a side is looked at again
   */
  look(side: SideIndex, rows: Float32Array): { unsure: Uint32Array; candidates: Uint32Array; noted: Float32Array } {
    const { dimensions, offset, positions } = this.#place;
    const { sides, far, rows: records, own, cells, noted, candidates } = this.#memory;
    far[side][this.#far[side]!] = 2 ** 32 - 1;
    const unsure = this.#look(
      ...[far[side].byteOffset, rows.byteOffset + 4 * offset],
      ...[rows.length / dimensions, 4 * positions, 4 * dimensions],
      ...[sides[side], records, own, cells, noted, candidates].map(({ byteOffset }) => byteOffset),
      side === 0 ? -1 : 1,
    );
    const counts = bitsOf(sides[side]);
    return {
      unsure: far[side].subarray(0, unsure),
      candidates: candidates.subarray(0, counts[sideAt.candidates]),
      noted: noted.subarray(0, counts[sideAt.noted]),
    };
  }

  /** From now on values that are not larger are no candidates of this side. */
  setLeast(side: SideIndex, least: number): void {
    this.#memory.sides[side][sideAt.least] = least;
  }

  /** The largest size that a row has on the side that was looked at last; −∞ where nothing is far out. */
  largest(row: number): number {
    return this.#memory.rows[row * rowNumbers + rowAt.largest]!;
  }
  /** The cell of that value. */
  largestCell(row: number): number {
    return this.#rowCounts[row * rowNumbers + rowAt.cell]!;
  }
  /** Values that a row has beyond the fences of that side. */
  inner(row: number): number {
    return this.#rowCounts[row * rowNumbers + rowAt.inner]!;
  }
  outer(row: number): number {
    return this.#rowCounts[row * rowNumbers + rowAt.outer]!;
  }

  /** Of all blocks: the largest and the least size within the inner fence of a side, and the values beyond its fences. */
  totals(side: SideIndex) {
    const numbers = this.#memory.sides[side];
    const counts = bitsOf(numbers);
    return {
      whisker: numbers[sideAt.whisker]!,
      innermost: numbers[sideAt.innermost]!,
      inner: counts[sideAt.inner]!,
      outer: counts[sideAt.outer]!,
    };
  }
}
