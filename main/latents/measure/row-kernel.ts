/**
 * What is done with every value of every latent: its bin is counted, its powers are summed, and where it is far out its place is noted.
 * What a row adds to the sums is added row by row, so that they do not depend on how rows are cut into blocks.
 */
import type { Arena } from './arena.ts';
import { assemble, countFrom, f32x4, f64x2, forward, i32, i32x4, repeatWhile, v128 } from './assembler.ts';
import type { Code } from './assembler.ts';
import { binCount, keyOf, lowerBits } from './bins.ts';
import { tailArrays, tailBytes, tailMemory } from './tail-kernel.ts';
import type { TailMemory } from './tail-kernel.ts';
import { instantiate } from './webassembly.ts';
import type { SharedMemory } from './webassembly.ts';

/** What the kernel reads and writes, all in one shared memory. */
export interface RowMemory {
  readonly memory: SharedMemory;
  /** By key. */
  readonly counts: Uint32Array;
  /** Sums of each position over the rows: of values less a centre, and of their squares. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Of all positions: two sums of third powers and two of fourth powers, of even and of odd positions. */
  readonly powers: Float64Array;
  /** Byte addresses of the values of a block that are far out. */
  readonly found: Uint32Array;
  /** For each four values of a turn and every choice among them, a bit each: bytes from the turn's first value to the chosen ones. */
  readonly packing: Uint32Array;
  /** Of what is done with those. */
  readonly tail: TailMemory;
}

/** What is looked at between two jumps; a multiple of four. */
const valuesPerTurn = 8;
/** Of the choices among four values. */
const packingBytes = 256;
const packings = Array.from({ length: valuesPerTurn / 4 }, (_, turn) =>
  Array.from({ length: 16 }, (_choice, choice) => {
    const chosen = [0, 1, 2, 3].filter((i) => (choice >> i) & 1).map((i) => 4 * (4 * turn + i));
    return [...chosen, ...new Array<number>(4 - chosen.length).fill(0)];
  }),
).flat(2);

/** Arrays of a `RowMemory`, and their bytes. */
export const rowArrays = 6 + tailArrays;
export const rowBytes = (positions: number, mostRows: number): number =>
  4 * binCount + 16 * positions + 4 * positions * mostRows + 4 * packings.length + 64 + tailBytes(positions, mostRows);

/** @param mostRows in a block */
export function rowMemory(arena: Arena, positions: number, mostRows: number): RowMemory {
  const packing = arena.uint32(packings.length);
  packing.set(packings);
  return {
    memory: arena.memory,
    counts: arena.uint32(binCount),
    first: arena.float64(positions),
    second: arena.float64(positions),
    powers: arena.float64(4),
    // A vector is written where the next one goes, whether it counts or not.
    found: arena.uint32(positions * mostRows + 4),
    packing,
    tail: tailMemory(arena, positions, mostRows),
  };
}

/**
 * `rows` rows, `stride` bytes from one to the next; of each `count` values from `values` on, a multiple of those of a turn. Neither is 0.
 */
const code = assemble({
  parameters: {
    ...{ values: 'i32', count: 'i32', rows: 'i32', stride: 'i32' },
    ...{ counts: 'i32', first: 'i32', second: 'i32', powers: 'i32', found: 'i32', packing: 'i32' },
    ...{ centre: 'f64', low: 'f32', high: 'f32' },
  },
  locals: {
    ...{ at: 'i32', end: 'i32', sum: 'i32', square: 'i32', out: 'i32', bin: 'i32', far: 'i32' },
    ...{ lows: 'v128', highs: 'v128', centres: 'v128', zero: 'v128', four: 'v128' },
    ...{ y: 'v128', z: 'v128', yy: 'v128', zz: 'v128' },
    ...{ thirdY: 'v128', thirdZ: 'v128', fourthY: 'v128', fourthZ: 'v128' },
  },
  body: (use) => {
    const addTo = (address: Code, value: Code, offset: number) =>
      v128.store(address, f64x2.add(v128.load(address, offset), value), offset);
    const count = (i: number) => {
      // The upper bits of the value, as the distance from the first count: four bytes for each bin.
      const bin = i32.and(
        i32.shr(i32.load(use.at.get, 4 * i), i32.const(lowerBits - 2)),
        i32.const(4 * (binCount - 1)),
      );
      return [
        use.bin.set(i32.add(use.counts.get, bin)),
        i32.store(use.bin.get, i32.add(i32.load(use.bin.get), i32.const(1))),
      ].flat();
    };
    const fourValues = (turn: number) => [
      use.four.set(v128.load(use.at.get, 16 * turn)),
      ...[0, 1, 2, 3].map((i) => count(4 * turn + i)),
      use.far.set(v128.signs(v128.or(f32x4.gt(use.four.get, use.highs.get), f32x4.lt(use.four.get, use.lows.get)))),
      // The places of those that are far out come first, and only they count: a branch could not be foretold.
      v128.store(
        use.out.get,
        i32x4.add(
          i32x4.splat(use.at.get),
          v128.load(i32.add(use.packing.get, i32.shl(use.far.get, i32.const(4))), packingBytes * turn),
        ),
      ),
      use.out.set(i32.add(use.out.get, i32.shl(i32.countOnes(use.far.get), i32.const(2)))),
      use.y.set(f64x2.sub(f64x2.promote(use.four.get), use.centres.get)),
      use.z.set(f64x2.sub(f64x2.promote(v128.upper(use.four.get)), use.centres.get)),
      use.yy.set(f64x2.mul(use.y.get, use.y.get)),
      use.zz.set(f64x2.mul(use.z.get, use.z.get)),
      addTo(use.sum.get, use.y.get, 32 * turn),
      addTo(use.sum.get, use.z.get, 32 * turn + 16),
      addTo(use.square.get, use.yy.get, 32 * turn),
      addTo(use.square.get, use.zz.get, 32 * turn + 16),
      use.thirdY.set(f64x2.add(use.thirdY.get, f64x2.mul(use.yy.get, use.y.get))),
      use.thirdZ.set(f64x2.add(use.thirdZ.get, f64x2.mul(use.zz.get, use.z.get))),
      use.fourthY.set(f64x2.add(use.fourthY.get, f64x2.mul(use.yy.get, use.yy.get))),
      use.fourthZ.set(f64x2.add(use.fourthZ.get, f64x2.mul(use.zz.get, use.zz.get))),
    ];
    const aTurn = [
      ...Array.from({ length: valuesPerTurn / 4 }, (_, turn) => fourValues(turn)).flat(),
      forward(use.sum, i32.const(8 * valuesPerTurn)),
      forward(use.square, i32.const(8 * valuesPerTurn)),
      forward(use.at, i32.const(4 * valuesPerTurn)),
    ];
    const row = [
      use.at.set(use.values.get),
      use.end.set(i32.add(use.values.get, i32.shl(use.count.get, i32.const(2)))),
      use.sum.set(use.first.get),
      use.square.set(use.second.get),
      ...[use.thirdY, use.thirdZ, use.fourthY, use.fourthZ].map((sum) => sum.set(use.zero.get)),
      repeatWhile(aTurn, i32.isBelow(use.at.get, use.end.get)),
      addTo(use.powers.get, f64x2.add(use.thirdY.get, use.thirdZ.get), 0),
      addTo(use.powers.get, f64x2.add(use.fourthY.get, use.fourthZ.get), 16),
      forward(use.values, use.stride.get),
      use.rows.set(i32.sub(use.rows.get, i32.const(1))),
    ];
    return [
      use.out.set(use.found.get),
      use.lows.set(f32x4.splat(use.low.get)),
      use.highs.set(f32x4.splat(use.high.get)),
      use.centres.set(f64x2.splat(use.centre.get)),
      repeatWhile(row, use.rows.get),
      countFrom(use.found.get, use.out.get),
    ];
  },
});

/** Where the values of a channel are in the rows of a block. */
export interface ChannelPlace {
  /** Values of a row, and of them the first one of the channel, and how many it has. */
  readonly dimensions: number;
  readonly offset: number;
  readonly positions: number;
}

/** What values are measured by. */
export interface RowBounds {
  readonly centre: number;
  /** Values below and above these are noted. Float32 numbers. */
  readonly low: number;
  readonly high: number;
}

export type RowKernel = (rows: Float32Array, bounds: RowBounds) => number;

/**
 * Measures the values that a channel has in rows, which are in the same memory. Returns how many of them are far out; `found` has their
 * addresses, in order.
 */
export function rowKernel(memory: RowMemory, { dimensions, offset, positions }: ChannelPlace): RowKernel {
  const run = instantiate(code, memory.memory);
  const { counts, first, second, powers, found, packing } = memory;
  const arrays = [counts, first, second, powers].map(({ byteOffset }) => byteOffset);
  const whole = positions - (positions % valuesPerTurn);
  return (values, { centre, low, high }) => {
    const rows = values.length / dimensions;
    const address = values.byteOffset + 4 * offset;
    if (whole === positions)
      return run(
        address,
        whole,
        rows,
        4 * dimensions,
        ...arrays,
        found.byteOffset,
        packing.byteOffset,
        centre,
        low,
        high,
      );
    // The few values that are left of a row whose length is no multiple of that.
    let far = 0;
    for (let row = 0; row < rows; row++) {
      const from = row * dimensions + offset;
      const at = [...arrays, found.byteOffset + 4 * far, packing.byteOffset];
      if (whole > 0) far += run(values.byteOffset + 4 * from, whole, 1, 4, ...at, centre, low, high);
      for (let i = whole; i < positions; i++) {
        const value = values[from + i]!;
        const y = value - centre;
        counts[keyOf(value)]!++;
        first[i]! += y;
        second[i]! += y * y;
        powers[i % 2]! += y ** 3;
        powers[2 + (i % 2)]! += y ** 4;
        found[far] = values.byteOffset + 4 * (from + i);
        if (value < low || value > high) far++;
      }
    }
    return far;
  };
}
