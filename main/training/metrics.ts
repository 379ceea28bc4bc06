/** metrics.jsonl of a run: one row a step (thinned for very long runs), written about once a second. */
import { join } from 'node:path';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { metricsRowSchema } from './schema.ts';
import type { MetricsRow } from './schema.ts';

const fileOf = (run: string): string => join(run, 'metrics.jsonl');
/** A run of more steps than this records every n-th. */
const mostRows = 20_000;

/** Steps between rows. */
export const metricsInterval = (steps: number): number => Math.max(1, Math.ceil(steps / mostRows));

export async function readMetrics(run: string, afterStep = 0): Promise<readonly MetricsRow[]> {
  const { rows } = await readJsonl(fileOf(run), metricsRowSchema);
  return rows.filter(({ step }) => step > afterStep);
}

/** Drops rows after `step`: what was trained after the last checkpoint is trained again. */
export async function truncateMetrics(run: string, step: number): Promise<void> {
  const { rows, tornBytes } = await readJsonl(fileOf(run), metricsRowSchema);
  const keep = rows.filter((row) => row.step <= step);
  if (keep.length < rows.length || tornBytes > 0) await writeJsonl(fileOf(run), keep);
}

/** Collects rows and hands them on in batches: to the file and to whoever watches. */
export class MetricsLog {
  readonly #writer: JsonlWriter;
  readonly #onRows: (rows: readonly MetricsRow[]) => void;
  readonly #now: () => number;
  #pending: MetricsRow[] = [];
  #flushedAt: number;

  private constructor(writer: JsonlWriter, onRows: (rows: readonly MetricsRow[]) => void, now: () => number) {
    this.#writer = writer;
    this.#onRows = onRows;
    this.#now = now;
    this.#flushedAt = now();
  }

  static async open(
    run: string,
    onRows: (rows: readonly MetricsRow[]) => void,
    now: () => number,
  ): Promise<MetricsLog> {
    return new MetricsLog(await JsonlWriter.open(fileOf(run)), onRows, now);
  }

  add(row: MetricsRow): void {
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
