/** What all charts have in common: quiet axes, words in the screen's own type, no animation. */
import type { ChartOptions, ScaleOptionsByType } from 'chart.js';
import type { ChartColours } from './colours.ts';

export const baseOptions = {
  animation: false,
  responsive: true,
  maintainAspectRatio: false,
  normalized: true,
  parsing: false,
  layout: { padding: { top: 4, right: 6, bottom: 0, left: 0 } },
} as const satisfies ChartOptions;

type Axis = Pick<ScaleOptionsByType<'linear' | 'logarithmic' | 'category'>, 'grid' | 'border' | 'ticks'>;

/** Colours of an axis. */
export function axisColours(colours: ChartColours, withGrid = true): Axis {
  return {
    grid: { color: colours.grid, display: withGrid, drawTicks: false, tickLength: 6 },
    border: { color: colours.mark, display: true },
    ticks: { color: colours.ink, font: { size: 11 }, padding: 6, maxRotation: 0, includeBounds: false },
  } as Axis;
}

export function axisTitle(colours: ChartColours, text: string) {
  return { display: true, text, color: colours.ink, font: { size: 11 } };
}

export function tooltipColours(colours: ChartColours) {
  return {
    backgroundColor: colours.back,
    titleColor: colours.ink,
    bodyColor: colours.ink,
    borderColor: colours.mark,
    borderWidth: 1,
    padding: 8,
    displayColors: false,
    animation: false as const,
  };
}
