/** What a scan sees of one side of a channel; below the median with all signs turned round, so that larger is further out. */
import { Extremes } from '../outliers/extremes.ts';
import type { SidePlan } from './plan.ts';
import { Thinned } from './thinned.ts';
import type { Unsure } from './unsure.ts';

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
  /** Of one row: values that may be beyond the inner fence, and their cells. */
  readonly #values: Float32Array;
  readonly #cells: Uint32Array;
  readonly #tally: Tally;
  readonly #unsure: Unsure;

  constructor(sign: 1 | -1, plan: SidePlan, mostExtremes: number, tally: Tally, unsure: Unsure) {
    this.sign = sign;
    this.plan = plan;
    this.extremes = new Extremes(mostExtremes);
    this.worst = new Float32Array(tally.inner.length).fill(-Infinity);
    this.worstCell = new Uint32Array(tally.inner.length);
    // Room for one more, which is written before it is known whether it counts.
    this.#values = new Float32Array(tally.cells.length + 1);
    this.#cells = new Uint32Array(tally.cells.length + 1);
    this.#tally = tally;
    this.#unsure = unsure;
  }

  /**
   * Looks at the values of a row that are near the fences of this side or beyond: the first `count` of `places` in the block.
   * @param from where the channel begins in the row @param picture −1 for a mirror image
   */
  look(block: Float32Array, places: Uint32Array, count: number, from: number, row: number, picture: number): void {
    // Numbers with a fraction are handed on in lists: handed over one by one, each would be an object of its own.
    const { sign } = this;
    const values = this.#values;
    const cells = this.#cells;
    const { cells: tallied } = this.#tally;
    const innerFrom = this.plan.inner[0];
    const innerTo = this.plan.inner[1];
    const outerFrom = this.plan.outer[0];
    const outerTo = this.plan.outer[1];
    const own = picture >= 0 ? 1 : 0;
    let largest = -Infinity;
    let worst = 0;
    let inner = 0;
    let outer = 0;
    let noted = 0;
    let unsure = 0;
    // Counted without branches, which nobody could foretell.
    for (let i = 0; i < count; i++) {
      const at = places[i]!;
      const size = sign * block[at]!;
      const cell = at - from;
      const mayBeInner = size > innerFrom ? 1 : 0;
      const isInner = size > innerTo ? 1 : 0;
      const mayBeOuter = size > outerFrom ? 1 : 0;
      const isOuter = size > outerTo ? 1 : 0;
      const isUnsure = mayBeInner - isInner + mayBeOuter - isOuter;
      if (mayBeInner === 0) this.#within(size);
      values[noted] = size;
      cells[noted] = cell;
      noted += mayBeInner;
      // Overwrites what was looked at before.
      places[unsure] = at;
      unsure += isUnsure;
      inner += isInner * (1 - isUnsure);
      outer += isOuter;
      tallied[cell]! += isOuter * own;
      if (size > largest) {
        largest = size;
        worst = cell;
      }
    }
    if (noted === 0) return;
    if (largest > this.largest) this.largest = largest;
    this.inner += inner;
    this.outer += outer;
    this.sample.add(values, noted);
    this.#unsure.add(block, places, unsure, from, row);
    if (picture < 0) return;
    this.extremes.offer(values, cells, noted, picture);
    this.#tally.inner[picture]! += inner;
    this.#tally.outer[picture]! += outer;
    this.worst[picture] = largest;
    this.worstCell[picture] = worst;
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
