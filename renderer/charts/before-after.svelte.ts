/** Two histograms on one axis: how the values lie now, and how they would. */
import type { Chart, ChartConfiguration } from 'chart.js';
import type { ChannelStatistics } from '../api/studio.ts';
import type { ChartColours } from './colours.ts';
import { chart } from './mount.svelte.ts';
import { axisColours, baseOptions, tooltipColours } from './style.ts';
import { logTick, plainTick, tickStep } from './tick-words.ts';
import { formatCount, formatPlain } from '../text/format.ts';

type Histogram = ChannelStatistics['histogram'];

export interface BeforeAfter {
  readonly before: Histogram;
  readonly after: Histogram;
}

/** The outline of a histogram: two points for each bar. A logarithmic axis has no zero, so there it has a gap. */
function outline({ from, to, counts }: Histogram) {
  const width = (to - from) / counts.length;
  return counts.flatMap((count, i) => {
    const y = count === 0 ? Number.NaN : count;
    return [
      { x: from + i * width, y },
      { x: from + (i + 1) * width, y },
    ];
  });
}

export function beforeAfterChart(parts: () => BeforeAfter) {
  return chart({
    create: () => ({ type: 'bar', data: { datasets: [] }, options: { ...baseOptions } }) satisfies ChartConfiguration,
    watch: () => void parts(),
    apply: (instance, colours) => draw(instance, parts(), colours),
  });
}

function draw(instance: Chart, { before, after }: BeforeAfter, colours: ChartColours): void {
  const [from, to] = [Math.min(before.from, after.from), Math.max(before.to, after.to)];
  const width = (before.to - before.from) / before.counts.length;
  instance.data.datasets = [
    {
      ...{ type: 'line', label: 'After', data: outline(after), pointRadius: 0 },
      ...{ borderColor: colours.main, borderWidth: 2 },
    },
    {
      ...{ type: 'bar', label: 'Now', data: before.counts.map((y, i) => ({ x: before.from + (i + 0.5) * width, y })) },
      ...{ backgroundColor: colours.faint, barPercentage: 1, categoryPercentage: 1, borderWidth: 0, grouped: false },
    },
  ];
  instance.options.scales = {
    x: {
      ...{ type: 'linear', min: from, max: to },
      ...axisColours(colours, false),
      ticks: { ...axisColours(colours).ticks, callback: plainTick, stepSize: tickStep(from, to) },
    },
    y: {
      ...{ type: 'logarithmic', min: 0.5, max: 1.6 * Math.max(1, ...before.counts, ...after.counts) },
      ...axisColours(colours),
      ticks: { ...axisColours(colours).ticks, callback: logTick },
    },
  };
  instance.options.interaction = { mode: 'x', intersect: false };
  instance.options.plugins = {
    legend: { display: false },
    tooltip: {
      ...tooltipColours(colours),
      // Each bar has two points, and the pointer is near those of its neighbour, too.
      filter: ({ datasetIndex }, i, items) => items.findIndex((item) => item.datasetIndex === datasetIndex) === i,
      callbacks: {
        title: ([item]) => (item ? `At ${formatPlain(item.parsed.x!)}` : ''),
        label: ({ dataset, parsed }) => `${dataset.label}: ${formatCount(Math.round(parsed.y ?? 0))}`,
      },
    },
  };
}
