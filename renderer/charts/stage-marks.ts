/** Borders of a run's stages in a chart over steps. */
import type { Chart } from 'chart.js';
import type { ChartColours } from './colours.ts';
import type { Stage } from './series.ts';

/** Dashed vertical lines where stages begin, each with its number of noise levels where there is room. */
export function drawStages({ ctx, chartArea, scales }: Chart, stages: readonly Stage[], colours: ChartColours): void {
  const x = scales['x'];
  if (!x) return;
  const { left, right, top, bottom } = chartArea;
  const { mark, ink, font } = colours;
  ctx.save();
  ctx.font = `11px ${font}`;
  ctx.textBaseline = 'top';
  ctx.setLineDash([3, 3]);
  ctx.strokeStyle = mark;
  ctx.fillStyle = ink;
  let wordsEnd = left;
  for (const { from, levels } of stages) {
    const at = Math.max(left, x.getPixelForValue(from));
    if (at > right) break;
    if (at > left + 1) {
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, bottom);
      ctx.stroke();
    }
    const words = `N ${levels}`;
    const width = ctx.measureText(words).width;
    if (at + 4 < wordsEnd || at + 4 + width > right) continue;
    ctx.fillText(words, at + 4, top + 2);
    wordsEnd = at + 12 + width;
  }
  ctx.restore();
}
