/** The error catalogue: every failure has a code, details as data, and words for the person at the screen. */
import { benchErrors } from './errors/bench.ts';
import { downloadErrors } from './errors/download.ts';
import { operationErrors } from './errors/operation.ts';
import { projectErrors } from './errors/project.ts';
import { runErrors } from './errors/run.ts';
import { shellErrors } from './errors/shell.ts';
import { systemErrors } from './errors/system.ts';
import { tensorErrors } from './errors/tensor.ts';
import { vaeErrors } from './errors/vae.ts';
import type { ErrorEntry, ErrorKind, ErrorWords } from './errors/words.ts';

export type { ErrorKind, ErrorWords } from './errors/words.ts';

const catalogue = {
  ...systemErrors,
  ...tensorErrors,
  ...projectErrors,
  ...operationErrors,
  ...runErrors,
  ...shellErrors,
  ...benchErrors,
  ...downloadErrors,
  ...vaeErrors,
};

export type ErrorCode = keyof typeof catalogue;
type DetailsOf<C extends ErrorCode> = (typeof catalogue)[C] extends ErrorEntry<infer D> ? D : never;

/** Every code of the catalogue, for completeness tests. */
export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];

/** An error as it crosses a process border. */
export interface WireError extends ErrorWords {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;
  readonly stack?: string | undefined;
}

/** The only error the studio throws on purpose. `message` is `what`; the words travel with it. */
export class StudioError extends Error {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;
  readonly words: ErrorWords;

  constructor(wire: WireError, cause?: unknown) {
    super(wire.what, cause === undefined ? undefined : { cause });
    this.name = 'StudioError';
    this.code = wire.code;
    this.kind = wire.kind;
    this.details = wire.details;
    this.words = { what: wire.what, means: wire.means, advice: wire.advice };
    if (wire.stack !== undefined) this.stack = wire.stack;
  }
}

/** Makes a catalogue error: `throw studioError('dataset.noPictures', { path, files })`. */
export function studioError<C extends ErrorCode>(code: C, details: DetailsOf<C>, cause?: unknown): StudioError {
  // The entry belongs to the code, so its words take exactly these details; TypeScript can not correlate the two.
  const { kind, words } = catalogue[code] as ErrorEntry<DetailsOf<C>>;
  return new StudioError(
    { code, kind, details: details as Readonly<Record<string, unknown>>, ...words(details) },
    cause,
  );
}

/** Any thrown value as a StudioError; what is not one becomes `internal.unexpected` and keeps its stack. */
export function toStudioError(thrown: unknown): StudioError {
  if (thrown instanceof StudioError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const error = studioError('internal.unexpected', { message }, thrown);
  if (thrown instanceof Error && thrown.stack !== undefined) error.stack = thrown.stack;
  return error;
}

export function isStudioError(thrown: unknown, code: ErrorCode): thrown is StudioError {
  return thrown instanceof StudioError && thrown.code === code;
}

export function toWire(thrown: unknown): WireError {
  const { code, kind, details, words, stack } = toStudioError(thrown);
  return { code, kind, details, ...words, stack };
}

/** Throws `internal.assertion` when a condition that our own code guarantees does not hold. */
export function assertThat(condition: boolean, expected: string, got: unknown = 'something else'): asserts condition {
  if (!condition)
    throw studioError('internal.assertion', {
      expected,
      got: typeof got === 'string' ? got : (JSON.stringify(got) ?? String(got)),
    });
}
