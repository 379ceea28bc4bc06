/**
 * Tells threads which blocks are ready, and hears which are done, through memory that all share: a message for each block and thread
 * takes as much time as a block itself.
 */

/** A block by its index; of its memory the first `length` numbers are whole rows, the first of which is this one of the set. */
export interface ReadyBlock {
  readonly block: number;
  readonly length: number;
  readonly firstRow: number;
}

/** Numbers of the shared memory: how many entries there are, how often a thread was done with one, and then each thread's entries. */
const publishedAt = 0;
const ticksAt = 1;
const doneAt = (thread: number): number => 2 + thread;
/** Entries lie in a ring. The end of a pass is one without length. */
const entryNumbers = 3;
const entryAt = (threads: number, slots: number, entry: number): number =>
  doneAt(threads) + entryNumbers * (entry % slots);

interface Pending {
  /** Done when all threads are with so many entries. */
  readonly entries: number;
  resolve(): void;
  reject(thrown: unknown): void;
}

/** The side of whoever has blocks. */
export class BlockQueue {
  /** What threads read with `readyBlocks`. */
  readonly shared: Int32Array;
  readonly #threads: number;
  readonly #slots: number;
  #pending: Pending[] = [];
  #isWatching = false;
  #failure: { readonly thrown: unknown } | undefined;

  /** @param blocks how many are there, each of which is added again only when it is done */
  constructor(blocks: number, threads: number) {
    this.#threads = threads;
    this.#slots = slotsFor(blocks);
    this.shared = new Int32Array(new SharedArrayBuffer(4 * (doneAt(threads) + entryNumbers * this.#slots)));
  }

  /** Resolves when all threads are done with the block; rejects with what was told to `fail`. */
  async add(block: ReadyBlock): Promise<void> {
    if (this.#failure) throw this.#failure.thrown;
    await new Promise<void>((resolve, reject) => {
      this.#pending.push({ entries: this.#publish(block), resolve, reject });
      if (!this.#isWatching) void this.#watch();
    });
  }

  /** After the last block of a pass. */
  endPass(): void {
    this.#publish({ block: 0, length: 0, firstRow: 0 });
  }

  /** A thread failed: nobody waits for it any more. */
  fail(thrown: unknown): void {
    this.#failure ??= { thrown };
    for (const { reject } of this.#pending) reject(this.#failure.thrown);
    this.#pending = [];
  }

  /** Returns how many entries there are now. */
  #publish({ block, length, firstRow }: ReadyBlock): number {
    const entry = Atomics.load(this.shared, publishedAt);
    this.shared.set([block, length, firstRow], entryAt(this.#threads, this.#slots, entry));
    Atomics.store(this.shared, publishedAt, entry + 1);
    Atomics.notify(this.shared, publishedAt);
    return entry + 1;
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    while (this.#pending.length > 0) {
      const ticks = Atomics.load(this.shared, ticksAt);
      const done = Math.min(...Array.from({ length: this.#threads }, (_, i) => Atomics.load(this.shared, doneAt(i))));
      while (this.#pending.length > 0 && this.#pending[0]!.entries <= done) this.#pending.shift()!.resolve();
      const { async: waits, value } = Atomics.waitAsync(this.shared, ticksAt, ticks);
      if (waits) await value;
    }
    this.#isWatching = false;
  }
}

const slotsFor = (blocks: number): number => blocks + 1;

/** The side of a thread: the blocks of one pass, each done when the next one is asked for. Waits for them without doing anything. */
export function* readyBlocks(
  shared: Int32Array,
  { thread, threads, blocks }: { readonly thread: number; readonly threads: number; readonly blocks: number },
): Generator<ReadyBlock, void> {
  for (let isLast = false; !isLast;) {
    const entry = Atomics.load(shared, doneAt(thread));
    for (let published; (published = Atomics.load(shared, publishedAt)) <= entry;)
      Atomics.wait(shared, publishedAt, published);
    const at = entryAt(threads, slotsFor(blocks), entry);
    const [block, length, firstRow] = [shared[at]!, shared[at + 1]!, shared[at + 2]!];
    isLast = length === 0;
    if (!isLast) yield { block, length, firstRow };
    Atomics.store(shared, doneAt(thread), entry + 1);
    Atomics.add(shared, ticksAt, 1);
    Atomics.notify(shared, ticksAt);
  }
}
