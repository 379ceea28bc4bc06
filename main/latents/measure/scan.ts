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
import type { SideFences, SideSizes, Tally } from './side.ts';
import { TailKernel } from './tail-kernel.ts';
import type { SideIndex } from './tail-kernel.ts';

export interface ScanSizes extends SideSizes {
  readonly pictures: number;
  /** Rows of each picture: its own, then its mirror image. */
  readonly copies: number;
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
  readonly #tail: TailKernel;

  /** @param memory that no other channel uses */
  constructor(place: ChannelPlace, sizes: ScanSizes, memory: RowMemory, plan: ScanPlan) {
    this.plan = plan;
    this.memory = memory;
    this.#place = place;
    this.#copies = sizes.copies;
    for (const sums of [memory.counts, memory.first, memory.second, memory.powers]) sums.fill(0);
    this.tally = {
      inner: new Uint32Array(sizes.pictures),
      outer: new Uint32Array(sizes.pictures),
      cells: new Uint32Array(place.positions),
    };
    this.below = new Side(-1, plan.below, sizes, this.tally);
    this.above = new Side(1, plan.above, sizes, this.tally);
    this.#bounds = { centre: plan.centre, low: -floatBelow(plan.below.from), high: floatBelow(plan.above.from) };
    this.#measure = rowKernel(memory, place);
    this.#tail = new TailKernel(memory.tail, place, plan.centre, [plan.below, plan.above]);
    // Those of mirror images are taken back block by block.
    memory.tail.own.fill(1);
  }

  /** Adds whole rows, of which the first is this one of the set. They lie in the same memory as the sums. */
  add(block: Float32Array, firstRow: number): void {
    const { found, tail } = this.memory;
    const rows = block.length / this.#place.dimensions;
    if (this.#copies > 1) for (let i = 0; i < rows; i++) tail.own[i] = this.#pictureOf(firstRow + i) < 0 ? 0 : 1;
    this.#tail.take(found, this.#measure(block, this.#bounds));
    this.#look(0, this.below, block, firstRow);
    this.#look(1, this.above, block, firstRow);
  }

  #look(index: SideIndex, side: Side, block: Float32Array, firstRow: number): void {
    const { dimensions, offset } = this.#place;
    const { unsure, candidates, noted } = this.#tail.look(index, block);
    for (let i = 0; i < block.length / dimensions; i++) {
      const picture = this.#pictureOf(firstRow + i);
      side.addRow(this.#tail.largest(i), this.#tail.largestCell(i), picture);
      if (picture < 0) continue;
      this.tally.inner[picture]! += this.#tail.inner(i);
      this.tally.outer[picture]! += this.#tail.outer(i);
    }
    side.sample.add(noted);
    for (let i = 0; i < candidates.length; i++) {
      const at = (candidates[i]! - block.byteOffset) >>> 2;
      const row = Math.floor(at / dimensions);
      side.extremes.offer(side.sign * block[at]!, at - row * dimensions - offset, this.#pictureOf(firstRow + row));
    }
    this.#tail.setLeast(index, side.extremes.least);
    side.unsure.add(block, unsure, firstRow * dimensions);
  }

  /** −1 for a mirror image. */
  #pictureOf(row: number): number {
    // Asked millions of times, nearly always of sets without mirror images: dividing takes its time.
    if (this.#copies === 1) return row;
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
    const holds = (plan: SidePlan, fence: SideFences) => isIn(fence.inner, plan.inner) && isIn(fence.outer, plan.outer);
    if (
      !holds(this.plan.above, above) ||
      !holds(this.plan.below, below) ||
      this.below.unsure.isFull ||
      this.above.unsure.isFull
    )
      return undefined;
    this.below.addTotals(this.#tail.totals(0));
    this.above.addTotals(this.#tail.totals(1));
    this.tally.cells.set(this.memory.tail.cells);
    this.below.settle(below, (row) => this.#pictureOf(row), this.#place);
    this.above.settle(above, (row) => this.#pictureOf(row), this.#place);
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
