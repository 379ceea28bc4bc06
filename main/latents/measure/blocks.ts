/** Blocks of memory that rows come in: whoever reads takes one, and whoever has worked on it gives it back. */
export class Blocks {
  readonly all: readonly Float32Array[];
  readonly #free: Float32Array[];
  readonly #waiting: ((block: Float32Array) => void)[] = [];

  constructor(all: readonly Float32Array[]) {
    this.all = all;
    this.#free = [...all];
  }

  /** Values that fit into each. */
  get length(): number {
    return this.all[0]!.length;
  }

  /** Waits until one is free; whoever came first gets it first. */
  take(): Promise<Float32Array> {
    const block = this.#free.pop();
    return block ? Promise.resolve(block) : new Promise((resolve) => this.#waiting.push(resolve));
  }
  give(block: Float32Array): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(block);
    else this.#free.push(block);
  }
}
