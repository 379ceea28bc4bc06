/**
 * Reads the values of one channel once: sums of powers, counts of bins, and of what is far out the count, the picture and the place.
 * Of the mirror image of a picture only the values count; pictures, places and the most extreme ones are of pictures themselves.
 */
import { fencesOf } from '../statistics.ts';
import type { TukeyFences } from '../statistics.ts';
import { floatBelow } from './bins.ts';
import type { ScanPlan, SidePlan, Zone } from './plan.ts';
import type { OrderStatistics } from './order.ts';
import { rowKernel } from './row-kernel.ts';
import type { ChannelPlace, RowBounds, RowKernel, RowMemory } from './row-kernel.ts';
import { Side } from './side.ts';
import type { Tally } from './side.ts';
import { Unsure } from './unsure.ts';

export interface ScanSizes {
  readonly pictures: number;
  /** Rows of each picture: its own, then its mirror image. */
  readonly copies: number;
  readonly mostExtremes: number;
  /** How many values may wait for where the fences are. */
  readonly mostUnsure: number;
}

export class ChannelScan {
  readonly plan: ScanPlan;
  readonly memory: RowMemory;
  readonly tally: Tally;
  readonly below: Side;
  readonly above: Side;
  readonly #place: ChannelPlace;
  readonly #copies: number;
  readonly #bounds: RowBounds;
  readonly #measure: RowKernel;
  /** Where the values of a row are that are far out, of each side. */
  readonly #foundBelow: Uint32Array;
  readonly #foundAbove: Uint32Array;
  readonly #unsure: Unsure;

  /** @param memory that no other channel uses */
  constructor(
    place: ChannelPlace,
    { pictures, copies, mostExtremes, mostUnsure }: ScanSizes,
    memory: RowMemory,
    plan: ScanPlan,
  ) {
    const { positions } = place;
    this.plan = plan;
    this.memory = memory;
    this.#place = place;
    this.#copies = copies;
    for (const sums of [memory.counts, memory.first, memory.second, memory.powers]) sums.fill(0);
    this.tally = {
      inner: new Uint32Array(pictures),
      outer: new Uint32Array(pictures),
      cells: new Uint32Array(positions),
    };
    this.#unsure = new Unsure(mostUnsure);
    this.below = new Side(-1, plan.below, mostExtremes, this.tally, this.#unsure);
    this.above = new Side(1, plan.above, mostExtremes, this.tally, this.#unsure);
    this.#bounds = { centre: plan.centre, low: -floatBelow(plan.below.from), high: floatBelow(plan.above.from) };
    this.#measure = rowKernel(memory, place);
    // Room for one more, which is written before it is known whether it counts.
    this.#foundBelow = new Uint32Array(positions + 1);
    this.#foundAbove = new Uint32Array(positions + 1);
  }

  /** Adds whole rows, of which the first is this one of the set. They lie in the same memory as the sums. */
  add(block: Float32Array, firstRow: number): void {
    const { dimensions, offset, positions } = this.#place;
    const { found } = this.memory;
    const count = this.#measure(block, this.#bounds);
    for (let i = 0; i < count;) {
      const row = Math.floor(((found[i]! - block.byteOffset) >>> 2) / dimensions);
      const from = row * dimensions + offset;
      i = this.#look(block, i, count, from, from + positions, firstRow + row);
    }
  }

  /** Looks at what was found in one row, which is from index `from` to before `to`. Returns where what was found in others begins. */
  #look(block: Float32Array, first: number, count: number, from: number, to: number, row: number): number {
    const { found } = this.memory;
    const foundBelow = this.#foundBelow;
    const foundAbove = this.#foundAbove;
    const { centre } = this.plan;
    const start = block.byteOffset;
    const end = start + 4 * to;
    let below = 0;
    let above = 0;
    let i = first;
    for (; i < count; i++) {
      const address = found[i]!;
      if (address >= end) break;
      const at = (address - start) >>> 2;
      // Written to both lists, counted in one: nobody could foretell a branch.
      const isAbove = block[at]! > centre ? 1 : 0;
      foundAbove[above] = at;
      above += isAbove;
      foundBelow[below] = at;
      below += 1 - isAbove;
    }
    const picture = this.#pictureOf(row);
    this.below.look(block, foundBelow, below, from, row, picture);
    this.above.look(block, foundAbove, above, from, row, picture);
    return i;
  }

  /** −1 for a mirror image. */
  #pictureOf(row: number): number {
    return row % this.#copies === 0 ? row / this.#copies : -1;
  }

  /**
   * Once all rows are read: settles on which side of the fences the unsure values are. Undefined when the plan did not hold: a
   * fence is outside its zone, there were too many unsure values, or none that tells where the whiskers end. Only once.
   */
  settle({ q1, median, q3 }: OrderStatistics): SettledScan | undefined {
    const fences = fencesOf(q1, median, q3);
    const above = { inner: fences.inner[1], outer: fences.outer[1] };
    const below = { inner: -fences.inner[0], outer: -fences.outer[0] };
    const holds = (plan: SidePlan, fence: typeof above) =>
      isIn(fence.inner, plan.inner) && isIn(fence.outer, plan.outer);
    if (!holds(this.plan.above, above) || !holds(this.plan.below, below) || this.#unsure.isFull) return undefined;
    this.#unsure.forEach((value, row, cell) => {
      const picture = this.#pictureOf(row);
      if (value > this.plan.centre) this.above.settle(value, above, picture, cell);
      else this.below.settle(-value, below, picture, cell);
    });
    const low = Math.min(-this.below.whisker, this.above.innermost);
    const high = Math.max(this.above.whisker, -this.below.innermost);
    // Every value from there outwards was looked at.
    if (high < this.plan.above.from || -low < this.plan.below.from) return undefined;
    return {
      fences,
      whiskers: [low, high],
      min: Math.min(low, -this.below.largest),
      max: Math.max(high, this.above.largest),
    };
  }
}

/** What is known of a channel once all its rows were read. */
export interface SettledScan {
  readonly fences: TukeyFences;
  /** The most extreme values within the inner fences. */
  readonly whiskers: readonly [number, number];
  readonly min: number;
  readonly max: number;
}

const isIn = (fence: number, [from, to]: Zone): boolean => fence >= from && fence <= to;
