/** Charts are redrawn at most eight times a second, and not at all while nobody can see them. */

export interface RedrawClock {
  now(): number;
  /** Calls back after `ms`; returns the function that prevents it. */
  after(ms: number, callback: () => void): () => void;
  isHidden(): boolean;
}

export const mostRedrawsPerSecond = 8;

/** Gathers requests: the first is drawn at once, later ones when their time has come, and the last one always. */
export class RedrawGate {
  readonly #clock: RedrawClock;
  readonly #draw: () => void;
  #lastAt = -Infinity;
  #cancel: (() => void) | undefined;
  #waiting = false;

  constructor(draw: () => void, clock: RedrawClock) {
    this.#draw = draw;
    this.#clock = clock;
  }

  request(): void {
    this.#waiting = true;
    if (this.#cancel || this.#clock.isHidden()) return;
    const wait = this.#lastAt + 1000 / mostRedrawsPerSecond - this.#clock.now();
    if (wait <= 0) this.#drawNow();
    else {
      this.#cancel = this.#clock.after(wait, () => {
        this.#cancel = undefined;
        if (!this.#clock.isHidden()) this.#drawNow();
      });
    }
  }

  /** The window can be seen again: draws what was asked for meanwhile. */
  shown(): void {
    if (this.#waiting) this.request();
  }

  stop(): void {
    this.#cancel?.();
    this.#waiting = false;
  }

  #drawNow(): void {
    this.#waiting = false;
    this.#lastAt = this.#clock.now();
    this.#draw();
  }
}

/** The window's own clock. */
export const windowClock: RedrawClock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  isHidden: () => document.hidden,
};
