/** When a run does what besides training: pure, from its configuration and its number of steps. */
import type { RunConfig } from './schema.ts';

/** The steps (counted from 1) after which a sheet is made: evenly spread, the last one always. */
export function sheetSteps(steps: number, sheets: number): Set<number> {
  return new Set(
    Array.from({ length: sheets }, (_, i) => Math.round(((i + 1) * steps) / sheets)).filter((step) => step > 0),
  );
}

/** The sheets' steps after which quality is measured, too; the start and the end always are. */
export function scoreSteps(steps: number, sheets: number): Set<number> {
  const all = [...sheetSteps(steps, sheets)].filter((step) => step < steps);
  const every = Math.ceil((all.length + 1) / (mostScoresBetween + 1));
  return new Set(all.filter((_, i) => (i + 1) % every === 0));
}
const mostScoresBetween = 4;

export interface Schedule {
  /** Milliseconds that the run may take in all; undefined where its length is not a time. */
  readonly budgetMs: number | undefined;
  readonly checkpointMs: number;
  readonly sheets: ReadonlySet<number>;
  readonly scores: ReadonlySet<number>;
  /** Steps that may be rolled back before the learning rate halves. */
  readonly nonFiniteLimit: number;
}

export const scheduleOf = (
  { length, checkpointMinutes, sampleSheets, nonFiniteLimit }: RunConfig,
  steps: number,
): Schedule => ({
  budgetMs: length.kind === 'minutes' ? length.minutes * 60_000 : undefined,
  checkpointMs: checkpointMinutes * 60_000,
  sheets: sheetSteps(steps, sampleSheets),
  scores: scoreSteps(steps, sampleSheets),
  nonFiniteLimit,
});
