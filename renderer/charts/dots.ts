/** Single values on box plots: each in the band of its channel, a little up or down so that they do not hide one another. */
import type { Chart } from 'chart.js';
import type { Point } from './brush.ts';
import type { ChartColours } from './colours.ts';
import type { ChartExtras } from './extras.ts';

export interface Dot {
  readonly channel: number;
  readonly value: number;
}

export interface DotsInput {
  /** Values that can be chosen. */
  readonly dots: () => readonly Dot[];
  /** Others, drawn faintly behind. */
  readonly faint: () => readonly Dot[];
}

/** Share of the band's height that dots are spread over. */
const spread = 0.5;
const golden = (Math.sqrt(5) - 1) / 2;

/** How far a dot is from the middle of its band, −0.5 to 0.5: the same for the same place in the list, and never in clumps. */
export function jitter(index: number): number {
  return ((index * golden) % 1) - 0.5;
}

/** Where a dot lies in the chart, in pixels. */
export function dotPoint({ scales }: Pick<Chart, 'scales'>, { channel, value }: Dot, index: number): Point {
  const { x, y } = scales;
  const band = (y!.bottom - y!.top) / (y!.max - y!.min + 1);
  return { x: x!.getPixelForValue(value), y: y!.getPixelForValue(channel) + spread * band * jitter(index) };
}

/** The dot nearest to a point and at most `reach` pixels away. */
export function nearestDot(points: readonly Point[], { x, y }: Point, reach: number): number | undefined {
  let nearest: number | undefined;
  let least = reach ** 2;
  points.forEach((point, i) => {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance > least) return;
    least = distance;
    nearest = i;
  });
  return nearest;
}

export interface DotsExtras extends ChartExtras {
  /** The dot at a point of the canvas, by its place in the list, and where exactly it is. */
  readonly at: (point: Point) => { readonly index: number; readonly point: Point } | undefined;
}

export function dotsOn({ dots, faint }: DotsInput): DotsExtras {
  let points: Point[] = [];
  return {
    plugins: (colours: () => ChartColours) => [
      {
        id: 'dots',
        afterDatasetsDraw(chart) {
          const { ctx, chartArea, scales } = chart;
          if (!scales['x'] || !scales['y']) return;
          points = dots().map((dot, i) => dotPoint(chart, dot, i));
          ctx.save();
          ctx.beginPath();
          ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
          ctx.clip();
          ctx.fillStyle = colours().faint;
          faint().forEach((dot, i) => {
            const { x, y } = dotPoint(chart, dot, i);
            ctx.fillRect(x - 1, y - 1, 2, 2);
          });
          ctx.fillStyle = colours().main;
          for (const { x, y } of points) {
            ctx.beginPath();
            ctx.arc(x, y, 2.2, 0, 2 * Math.PI);
            ctx.fill();
          }
          ctx.restore();
        },
      },
    ],
    watch: () => void [dots(), faint()],
    adjust: ({ data }) => {
      // The plot's own dots are these.
      for (const dataset of data.datasets)
        dataset.data = (dataset.data as unknown as object[]).map((box) => ({ ...box, outliers: [] })) as never;
    },
    at(point) {
      const index = nearestDot(points, point, 7);
      return index === undefined ? undefined : { index, point: points[index]! };
    },
  };
}
