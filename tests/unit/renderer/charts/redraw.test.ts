import { describe, expect, it } from 'vitest';
import { RedrawGate } from '../../../../renderer/charts/redraw.ts';

/** A clock that is moved by hand. */
function fakeClock() {
  const waiting: { at: number; callback: () => void }[] = [];
  const clock = {
    time: 0,
    hidden: false,
    now: () => clock.time,
    isHidden: () => clock.hidden,
    after(ms: number, callback: () => void) {
      const entry = { at: clock.time + ms, callback };
      waiting.push(entry);
      return () => void waiting.splice(waiting.indexOf(entry), 1);
    },
    advance(ms: number) {
      clock.time += ms;
      for (const entry of waiting.filter(({ at }) => at <= clock.time)) {
        waiting.splice(waiting.indexOf(entry), 1);
        entry.callback();
      }
    },
  };
  return clock;
}

function gate() {
  const clock = fakeClock();
  const drawn: number[] = [];
  return { clock, drawn, gate: new RedrawGate(() => drawn.push(clock.time), clock) };
}

describe('RedrawGate', () => {
  it('draws the first request at once and the last one always', () => {
    const { clock, drawn, gate: redraw } = gate();
    redraw.request();
    clock.advance(10);
    redraw.request();
    redraw.request();
    expect(drawn).toEqual([0]);
    clock.advance(200);
    expect(drawn).toEqual([0, 210]);
  });

  it('draws at most eight times a second under a hundred requests a second', () => {
    const { clock, drawn, gate: redraw } = gate();
    for (let i = 0; i < 300; i++) {
      redraw.request();
      clock.advance(10);
    }
    expect(drawn.length).toBeLessThanOrEqual(24);
    expect(drawn.length).toBeGreaterThanOrEqual(22);
  });

  it('draws nothing while the window is hidden, and what is due when it is shown', () => {
    const { clock, drawn, gate: redraw } = gate();
    clock.hidden = true;
    redraw.request();
    clock.advance(5000);
    expect(drawn).toEqual([]);
    clock.hidden = false;
    redraw.shown();
    expect(drawn).toEqual([5000]);
  });

  it('does nothing when shown without a request, or after it was stopped', () => {
    const { clock, drawn, gate: redraw } = gate();
    redraw.shown();
    expect(drawn).toEqual([]);
    redraw.request();
    redraw.request();
    redraw.stop();
    clock.advance(1000);
    expect(drawn).toEqual([0]);
  });
});
