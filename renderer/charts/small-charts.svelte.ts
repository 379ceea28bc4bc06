/** The small companions of the loss: time per step, and what a run's quality is measured by. */
import type { Chart, ChartConfiguration } from 'chart.js';
import type { RunRecord, VaeMetricsRow, VaeRunRecord } from '../api/studio.ts';
import type { ChartColours } from './colours.ts';
import { decimate } from './decimate.ts';
import { chart } from './mount.svelte.ts';
import type { Series } from './series.ts';
import { axisColours, baseOptions, tooltipColours } from './style.ts';
import { plainTick } from './tick-words.ts';
import { formatCount, formatNumber } from '../text/format.ts';

const empty = () =>
  ({ type: 'line', data: { datasets: [] }, options: { ...baseOptions } }) satisfies ChartConfiguration;

/** Axes and tooltips that the small charts share; they begin at zero, so that heights can be compared, where zero means something. */
function applyFrame(instance: Chart, colours: ChartColours, to: number, unit: string, beginAtZero = true): void {
  const ticks = axisColours(colours).ticks;
  instance.options.scales = {
    x: {
      type: 'linear',
      min: 0,
      max: Math.max(10, to),
      ...axisColours(colours, false),
      ticks: { ...ticks, callback: (value: number | string) => formatCount(Number(value)), maxTicksLimit: 5 },
    },
    y: {
      type: 'linear',
      beginAtZero,
      ...axisColours(colours),
      ticks: { ...ticks, callback: plainTick, maxTicksLimit: 4 },
    },
  };
  instance.options.interaction = { mode: 'index', intersect: false, axis: 'x' };
  instance.options.plugins = {
    tooltip: {
      ...tooltipColours(colours),
      callbacks: {
        title: ([item]) => `Step ${formatCount(item?.parsed.x ?? 0)}`,
        label: ({ dataset, parsed }) => `${dataset.label}: ${formatNumber(parsed.y)}${unit}`,
      },
    },
    zoom: { zoom: { drag: { enabled: false } } },
  };
}

export function stepTimeChart(series: () => Series) {
  return chart({
    create: empty,
    watch: () => void series(),
    apply: (instance, colours) => {
      const { steps, stepSeconds } = series();
      const milliseconds = stepSeconds.map((seconds) => 1000 * seconds);
      instance.data.datasets = [
        {
          label: 'Time',
          data: decimate(steps, milliseconds, Math.max(100, instance.width)).map((point) => ({ ...point })),
          borderColor: colours.second,
          borderWidth: 1.2,
          pointRadius: 0,
        },
      ];
      applyFrame(instance, colours, steps.at(-1) ?? 0, ' ms');
    },
  });
}

export function scoreChart(run: () => RunRecord) {
  return chart({
    create: empty,
    watch: () => void run(),
    apply: (instance, colours) => {
      const { scores, plan } = run();
      instance.data.datasets = [
        {
          label: 'Distance',
          data: scores.map(({ step, frechet }) => ({ x: step, y: frechet })),
          borderColor: colours.main,
          backgroundColor: colours.main,
          borderWidth: 2,
          pointRadius: 3,
        },
        {
          label: 'Your own pictures',
          data: scores.map(({ step, floor }) => ({ x: step, y: floor })),
          borderColor: colours.mark,
          borderWidth: 1.5,
          borderDash: [4, 3],
          pointRadius: 0,
        },
      ];
      applyFrame(instance, colours, plan.steps, '');
    },
  });
}

/** How well pictures come back while a VAE trains: of each batch faintly, and of the pictures kept aside. */
export function psnrChart(rows: () => readonly VaeMetricsRow[], run: () => VaeRunRecord) {
  return chart({
    create: empty,
    watch: () => void [rows(), run()],
    apply: (instance, colours) => {
      const { scores, plan, starterPsnr } = run();
      const steps = Float64Array.from(rows(), ({ step }) => step);
      const psnr = Float64Array.from(rows(), (row) => row.psnr ?? Number.NaN);
      instance.data.datasets = [
        {
          label: 'Pictures kept aside',
          data: scores.map((score) => ({ x: score.step, y: score.psnr })),
          borderColor: colours.main,
          backgroundColor: colours.main,
          borderWidth: 2,
          pointRadius: 3,
        },
        {
          label: 'Starter VAE',
          data: starterPsnr === undefined ? [] : [0, plan.steps].map((x) => ({ x, y: starterPsnr })),
          borderColor: colours.mark,
          borderWidth: 1.5,
          borderDash: [4, 3],
          pointRadius: 0,
        },
        {
          label: 'Each step',
          data: decimate(steps, psnr, Math.max(100, instance.width)).map((point) => ({ ...point })),
          borderColor: colours.faint,
          borderWidth: 1,
          pointRadius: 0,
        },
      ];
      // No picture comes back with 0 dB.
      applyFrame(instance, colours, plan.steps, ' dB', false);
    },
  });
}
