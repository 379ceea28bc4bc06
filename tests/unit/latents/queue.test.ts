import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BlockQueue, readyBlocks } from '../../../main/latents/measure/queue.ts';

const threads = 2;
const blocks = 3;
const ofThread = (queue: BlockQueue, thread: number) => readyBlocks(queue.shared, { thread, threads, blocks });
const block = (firstRow: number) => ({ block: firstRow % blocks, length: 8, firstRow });

/** How many of these have resolved by now. */
async function resolvedOf(promises: readonly Promise<void>[]): Promise<number> {
  let resolved = 0;
  for (const promise of promises) void promise.then(() => resolved++).catch(() => undefined);
  await setImmediate();
  return resolved;
}

it('gives every thread every block in order, and a block is done when all threads asked for the next one', async () => {
  const queue = new BlockQueue(blocks, threads);
  const added = [0, 1].map((firstRow) => queue.add(block(firstRow)));
  queue.endPass();
  const [first, second] = [ofThread(queue, 0), ofThread(queue, 1)];
  expect([first.next().value, first.next().value]).toEqual([block(0), block(1)]);
  expect(await resolvedOf(added)).toBe(0);
  expect([second.next().value, second.next().value]).toEqual([block(0), block(1)]);
  expect(await resolvedOf(added)).toBe(1);
  expect(first.next().done).toBe(true);
  expect(await resolvedOf(added)).toBe(1);
  expect(second.next().done).toBe(true);
  expect(await resolvedOf(added)).toBe(2);
});

it('goes round in its memory, pass after pass', async () => {
  const queue = new BlockQueue(blocks, threads);
  for (let pass = 0; pass < 20; pass++) {
    const rows = Array.from({ length: pass % (blocks + 1) }, (_, i) => pass + i);
    const added = rows.map((row) => queue.add(block(row)));
    queue.endPass();
    for (let thread = 0; thread < threads; thread++) expect([...ofThread(queue, thread)]).toEqual(rows.map(block));
    await Promise.all(added);
  }
});

it('lets nobody wait for a thread that failed', async () => {
  const queue = new BlockQueue(blocks, threads);
  const waiting = queue.add(block(0));
  queue.fail(new Error('gone'));
  queue.fail(new Error('gone, too'));
  await expect(waiting).rejects.toThrow('gone');
  await expect(queue.add(block(1))).rejects.toThrow(/^gone$/);
});
