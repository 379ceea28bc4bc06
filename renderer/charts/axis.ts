/** The axis of values of a chart, for what is drawn and done on top of it. */
import type { Chart } from 'chart.js';
import type {} from 'chartjs-plugin-zoom';
import type { ChartExtras } from './extras.ts';

export type ValueRange = readonly [number, number];

/** Where the axis lies, in pixels of the canvas, and which values are at its ends. */
export interface AxisPlace {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly min: number;
  readonly max: number;
}

export function valueAt(pixel: number, { left, right, min, max }: AxisPlace): number {
  return min + ((pixel - left) / (right - left)) * (max - min);
}

export function pixelOf(value: number, { left, right, min, max }: AxisPlace): number {
  return left + ((value - min) / (max - min)) * (right - left);
}

/** The values between two pixels, ascending, as far as the axis goes. */
export function draggedRange(from: number, to: number, place: AxisPlace): ValueRange {
  const [a, b] = [from, to].map((pixel) => valueAt(Math.max(place.left, Math.min(place.right, pixel)), place));
  return a! < b! ? [a!, b!] : [b!, a!];
}

/** What of a range can be seen, in pixels; undefined when nothing of it can. */
export function shownPart([from, to]: ValueRange, place: AxisPlace): { left: number; width: number } | undefined {
  const left = Math.max(place.left, pixelOf(from, place));
  const right = Math.min(place.right, pixelOf(to, place));
  return right < left ? undefined : { left, width: right - left };
}

/** Equal bins from `from` to `to`. */
export interface Bins {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** The bin at a pixel; the first or the last one beyond the ends. */
export function binAt(pixel: number, place: AxisPlace, { from, to, counts }: Bins): ValueRange {
  const width = (to - from) / counts.length;
  const bin = Math.max(0, Math.min(counts.length - 1, Math.floor((valueAt(pixel, place) - from) / width)));
  return [from + bin * width, from + (bin + 1) * width];
}

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
      const x = options.scales!['x'] as { min: number; max: number; offset: boolean };
      // Bars leave room at both ends otherwise, beyond what the axis shows.
      x.offset = false;
      const all = { min: x.min, max: x.max };
      if (asked !== view()) shown = asked = view();
      [x.min, x.max] = shown ?? [all.min, all.max];
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
