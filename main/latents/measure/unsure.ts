/** Values of which it is not known yet on which side of a fence they lie, with their places; a list that grows up to a bound. */
export class Unsure {
  readonly #most: number;
  #values = new Float32Array(1024);
  /** Places in all rows, which can be more than 2³² numbers. */
  #places = new Float64Array(1024);
  #length = 0;
  #isFull = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there were more than the list may hold; then some are missing. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Adds the values at these addresses of a block, whose own first value is at `start` among those of all rows. */
  add(block: Float32Array, addresses: Uint32Array, start: number): void {
    if (this.#length + addresses.length > this.#most) this.#isFull = true;
    if (this.#isFull) return;
    const length = this.#length + addresses.length;
    if (length > this.#values.length) this.#grow(Math.max(length, 2 * this.#values.length));
    const [values, places] = [this.#values, this.#places];
    const base = block.byteOffset;
    for (let i = 0, to = this.#length; i < addresses.length; i++, to++) {
      const at = (addresses[i]! - base) >>> 2;
      values[to] = block[at]!;
      places[to] = start + at;
    }
    this.#length = length;
  }

  #grow(length: number): void {
    this.#values = grown(this.#values, new Float32Array(length));
    this.#places = grown(this.#places, new Float64Array(length));
  }

  get values(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }
  /** Of each value. */
  get places(): Float64Array {
    return this.#places.subarray(0, this.#length);
  }
}

function grown<A extends Float32Array | Float64Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
