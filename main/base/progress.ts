/** Rates and remaining time from what was really measured: an exponentially weighted rate over recent units. */

export interface Progress {
  readonly done: number;
  /** Undefined while unknown. */
  readonly total?: number | undefined;
  /** Units per second; undefined until it has been measured. */
  readonly perSecond?: number | undefined;
  readonly remainingSeconds?: number | undefined;
}

/** Measures progress. `now` is in milliseconds and monotonic; time between `pause` and `resume` does not count. */
export class ProgressMeter {
  readonly #now: () => number;
  readonly #halfLifeMs: number;
  #last: { at: number; done: number } | undefined;
  #units = 0;
  #elapsedMs = 0;

  constructor(now: () => number = () => performance.now(), halfLifeMs = 8000) {
    this.#now = now;
    this.#halfLifeMs = halfLifeMs;
  }

  /** Reports that `done` units are finished, of `total` if that is known. */
  update(done: number, total?: number): Progress {
    const at = this.#now();
    if (this.#last && done >= this.#last.done) {
      const decay = 0.5 ** ((at - this.#last.at) / this.#halfLifeMs);
      this.#units = this.#units * decay + (done - this.#last.done);
      this.#elapsedMs = this.#elapsedMs * decay + (at - this.#last.at);
    }
    this.#last = { at, done };
    // Below a quarter of a second or one unit a rate would be a guess.
    const perSecond = this.#elapsedMs > 250 && this.#units > 0 ? (1000 * this.#units) / this.#elapsedMs : undefined;
    const remainingSeconds = perSecond !== undefined && total !== undefined ? (total - done) / perSecond : undefined;
    return { done, total, perSecond, remainingSeconds };
  }

  /** Forgets the clock, so that a pause does not count as slow work. */
  pause(): void {
    this.#last = undefined;
  }
}
