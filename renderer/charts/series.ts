/** A run's metrics as columns that charts can draw, and what the charts mark in them. */

/** What every run tells of a step, whatever it trains. */
export interface StepRow {
  readonly step: number;
  readonly loss: number | null;
  readonly stepSeconds: number;
  readonly seconds: number;
  readonly skipped: number;
  readonly levels?: number | undefined;
}

/** Columns of the same length; x is the step. A loss that was not a number is NaN. */
export interface Series {
  readonly steps: Float64Array;
  readonly loss: Float64Array;
  readonly stepSeconds: Float64Array;
}

export function toSeries(rows: readonly StepRow[]): Series {
  const steps = new Float64Array(rows.length);
  const loss = new Float64Array(rows.length);
  const stepSeconds = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    steps[i] = row.step;
    loss[i] = row.loss ?? Number.NaN;
    stepSeconds[i] = row.stepSeconds;
  });
  return { steps, loss, stepSeconds };
}

/**
 * Rows with `incoming` added. A resumed run goes on from its checkpoint, so rows from the first new step on are replaced.
 */
export function appendRows<Row extends StepRow>(rows: readonly Row[], incoming: readonly Row[]): readonly Row[] {
  const first = incoming[0];
  if (first === undefined) return rows;
  let keep = rows.length;
  while (keep > 0 && rows[keep - 1]!.step >= first.step) keep -= 1;
  return keep === rows.length ? rows.concat(incoming) : rows.slice(0, keep).concat(incoming);
}

/** A stretch of the run with one number of noise levels. */
export interface Stage {
  readonly from: number;
  readonly levels: number;
}

/** Where the number of noise levels changes. The loss has another scale from there on. Objectives without levels have no stages. */
export function stagesOf(rows: readonly Pick<StepRow, 'step' | 'levels'>[]): Stage[] {
  const stages: Stage[] = [];
  for (const { step, levels } of rows)
    if (levels !== undefined && stages.at(-1)?.levels !== levels) stages.push({ from: step, levels });
  return stages;
}

/** Steps that were rolled back because their loss was not a number. */
export function rolledBackSteps(rows: readonly StepRow[]): number[] {
  return rows.filter((row) => row.loss === null).map((row) => row.step);
}

/** How many values a logarithmic axis can not show. */
export function notPositive(values: Float64Array): number {
  let found = 0;
  for (const value of values) if (value <= 0) found += 1;
  return found;
}

/** Median of the finite values; undefined when there is none. */
export function medianOf(values: ArrayLike<number>): number | undefined {
  const sorted = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Evenly spread rows for a table, the first and the last among them. */
export function tableRows<T>(rows: readonly T[], most: number): T[] {
  if (rows.length <= most) return [...rows];
  return Array.from({ length: most }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (most - 1))]!);
}
