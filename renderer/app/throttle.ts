/** Does something at most once in a while: the first time at once, and once more after the last request. */

export class Throttle {
  readonly #everyMs: number;
  readonly #action: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;

  constructor(everyMs: number, action: () => void) {
    this.#everyMs = everyMs;
    this.#action = action;
  }

  request(): void {
    if (this.#timer !== undefined) {
      this.#again = true;
      return;
    }
    this.#action();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#again) {
        this.#again = false;
        this.request();
      }
    }, this.#everyMs);
  }
}
