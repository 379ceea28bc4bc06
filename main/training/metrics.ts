/** Tables that grow with a run: metrics.jsonl, one row a step (thinned for very long runs), and others, written twice a second. */
import { join } from 'node:path';
import type { Schema } from '../base/rpc.ts';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { metricsRowSchema } from './schema.ts';
import type { MetricsRow } from './schema.ts';

/** A row of whatever is trained. */
interface Row {
  readonly step: number;
}

const metricsFile = 'metrics.jsonl';
/** A run of more steps than this records every n-th. */
const mostRows = 20_000;

/** Steps between rows. */
export const metricsInterval = (steps: number): number => Math.max(1, Math.ceil(steps / mostRows));

/** Rows after a step, of a table of the run whose rows have this schema. */
export async function readRows<R extends Row>(
  run: string,
  schema: Schema<R>,
  afterStep = 0,
  file = metricsFile,
): Promise<readonly R[]> {
  const { rows } = await readJsonl(join(run, file), schema);
  return rows.filter(({ step }) => step > afterStep);
}

export const readMetrics = (run: string, afterStep = 0): Promise<readonly MetricsRow[]> =>
  readRows(run, metricsRowSchema, afterStep);

/** Drops rows after `step`: what was trained after the last checkpoint is trained again. */
export async function truncateRows<R extends Row>(
  run: string,
  schema: Schema<R>,
  step: number,
  file = metricsFile,
): Promise<void> {
  const path = join(run, file);
  const { rows, tornBytes } = await readJsonl(path, schema);
  const keep = rows.filter((row) => row.step <= step);
  if (keep.length < rows.length || tornBytes > 0) await writeJsonl(path, keep);
}

export const truncateMetrics = (run: string, step: number): Promise<void> => truncateRows(run, metricsRowSchema, step);

/** Collects rows and hands them on in batches: to the file and to whoever watches. */
export class MetricsLog<R extends Row> {
  readonly #writer: JsonlWriter;
  readonly #onRows: (rows: readonly R[]) => void;
  readonly #now: () => number;
  #pending: R[] = [];
  #flushedAt: number;

  private constructor(writer: JsonlWriter, onRows: (rows: readonly R[]) => void, now: () => number) {
    this.#writer = writer;
    this.#onRows = onRows;
    this.#now = now;
    this.#flushedAt = now();
  }

  static async open<R extends Row>(
    run: string,
    onRows: (rows: readonly R[]) => void,
    now: () => number,
    file = metricsFile,
  ): Promise<MetricsLog<R>> {
    return new MetricsLog(await JsonlWriter.open(join(run, file)), onRows, now);
  }

  add(row: R): void {
    this.#pending.push(row);
  }

  /** Writes what was added, about twice a second. */
  async flushWhenDue(): Promise<void> {
    if (this.#now() - this.#flushedAt >= 500) await this.flush();
  }

  async flush(): Promise<void> {
    this.#flushedAt = this.#now();
    if (this.#pending.length === 0) return;
    const rows = this.#pending;
    this.#pending = [];
    try {
      await this.#writer.append(rows);
    } catch (thrown) {
      // Kept for the next try.
      this.#pending.unshift(...rows);
      throw thrown;
    }
    this.#onRows(rows);
  }

  /** Makes the rows durable, so that a checkpoint never is ahead of them. */
  async sync(): Promise<void> {
    await this.flush();
    await this.#writer.sync();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#writer.close();
  }
}
