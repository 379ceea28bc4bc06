/** Single values as short strokes at the foot of a histogram. */
import type { ChartColours } from './colours.ts';
import type { ChartExtras } from './extras.ts';

export function rugOn(values: () => readonly number[]): ChartExtras {
  return {
    plugins: (colours: () => ChartColours) => [
      {
        id: 'rug',
        afterDatasetsDraw({ ctx, chartArea: { left, right, bottom }, scales }) {
          const x = scales['x'];
          if (!x) return;
          ctx.save();
          ctx.fillStyle = colours().second;
          for (const value of values()) {
            const at = x.getPixelForValue(value);
            if (at >= left && at <= right) ctx.fillRect(at - 0.5, bottom - 7, 1.5, 7);
          }
          ctx.restore();
        },
      },
    ],
    watch: () => void values(),
    adjust: () => undefined,
  };
}
