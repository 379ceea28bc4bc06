/**
 * The most extreme of many values, each with its place, in memory for twice as many: whenever that is full, the less extreme half goes,
 * and from then on nothing is taken that is no more extreme than what stayed. Among equals the first ones stay.
 */
export class Extremes {
  readonly #most: number;
  readonly #sizes: Float32Array;
  readonly #pictures: Uint32Array;
  readonly #cells: Uint32Array;
  #length = 0;
  #least = -Infinity;

  constructor(most: number) {
    this.#most = most;
    this.#sizes = new Float32Array(2 * most);
    this.#pictures = new Uint32Array(2 * most);
    this.#cells = new Uint32Array(2 * most);
  }

  /** Nothing up to this size is taken any more. */
  get least(): number {
    return this.#least;
  }

  /** @param size how extreme a value is */
  offer(size: number, cell: number, picture: number): void {
    if (size <= this.#least) return;
    this.#sizes[this.#length] = size;
    this.#pictures[this.#length] = picture;
    this.#cells[this.#length++] = cell;
    if (this.#length === this.#sizes.length) this.#shrink();
  }

  /** The most extreme ones, in the order in which they came. */
  get kept(): { readonly sizes: Float32Array; readonly pictures: Uint32Array; readonly cells: Uint32Array } {
    if (this.#length > this.#most) this.#shrink();
    return {
      sizes: this.#sizes.subarray(0, this.#length),
      pictures: this.#pictures.subarray(0, this.#length),
      cells: this.#cells.subarray(0, this.#length),
    };
  }

  #shrink(): void {
    this.#least = nthLargest(this.#sizes.slice(0, this.#length), this.#most);
    let larger = 0;
    for (let i = 0; i < this.#length; i++) if (this.#sizes[i]! > this.#least) larger++;
    // Those as large as the least one that stays, for which there is room.
    let room = this.#most - larger;
    let kept = 0;
    for (let i = 0; i < this.#length; i++) {
      const size = this.#sizes[i]!;
      if (size < this.#least || (size === this.#least && room-- <= 0)) continue;
      this.#sizes[kept] = size;
      this.#pictures[kept] = this.#pictures[i]!;
      this.#cells[kept++] = this.#cells[i]!;
    }
    this.#length = kept;
  }
}

/**
 * The n-th largest of some numbers (from 1), which are reordered: quickselect, in a time that is proportional to their count.
 *
 * Source  Hoare, 1961, Algorithm 65: Find
 */
export function nthLargest(values: Float32Array | Float64Array, n: number): number {
  let from = 0;
  let to = values.length - 1;
  const wanted = values.length - n;
  while (from < to) {
    const pivot = values[(from + to) >>> 1]!;
    let [left, right] = [from, to];
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (wanted <= right) to = right;
    else if (wanted >= left) from = left;
    else break;
  }
  return values[wanted]!;
}
