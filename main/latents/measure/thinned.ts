/** Values of which all are kept while they are few, and later every second, fourth, … as they come. */
const mostKept = 8192;

export class Thinned {
  readonly #values = new Float32Array(mostKept);
  #length = 0;
  #stride = 1;
  /** How many more come before the next one that is kept. */
  #skipped = 0;

  add(values: Float32Array): void {
    let next = this.#skipped;
    for (; next < values.length; next += this.#stride) {
      // The one that does not fit comes after an even number of kept ones, so it is one of every second that stay.
      if (this.#length === mostKept) this.#halve();
      this.#values[this.#length++] = values[next]!;
    }
    this.#skipped = next - values.length;
  }

  #halve(): void {
    for (let i = 0; i < mostKept; i += 2) this.#values[i / 2] = this.#values[i]!;
    this.#length = mostKept / 2;
    this.#stride *= 2;
  }

  get kept(): Float32Array {
    return this.#values.subarray(0, this.#length);
  }
}
