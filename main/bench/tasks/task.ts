/** What a side of ours does: something prepared once, whose work is then done and timed round by round. */
import type { Round } from '../protocol.ts';

export interface Task {
  /** For the harness: what it must know to set up the other sides and to describe the result. */
  readonly facts: Readonly<Record<string, unknown>>;
  round(): Promise<Round>;
}

/** Makes a task from its specification, which came as JSON. Throws catalogue errors. */
export type Prepare = (spec: unknown) => Promise<Task>;

/** Times `work`; `values` say what it computed. */
export async function timed(work: () => readonly number[] | Promise<readonly number[]>): Promise<Round> {
  const started = performance.now();
  const values = await work();
  return { ms: performance.now() - started, values: [...values] };
}
