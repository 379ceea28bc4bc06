/** Puts a chart.js chart on a canvas and redraws it when its data or the theme change, but never too often. */
import { Chart } from 'chart.js';
import type { ChartConfiguration } from 'chart.js';
import { untrack } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { readColours } from './colours.ts';
import type { ChartColours } from './colours.ts';
import { RedrawGate, windowClock } from './redraw.ts';
import './register.ts';

export interface ChartParts {
  /** The chart without data. */
  readonly create: () => ChartConfiguration;
  /** Reads every signal the chart depends on, so that a change of one asks for a redraw. */
  readonly watch: () => void;
  /** Puts data and colours into the chart; called right before each redraw. */
  readonly apply: (chart: Chart, colours: ChartColours) => void;
  /** Gives the chart to whoever zooms it with buttons. */
  readonly mounted?: (chart: Chart) => void;
}

interface DrawnChart {
  readonly parts: ChartParts;
  readonly redraw: () => void;
}
const drawn = new WeakMap<HTMLCanvasElement, DrawnChart>();

/** How the chart of a canvas is made, to draw it once more elsewhere. */
export const partsOf = (canvas: HTMLCanvasElement): DrawnChart | undefined => drawn.get(canvas);

/** Several attachments as one. */
export const attachAll =
  (...attachments: readonly Attachment<HTMLCanvasElement>[]): Attachment<HTMLCanvasElement> =>
  (canvas) => {
    const stops = attachments.map((attach) => attach(canvas));
    return () => stops.forEach((stop) => stop?.());
  };

/** An attachment for a `<canvas>`. */
export function chart(parts: ChartParts): Attachment<HTMLCanvasElement> {
  const { create, watch, apply, mounted } = parts;
  return (canvas) => {
    const instance = untrack(() => new Chart(canvas, create()));
    const draw = () => {
      const colours = readColours(canvas);
      Chart.defaults.font.family = colours.font;
      apply(instance, colours);
      instance.update('none');
    };
    drawn.set(canvas, { parts, redraw: draw });
    const gate = new RedrawGate(draw, windowClock);
    const request = () => gate.request();
    const onVisible = () => gate.shown();
    const resized = new ResizeObserver(request);
    const themed = new MutationObserver(request);
    const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query));

    resized.observe(canvas.parentElement ?? canvas);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    for (const query of media) query.addEventListener('change', request);
    document.addEventListener('visibilitychange', onVisible);
    untrack(() => mounted?.(instance));

    $effect(() => {
      watch();
      untrack(request);
    });
    return () => {
      gate.stop();
      resized.disconnect();
      themed.disconnect();
      for (const query of media) query.removeEventListener('change', request);
      document.removeEventListener('visibilitychange', onVisible);
      instance.destroy();
    };
  };
}
