/** The axis of values of a chart can be zoomed, and whatever lies over the chart is told where it is. */
import type { Chart } from 'chart.js';
import type { AxisPlace, ValueRange } from './axis.ts';
import type { ChartExtras } from './extras.ts';
import { tickStep } from './tick-words.ts';

function axisPlace({ chartArea, scales }: Chart): AxisPlace | undefined {
  const x = scales['x'];
  if (!x || !chartArea) return undefined;
  const { left, right, top, bottom } = chartArea;
  return { left, right, top, bottom, min: x.getValueForPixel(left)!, max: x.getValueForPixel(right)! };
}

const isSame = (a: AxisPlace | undefined, b: AxisPlace | undefined) => JSON.stringify(a) === JSON.stringify(b);

export interface AxisInput {
  /** The values that are shown; undefined for all. */
  readonly view: () => ValueRange | undefined;
  /** Told once zooming has come to rest. */
  readonly onview: (view: ValueRange) => void;
  /** Told whenever the axis lies elsewhere or shows other values. */
  readonly onplace: (place: AxisPlace) => void;
}

/** Tells where the axis is, and lets a wheel with Ctrl, or two fingers, zoom it around the pointer. */
export function zoomableAxis({ view, onview, onplace }: AxisInput): ChartExtras {
  let told: AxisPlace | undefined;
  let asked: ValueRange | undefined;
  /** What is shown at the moment: while it is zoomed the chart redraws itself, frame by frame. */
  let shown: ValueRange | undefined;
  return {
    plugins: () => [
      {
        id: 'place',
        afterDraw(chart) {
          const place = axisPlace(chart);
          if (place === undefined || isSame(place, told)) return;
          told = place;
          onplace(place);
        },
      },
    ],
    watch: () => void view(),
    adjust: ({ options }) => {
      const x = options.scales!['x'] as {
        min: number;
        max: number;
        offset: boolean;
        ticks?: { stepSize?: number };
      };
      // Bars leave room at both ends otherwise, beyond what the axis shows.
      x.offset = false;
      const all = { min: x.min, max: x.max };
      if (asked !== view()) shown = asked = view();
      [x.min, x.max] = shown ?? [all.min, all.max];
      // A part of the axis needs finer steps than the whole.
      if (x.ticks?.stepSize !== undefined) x.ticks.stepSize = tickStep(x.min, x.max);
      options.plugins!.zoom = {
        limits: { x: { ...all, minRange: (all.max - all.min) / 200 } },
        zoom: {
          mode: 'x',
          wheel: { enabled: true, modifierKey: 'ctrl', speed: 0.15 },
          onZoom: ({ chart }) => {
            const { min, max } = chart.scales['x']!;
            shown = [min, max];
          },
          onZoomComplete: () => {
            if (shown) onview(shown);
          },
        },
      };
    },
  };
}
