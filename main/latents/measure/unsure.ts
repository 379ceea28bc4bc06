/** Values of which it is not known yet on which side of a fence they lie, with their places; a list that grows up to a bound. */
export class Unsure {
  readonly #most: number;
  #values = new Float32Array(1024);
  #rows = new Uint32Array(1024);
  #cells = new Uint32Array(1024);
  #length = 0;
  #isFull = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether there were more than the list may hold; then some are missing. */
  get isFull(): boolean {
    return this.#isFull;
  }

  add(value: number, row: number, cell: number): void {
    if (this.#length === this.#most) this.#isFull = true;
    if (this.#isFull) return;
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length] = value;
    this.#rows[this.#length] = row;
    this.#cells[this.#length++] = cell;
  }

  #grow(): void {
    const length = 2 * this.#values.length;
    this.#values = grown(this.#values, new Float32Array(length));
    this.#rows = grown(this.#rows, new Uint32Array(length));
    this.#cells = grown(this.#cells, new Uint32Array(length));
  }

  forEach(use: (value: number, row: number, cell: number) => void): void {
    for (let i = 0; i < this.#length; i++) use(this.#values[i]!, this.#rows[i]!, this.#cells[i]!);
  }
}

function grown<A extends Float32Array | Uint32Array>(from: A, into: A): A {
  into.set(from);
  return into;
}
