/** Whether a run waits, and what ends its waiting. */
export class Pause {
  readonly run: string;
  #paused = false;
  #wake: (() => void) | undefined;

  constructor(run: string) {
    this.run = run;
  }
  get paused(): boolean {
    return this.#paused;
  }
  set(paused: boolean): void {
    this.#paused = paused;
    if (!paused) this.#wake?.();
  }
  async wait(signal: AbortSignal): Promise<void> {
    while (this.#paused && !signal.aborted) await this.sleep(signal);
  }
  /** Until the person says go on, the run is stopped, or `ms` have passed. Leaves nothing behind on the signal. */
  sleep(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }
}
