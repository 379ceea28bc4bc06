/** A side of ours: answers the requests of protocol.ts, one after another, with a task. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { assertThat, studioError, toWire } from '../base/errors.ts';
import { requestSchema } from './protocol.ts';
import type { End, Request } from './protocol.ts';
import type { Prepare, Task } from './tasks/task.ts';

/** The most memory this process held, in MiB; Linux alone keeps count. */
function peakMemory(): number | null {
  if (process.platform !== 'linux') return null;
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return kib === undefined ? null : Number(kib) / 1024;
}

/** Reads requests from `input` until `end`, and writes an answer to each. */
export async function serveSide(
  tasks: Readonly<Record<string, Prepare>>,
  input: Readable,
  write: (line: string) => void,
): Promise<void> {
  let task: Task | undefined;
  const answer = async (request: Request): Promise<object> => {
    if (request.do === 'prepare') {
      const prepare = tasks[request.task];
      if (!prepare) throw studioError('bench.unknown', { name: request.task, known: Object.keys(tasks) });
      task = await prepare(request.spec);
      return { facts: task.facts };
    }
    if (request.do === 'end') return { rss_mb: peakMemory() } satisfies End;
    assertThat(task !== undefined, 'a task before its rounds');
    return task.round();
  };
  for await (const line of createInterface({ input })) {
    const request = requestSchema.parse(JSON.parse(line));
    const reply = await answer(request).catch((thrown: unknown) => ({ error: toWire(thrown) }));
    write(JSON.stringify(reply));
    if (request.do === 'end') return;
  }
}
