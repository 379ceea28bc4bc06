import { describe, expect, test } from 'vitest';
import { mostWaitingBytes, Outbox, supersedesOf } from '../../../main/host/outbox.ts';
import { jobState } from '../../support/fake-studio.ts';

/** A socket whose reader the test plays: what was sent leaves when `read` is called. */
function channel() {
  const sent: string[] = [];
  const leaving: (() => void)[] = [];
  let isTerminated = false;
  return {
    sent,
    get terminated() {
      return isTerminated;
    },
    socket: {
      bufferedAmount: 0,
      send(text: string, done: () => void) {
        sent.push(text);
        this.bufferedAmount += text.length;
        leaving.push(() => {
          this.bufferedAmount -= text.length;
          done();
        });
      },
      terminate: () => (isTerminated = true),
    },
    read: () => leaving.splice(0).forEach((leave) => leave()),
  };
}
const large = 'x'.repeat(2 << 20);

describe('what waits for a slow window', () => {
  test('goes straight through while the window reads', () => {
    const { socket, sent } = channel();
    const outbox = new Outbox(socket);
    outbox.push('a', 'key');
    outbox.push('b', 'key');
    expect(sent).toEqual(['a', 'b']);
  });

  test('keeps everything in order but older states of the same', () => {
    const { socket, sent, read } = channel();
    const outbox = new Outbox(socket);
    outbox.push(large);
    for (const [text, key] of [
      ['job 1: 10 %', 'job:1'],
      ['metrics'],
      ['job 2: 5 %', 'job:2'],
      ['job 1: 20 %', 'job:1'],
    ]) {
      outbox.push(text!, key);
    }
    outbox.push('job 1: done');
    expect(sent).toEqual([large]);
    read();
    expect(sent.slice(1)).toEqual(['metrics', 'job 2: 5 %', 'job 1: 20 %', 'job 1: done']);
  });

  test('gives the window up instead of filling the memory, once and for all', () => {
    const one = channel();
    const outbox = new Outbox(one.socket);
    outbox.push(large);
    for (let bytes = 0; bytes < mostWaitingBytes; bytes += large.length) outbox.push(large);
    expect(one.terminated).toBe(false);
    outbox.push('one more');
    expect(one.terminated).toBe(true);
    one.read();
    outbox.push('later');
    expect(one.sent.length).toBe(1);
  });
});

test('only progress is superseded: of a call, or of a job that runs', () => {
  expect(supersedesOf({ type: 'progress', id: 4, value: 1 })).toBe('progress:4');
  expect(supersedesOf({ type: 'event', event: 'job', payload: jobState({ id: 7 }) })).toBe('job:7');
  for (const message of [
    { type: 'event', event: 'job', payload: jobState({ status: 'done' }) },
    { type: 'event', event: 'job', payload: jobState({ status: 'failed' }) },
    { type: 'event', event: 'metrics', payload: { run: 'r', rows: [] } },
    { type: 'event', event: 'project', payload: null },
    { type: 'result', id: 4, output: {} },
    { type: 'error', id: 4, error: {} },
    null,
    'job',
  ]) {
    expect(supersedesOf(message)).toBeUndefined();
  }
});
