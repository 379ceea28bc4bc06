/** A preference of this window that outlives it: small, not worth a setting, never lost on reload. */

interface Parser<T> {
  /** Undefined when what is stored is not a value (any more). */
  parse(stored: unknown): T | undefined;
}

export class Persisted<T> {
  #value = $state.raw() as T;
  readonly #key: string;

  constructor(key: string, initial: T, { parse }: Parser<T>) {
    this.#key = `cauchy.${key}`;
    this.#value = read(this.#key, parse) ?? initial;
  }

  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    this.#value = next;
    try {
      localStorage.setItem(this.#key, JSON.stringify(next));
    } catch {
      // Storage may be full or forbidden: then the preference lasts as long as the window.
    }
  }
}

function read<T>(key: string, parse: Parser<T>['parse']): T | undefined {
  try {
    const stored = localStorage.getItem(key);
    return stored === null ? undefined : parse(JSON.parse(stored));
  } catch {
    return undefined;
  }
}

/** Parsers for simple values. */
export const numberBetween = (low: number, high: number): Parser<number> => ({
  parse: (stored) => (typeof stored === 'number' && stored >= low && stored <= high ? stored : undefined),
});
export const oneOf = <const T extends string>(...values: readonly T[]): Parser<T> => ({
  parse: (stored) => values.find((value) => value === stored),
});
