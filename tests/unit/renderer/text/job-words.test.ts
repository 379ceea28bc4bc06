import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../renderer/api/studio.ts';
import { amountDone, countsLine, endWords, isAnswered, progressLine } from '../../../../renderer/text/job-words.ts';

const job: Job = {
  id: 1,
  kind: 'import',
  title: 'Importing pictures',
  status: 'running',
  done: 1204,
  total: 5120,
  unit: 'pictures',
  perSecond: 63.2,
  remainingSeconds: 62,
  counts: {},
};

describe('words about work', () => {
  it('says how far, how fast and how long still', () => {
    expect(progressLine(job)).toBe('1,204 of 5,120 pictures · 63 pictures/s · about 1 min left');
  });
  it('guesses nothing before it was measured', () => {
    const { perSecond: _rate, remainingSeconds: _left, ...young } = job;
    expect(progressLine(young)).toBe('1,204 of 5,120 pictures · measuring the time left');
    const { total: _total, ...open } = young;
    expect(progressLine(open)).toBe('1,204 pictures');
  });
  it('tells waiting, paused and finishing apart', () => {
    expect(progressLine({ ...job, status: 'queued' })).toBe('Waiting for its turn');
    expect(progressLine({ ...job, status: 'paused' })).toBe('1,204 of 5,120 pictures · paused');
    expect(progressLine({ ...job, done: 5120 })).toContain('finishing');
  });
  it('says how much of a download is there', () => {
    const download = { ...job, unit: 'MB', done: 128, total: 335, perSecond: 11.4 };
    expect(progressLine(download)).toBe('128 of 335 MB · 11 MB/s · about 1 min left');
  });
  it('leaves no side result unsaid, zero included', () => {
    expect(countsLine({ used: 1, quarantined: 0, duplicates: 12, ignored: 1 })).toBe(
      '1 picture added · 0 could not be used · 12 duplicates · 1 other file left out',
    );
  });
  it('says what is kept of cancelled work', () => {
    expect(endWords({ ...job, status: 'cancelled' })).toEqual({
      title: 'Importing pictures: cancelled',
      text: 'What was finished is kept: 1,204 of 5,120 pictures',
    });
    expect(amountDone({ ...job, done: 1, total: 1 })).toBe('1 of 1 picture');
  });
  it('is silent about answers that are shown where they were asked for', () => {
    const states = (['done', 'cancelled', 'failed'] as const).map((status) => ({ ...job, status }));
    expect(states.map((state) => isAnswered({ ...state, kind: 'cause' }))).toEqual([true, true, false]);
    expect(states.some(isAnswered)).toBe(false);
  });
});
