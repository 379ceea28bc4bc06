/** Histogram of one channel of the latents with the bell curve it would be if it were one. */
import type { Chart, ChartConfiguration, Plugin } from 'chart.js';
import { bellCurveCounts } from '../../main/latents/views/bell-curve.ts';
import type { ChannelStatistics } from '../api/studio.ts';
import type { ChartColours } from './colours.ts';
import type { ChartExtras } from './extras.ts';
import { chart } from './mount.svelte.ts';
import { axisColours, baseOptions, tooltipColours } from './style.ts';
import { logTick, plainTick, tickStep } from './tick-words.ts';
import { formatCount, formatPlain } from '../text/format.ts';

/** The fences as vertical lines: inner dashed, outer dotted. */
function fencePlugin(channel: () => ChannelStatistics, colours: () => ChartColours): Plugin {
  return {
    id: 'fences',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const x = scales['x'];
      if (!x) return;
      const { innerFences, outerFences } = channel();
      ctx.save();
      ctx.strokeStyle = colours().mark;
      for (const [fences, dash] of [
        [innerFences, [5, 3]],
        [outerFences, [1.5, 2.5]],
      ] as const) {
        ctx.setLineDash(dash);
        for (const fence of fences) {
          const at = x.getPixelForValue(fence);
          if (at < chartArea.left || at > chartArea.right) continue;
          ctx.beginPath();
          ctx.moveTo(at, chartArea.top);
          ctx.lineTo(at, chartArea.bottom);
          ctx.stroke();
        }
      }
      ctx.restore();
    },
  };
}

export function histogramChart(channel: () => ChannelStatistics, largestCount: () => number, extras?: ChartExtras) {
  let colours: ChartColours | undefined;
  return chart({
    create: () =>
      ({
        type: 'bar',
        data: { datasets: [] },
        plugins: [fencePlugin(channel, () => colours!), ...(extras?.plugins(() => colours!) ?? [])],
        options: { ...baseOptions },
      }) satisfies ChartConfiguration,
    watch: () => void [channel(), largestCount(), extras?.watch()],
    apply: (instance, next) => {
      colours = next;
      applyHistogram(instance, channel(), largestCount(), next);
      extras?.adjust(instance);
    },
  });
}

function applyHistogram(
  instance: Chart,
  channel: ChannelStatistics,
  largestCount: number,
  colours: ChartColours,
): void {
  const { from, to, counts } = channel.histogram;
  const width = (to - from) / counts.length;
  const middle = (i: number) => from + (i + 0.5) * width;
  const bell = bellCurveCounts(channel.n, channel.mean, channel.std, { from, to, bins: counts.length });
  const least = 0.5;
  instance.data.datasets = [
    {
      type: 'line',
      label: 'Bell curve',
      // A logarithmic axis has no zero: the curve ends where it would be half a value.
      data: Array.from(bell, (count, i) => ({ x: middle(i), y: count < least ? Number.NaN : count })),
      borderColor: colours.second,
      borderWidth: 2,
      pointRadius: 0,
    },
    {
      type: 'bar',
      label: 'Values',
      data: counts.map((count, i) => ({ x: middle(i), y: count })),
      // What lies beyond the inner fences is what this is about.
      backgroundColor: counts.map((_, i) =>
        middle(i) < channel.innerFences[0] || middle(i) > channel.innerFences[1] ? colours.main : colours.faint,
      ),
      barPercentage: 1,
      categoryPercentage: 1,
      borderWidth: 0,
      grouped: false,
    },
  ];
  instance.options.scales = {
    x: {
      type: 'linear',
      min: from,
      max: to,
      ...axisColours(colours, false),
      ticks: { ...axisColours(colours).ticks, callback: plainTick, stepSize: tickStep(from, to) },
    },
    y: {
      type: 'logarithmic',
      min: least,
      max: largestCount,
      ...axisColours(colours),
      ticks: { ...axisColours(colours).ticks, callback: logTick },
    },
  };
  instance.options.interaction = { mode: 'index', intersect: false };
  instance.options.plugins = {
    tooltip: {
      ...tooltipColours(colours),
      callbacks: {
        title: ([item]) =>
          item ? `${formatPlain(item.parsed.x! - width / 2)} to ${formatPlain(item.parsed.x! + width / 2)}` : '',
        label: ({ dataset, parsed }) => `${dataset.label}: ${formatCount(Math.round(parsed.y ?? 0))}`,
      },
    },
  };
}
