/** What a scan sees of one side of a channel; below the median with all signs turned round, so that larger is further out. */
import { Extremes } from '../outliers/extremes.ts';
import type { SidePlan } from './plan.ts';
import type { TailKernel } from './tail-kernel.ts';
import { Thinned } from './thinned.ts';

/** What the pictures and places have beyond the fences, on both sides. */
export interface Tally {
  /** Of each picture. */
  readonly inner: Uint32Array;
  readonly outer: Uint32Array;
  /** Of each position: pictures with a value beyond the outer fences there. */
  readonly cells: Uint32Array;
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
  /** Of each picture: its largest value that may be beyond the inner fence, and where. */
  readonly worst: Float32Array;
  readonly worstCell: Uint32Array;
  readonly #tally: Tally;

  constructor(sign: 1 | -1, plan: SidePlan, mostExtremes: number, tally: Tally) {
    this.sign = sign;
    this.plan = plan;
    this.extremes = new Extremes(mostExtremes);
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

  /** Settles an unsure value. @param picture −1 for a mirror image */
  settle(
    size: number,
    fences: { readonly inner: number; readonly outer: number },
    picture: number,
    cell: number,
  ): void {
    if (size <= fences.inner) return this.#within(size);
    this.inner++;
    const isOuter = size > fences.outer;
    if (isOuter) this.outer++;
    if (picture < 0) return;
    this.#tally.inner[picture]!++;
    if (!isOuter) return;
    this.#tally.outer[picture]!++;
    this.#tally.cells[cell]!++;
  }

  #within(size: number): void {
    if (size > this.whisker) this.whisker = size;
    if (size < this.innermost) this.innermost = size;
  }
}
