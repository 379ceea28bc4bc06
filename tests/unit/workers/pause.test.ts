import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { Pause } from '../../../main/workers/pause.ts';

const forever = 1_000_000;

it('a sleep ends when its time is over, when the person says go on, and when the run is stopped', async () => {
  const pause = new Pause('run-001');
  const stop = new AbortController();
  await pause.sleep(stop.signal, 1);
  const woken = pause.sleep(stop.signal, forever);
  pause.set(false);
  await woken;
  const stopped = pause.sleep(stop.signal, forever);
  stop.abort();
  await stopped;
  // One that begins after the stop does not begin.
  await pause.sleep(stop.signal, forever);
});

it('sleeps of a whole night leave no listener on the signal', async () => {
  const pause = new Pause('run-001');
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) await pause.sleep(signal, 0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('a pause lasts until the person says go on, whatever ends a sleep', async () => {
  const pause = new Pause('run-001');
  const { signal } = new AbortController();
  pause.set(true);
  let over = false;
  const waiting = pause.wait(signal).then(() => (over = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(over).toBe(false);
  pause.set(false);
  await waiting;
  expect(pause.paused).toBe(false);
});
