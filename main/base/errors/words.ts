/** What every error must say, and the shape of a catalogue entry. */

/** What happened, what it means for the user's work, and what to do. Plain words, complete sentences. */
export interface ErrorWords {
  readonly what: string;
  readonly means: string;
  readonly advice: string;
}

/** `user`: their input; `environment`: the machine; `internal`: our fault. */
export type ErrorKind = 'user' | 'environment' | 'internal';

export interface ErrorEntry<D> {
  readonly kind: ErrorKind;
  readonly words: (details: D) => ErrorWords;
}

/** One catalogue entry. `D` are the details the thrower must give; they travel with the error as data. */
export function entry<D extends object>(kind: ErrorKind, words: (details: D) => ErrorWords): ErrorEntry<D> {
  return { kind, words };
}

/** Joins a list for a sentence: `a, b and c`, or `a, b and 7 more`. */
export function listed(items: readonly string[], most = 3): string {
  if (items.length === 0) return 'none';
  if (items.length === 1) return items[0]!;
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
