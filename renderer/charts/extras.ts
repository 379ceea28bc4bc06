/** What a screen adds to a chart that others use without it. */
import type { Chart, Plugin } from 'chart.js';
import type { ChartColours } from './colours.ts';

export interface ChartExtras {
  readonly plugins: (colours: () => ChartColours) => Plugin[];
  /** Reads the signals that the additions depend on. */
  readonly watch: () => void;
  /** The last word on data and options, before each redraw. */
  readonly adjust: (chart: Chart) => void;
}

/** Several additions as one. */
export function allExtras(...extras: readonly ChartExtras[]): ChartExtras {
  return {
    plugins: (colours) => extras.flatMap(({ plugins }) => plugins(colours)),
    watch: () => extras.forEach(({ watch }) => watch()),
    adjust: (chart) => extras.forEach(({ adjust }) => adjust(chart)),
  };
}
