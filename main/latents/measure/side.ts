/** What a scan sees of one side of a channel; below the median with all signs turned round, so that larger is further out. */
import { Extremes } from '../outliers/extremes.ts';
import type { SidePlan } from './plan.ts';
import type { ChannelPlace } from './row-kernel.ts';
import type { TailKernel } from './tail-kernel.ts';
import { Thinned } from './thinned.ts';
import { Unsure } from './unsure.ts';

/** What the pictures and places have beyond the fences, on both sides. */
export interface Tally {
  /** Of each picture. */
  readonly inner: Uint32Array;
  readonly outer: Uint32Array;
  /** Of each position: pictures with a value beyond the outer fences there. */
  readonly cells: Uint32Array;
}

export interface SideSizes {
  /** How many of the most extreme values are kept, and how many may wait for where the fences are, of each side. */
  readonly mostExtremes: number;
  readonly mostUnsure: number;
}

/** Where the fences are, in the side's own direction. */
export interface SideFences {
  readonly inner: number;
  readonly outer: number;
}

export class Side {
  readonly plan: SidePlan;
  readonly sign: 1 | -1;
  /** Of the values that were looked at: the largest that may be beyond the inner fence, and the largest and the least within it. */
  largest = -Infinity;
  whisker = -Infinity;
  innermost = Infinity;
  /** Values beyond the fences. */
  inner = 0;
  outer = 0;
  /** Some of those that may be beyond the inner fence. */
  readonly sample = new Thinned();
  readonly extremes: Extremes;
  readonly unsure: Unsure;
  /** Of each picture: its largest value that may be beyond the inner fence, and where. */
  readonly worst: Float32Array;
  readonly worstCell: Uint32Array;
  readonly #tally: Tally;

  constructor(sign: 1 | -1, plan: SidePlan, { mostExtremes, mostUnsure }: SideSizes, tally: Tally) {
    this.sign = sign;
    this.plan = plan;
    this.extremes = new Extremes(mostExtremes);
    this.unsure = new Unsure(mostUnsure);
    this.worst = new Float32Array(tally.inner.length).fill(-Infinity);
    this.worstCell = new Uint32Array(tally.inner.length);
    this.#tally = tally;
  }

  /** What a row has furthest out, of what may be beyond the inner fence. @param picture −1 for a mirror image */
  addRow(largest: number, cell: number, picture: number): void {
    if (!(largest > this.plan.inner[0])) return;
    if (largest > this.largest) this.largest = largest;
    if (picture < 0) return;
    this.worst[picture] = largest;
    this.worstCell[picture] = cell;
  }

  /** What was counted of all rows. */
  addTotals({ whisker, innermost, inner, outer }: ReturnType<TailKernel['totals']>): void {
    this.whisker = whisker;
    this.innermost = innermost;
    this.inner = inner;
    this.outer = outer;
  }

  /**
   * Counts the values that were unsure, now that it is known where the fences are.
   * @param pictureOf a row: −1 for a mirror image
   */
  settle(fences: SideFences, pictureOf: (row: number) => number, { dimensions, offset }: ChannelPlace): void {
    const { inner, outer, cells } = this.#tally;
    const { values, places } = this.unsure;
    for (let i = 0; i < values.length; i++) {
      const size = this.sign * values[i]!;
      if (size <= fences.inner) {
        if (size > this.whisker) this.whisker = size;
        if (size < this.innermost) this.innermost = size;
        continue;
      }
      const isOuter = size > fences.outer;
      this.inner++;
      if (isOuter) this.outer++;
      const place = places[i]!;
      const row = Math.floor(place / dimensions);
      const picture = pictureOf(row);
      if (picture < 0) continue;
      inner[picture]!++;
      if (!isOuter) continue;
      outer[picture]!++;
      cells[place - row * dimensions - offset]!++;
    }
  }
}
