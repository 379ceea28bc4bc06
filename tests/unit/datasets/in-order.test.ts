/** Side by side, in order, within bounds. */
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOrder } from '../../../main/datasets/in-order.ts';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i;
}

test('work that takes longest is done alone when it weighs too much for company', async () => {
  let [now, most] = [0, 0];
  const heaviest: number[] = [];
  const results = inOrder(numbers(12), {
    most: 5,
    mostWeight: 10,
    weigh: (i) => (i === 6 ? 99 : 4),
    work: async (i) => {
      most = Math.max(most, ++now);
      if (i === 6) heaviest.push(now);
      await wait(i % 3);
      now--;
      return i * i;
    },
  });
  const seen: [number, number][] = [];
  for await (const pair of results) seen.push(pair);
  expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => [i, i * i]));
  expect(most).toBe(2);
  expect(heaviest).toEqual([1]);
});

test('a failure comes out at its place, and what was begun after it is let go', async () => {
  const results = inOrder(numbers(9), {
    most: 4,
    mostWeight: Infinity,
    weigh: () => 1,
    work: async (i) => {
      await wait(5 - i);
      if (i >= 2) throw new Error(`number ${i}`);
      return i;
    },
  });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const [i] of results) seen.push(i);
  })();
  await expect(reading).rejects.toThrow('number 2');
  expect(seen).toEqual([0, 1]);
});

test('an abort ends the wait for work that never ends', async () => {
  const controller = new AbortController();
  const results = inOrder(numbers(3), {
    most: 2,
    mostWeight: Infinity,
    weigh: () => 1,
    work: () => new Promise<never>(() => undefined),
    signal: controller.signal,
  });
  setTimeout(() => controller.abort(), 5);
  await expect(results.next()).rejects.toMatchObject({ code: 'api.cancelled' });
});
