import { describe, expect, it } from 'vitest';
import {
  afterStep,
  isTold,
  learningRateAfter,
  noBreakdowns,
  stepsBeforeHalving,
} from '../../../main/training/breakdowns.ts';
import type { Breakdowns, Verdict } from '../../../main/training/breakdowns.ts';

const good = { committed: true, lossScale: 1 };
const broken = { committed: false, lossScale: 1 };
const overflow = { committed: false, lossScale: 2 };

/** State and verdicts after these steps with a limit of 2. */
function after(steps: readonly (typeof good)[], from = noBreakdowns): { state: Breakdowns; verdicts: Verdict[] } {
  let state = from;
  const verdicts = steps.map((step) => {
    const { after: next, verdict } = afterStep(state, step, 2);
    state = next;
    return verdict;
  });
  return { state, verdicts };
}

describe('steps that are not finite', () => {
  it('halve the learning rate when there were more than the limit, wherever they were', () => {
    const { state, verdicts } = after([broken, good, broken, good, good, broken, broken]);
    expect(verdicts).toEqual(['goOn', 'goOn', 'goOn', 'goOn', 'goOn', 'halve', 'goOn']);
    expect(state).toEqual({ skipped: 4, halvings: 1, skippedSinceHalving: 1, tookPlaceSinceHalving: false });
  });

  it('halve it again after as many, if a step took place in between', () => {
    const first = [good, broken, broken, broken];
    const { state, verdicts } = after([...first, broken, good, broken, broken]);
    expect(verdicts.at(-1)).toBe('halve');
    expect(state).toMatchObject({ halvings: 2, skippedSinceHalving: 0 });
    expect(learningRateAfter(0.4, state.halvings)).toBe(0.1);
  });

  it('pause the run if none did, and give it as many tries when it is resumed', () => {
    const paused = after([good, broken, broken, broken, broken, broken, broken]);
    expect(paused.verdicts.slice(3)).toEqual(['halve', 'goOn', 'goOn', 'pause']);
    expect(paused.state).toMatchObject({ skipped: 6, halvings: 1 });
    expect(after([broken, broken, broken], paused.state).verdicts).toEqual(['goOn', 'goOn', 'pause']);
    expect(after([broken, good, broken, broken], paused.state).verdicts.at(-1)).toBe('halve');
  });

  it('do not count when a scaled loss overflowed', () => {
    const { state, verdicts } = after([overflow, overflow, overflow, overflow]);
    expect(new Set(verdicts)).toEqual(new Set(['goOn']));
    expect(state).toEqual({ ...noBreakdowns, skipped: 4 });
  });

  it('can not make the learning rate change within the steps before a halving', () => {
    expect(stepsBeforeHalving(noBreakdowns, 2)).toBe(3);
    expect(stepsBeforeHalving(after([broken, broken]).state, 2)).toBe(1);
    expect(after([broken, broken, broken]).verdicts.indexOf('halve')).toBe(2);
  });

  it('are told of ever less often', () => {
    const told = Array.from({ length: 2000 }, (_, i) => i).filter((skippedSinceHalving) =>
      isTold({ ...noBreakdowns, skippedSinceHalving }),
    );
    expect(told).toEqual([1, 10, 100, 1000]);
  });
});
