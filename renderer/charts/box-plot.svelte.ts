/** Box plots of all channels, lying, with Tukey's inner and outer fences. */
import type { Chart, ChartConfiguration, Plugin } from 'chart.js';
import type { BoxNumbers } from '../../main/latents/views/compare-pixels.ts';
import type { ChartColours } from './colours.ts';
import type { ChartExtras } from './extras.ts';
import { chart } from './mount.svelte.ts';
import { axisColours, axisTitle, baseOptions, tooltipColours } from './style.ts';
import { plainTick } from './tick-words.ts';
import { formatCount, formatPlain } from '../text/format.ts';

/** Fences of each channel as short strokes across its band: inner dashed, outer dotted. */
function fencePlugin(channels: () => readonly BoxNumbers[], colours: () => ChartColours): Plugin {
  return {
    id: 'fences',
    beforeDatasetsDraw({ ctx, scales }) {
      const { x, y } = scales;
      if (!x || !y) return;
      const half = (0.36 * (y.bottom - y.top)) / Math.max(1, channels().length);
      ctx.save();
      ctx.strokeStyle = colours().mark;
      channels().forEach(({ innerFences, outerFences }, i) => {
        const middle = y.getPixelForValue(i);
        for (const [fences, dash] of [
          [innerFences, [5, 3]],
          [outerFences, [1.5, 2.5]],
        ] as const) {
          ctx.setLineDash(dash);
          for (const fence of fences) {
            const at = x.getPixelForValue(fence);
            ctx.beginPath();
            ctx.moveTo(at, middle - half);
            ctx.lineTo(at, middle + half);
            ctx.stroke();
          }
        }
      });
      ctx.restore();
    },
  };
}

export function boxPlotChart(channels: () => readonly BoxNumbers[], extras?: ChartExtras) {
  let colours: ChartColours | undefined;
  return chart({
    create: () =>
      ({
        type: 'boxplot',
        data: { labels: [], datasets: [] },
        plugins: [fencePlugin(channels, () => colours!), ...(extras?.plugins(() => colours!) ?? [])],
        options: { ...baseOptions, parsing: undefined, normalized: false, indexAxis: 'y' },
      }) as unknown as ChartConfiguration,
    watch: () => void [channels(), extras?.watch()],
    apply: (instance, next) => {
      colours = next;
      applyBoxPlots(instance, channels(), next);
      extras?.adjust(instance);
    },
  });
}

function applyBoxPlots(instance: Chart, channels: readonly BoxNumbers[], colours: ChartColours): void {
  const lows = channels.flatMap(({ min, outerFences }) => [min, outerFences[0]]);
  const highs = channels.flatMap(({ max, outerFences }) => [max, outerFences[1]]);
  const margin = 0.03 * (Math.max(...highs) - Math.min(...lows));
  instance.data.labels = channels.map((_, i) => String(i + 1));
  instance.data.datasets = [
    {
      label: 'Latents',
      data: channels.map(({ min, q1, median, mean, q3, max, whiskers, outlierSample }) => ({
        min,
        q1,
        median,
        mean,
        q3,
        max,
        whiskerMin: whiskers[0],
        whiskerMax: whiskers[1],
        items: [],
        outliers: outlierSample,
      })),
      backgroundColor: colours.faint,
      borderColor: colours.ink,
      medianColor: colours.main,
      borderWidth: 1.5,
      outlierRadius: 1.7,
      outlierBackgroundColor: colours.main,
      outlierBorderColor: 'transparent',
      outlierBorderWidth: 0,
      meanRadius: 0,
      itemRadius: 0,
      maxBarThickness: 34,
    },
  ];
  instance.options.scales = {
    x: {
      type: 'linear',
      min: Math.min(...lows) - margin,
      max: Math.max(...highs) + margin,
      ...axisColours(colours),
      ticks: { ...axisColours(colours).ticks, callback: plainTick, includeBounds: false },
      title: axisTitle(colours, 'Value, as the VAE gives it'),
    },
    y: { type: 'category', ...axisColours(colours, false), title: axisTitle(colours, 'Channel') },
  };
  instance.options.plugins = {
    tooltip: {
      ...tooltipColours(colours),
      callbacks: {
        title: ([item]) => `Channel ${item?.label ?? ''}`,
        label: ({ dataIndex }) => {
          const { q1, median, q3, outlierCount } = channels[dataIndex]!;
          return `Box ${formatPlain(q1)} to ${formatPlain(q3)}, median ${formatPlain(median)}, ${formatCount(outlierCount)} outliers`;
        },
      },
    },
  };
}
