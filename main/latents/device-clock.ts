/** How long a device had nothing to do. */

/** Counts the time in which no run is under way, from its making to `stop`. `now` is in milliseconds and monotonic. */
export class DeviceClock {
  readonly #now: () => number;
  readonly #began: number;
  #underWay = 0;
  #idleSince: number | undefined;
  #idleMs = 0;
  #ended: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#began = now();
    this.#idleSince = this.#began;
  }

  /** Counts `run` as work from now until it settles. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    if (this.#underWay++ === 0) this.#idleMs = this.#idle();
    this.#idleSince = undefined;
    try {
      return await run();
    } finally {
      if (--this.#underWay === 0) this.#idleSince = this.#now();
    }
  }

  /** After the last run: what comes later is not waiting. */
  stop(): void {
    this.#ended ??= this.#idleSince ?? this.#now();
  }

  /** 0 to 1. */
  get idleShare(): number {
    const total = (this.#ended ?? this.#now()) - this.#began;
    const idle = this.#ended === undefined ? this.#idle() : this.#idleMs;
    return total > 0 ? Math.min(1, idle / total) : 0;
  }

  #idle(): number {
    return this.#idleMs + (this.#idleSince === undefined ? 0 : this.#now() - this.#idleSince);
  }
}
