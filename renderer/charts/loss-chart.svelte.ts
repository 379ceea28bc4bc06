/** The loss of a run: every step faintly, the smoothed curve on top, stage borders and rolled back steps marked. */
import type { Chart, ChartConfiguration, Plugin } from 'chart.js';
import type { ChartColours } from './colours.ts';
import { decimate } from './decimate.ts';
import { chart } from './mount.svelte.ts';
import { rolledBackSteps, stagesOf } from './series.ts';
import type { Series, Stage, StepRow } from './series.ts';
import { drawStages } from './stage-marks.ts';
import { axisColours, axisTitle, baseOptions, tooltipColours } from './style.ts';
import { fineLogTick, plainTick } from './tick-words.ts';
import { formatCount, formatNumber } from '../text/format.ts';

export interface LossChartInput {
  readonly rows: () => readonly StepRow[];
  readonly series: () => Series;
  /** As long as the rows. */
  readonly smoothed: () => Float64Array;
  readonly scale: () => 'linear' | 'logarithmic';
  /** The steps that are shown; undefined for all. */
  readonly range: () => readonly [number, number] | undefined;
  /** A part was chosen by dragging. */
  readonly onzoom: (range: readonly [number, number]) => void;
}

interface Marks {
  readonly stages: readonly Stage[];
  readonly rolledBack: readonly number[];
}

/** Stage borders as vertical lines with their number of noise levels; rolled back steps as triangles at the foot. */
function marksPlugin(marks: () => Marks, colours: () => ChartColours): Plugin {
  return {
    id: 'marks',
    afterDatasetsDraw(instance) {
      const { ctx, chartArea, scales } = instance;
      const { left, right, bottom } = chartArea;
      const x = scales['x'];
      if (!x) return;
      drawStages(instance, marks().stages, colours());
      ctx.save();
      ctx.fillStyle = colours().bad;
      for (const step of marks().rolledBack) {
        const at = x.getPixelForValue(step);
        if (at < left || at > right) continue;
        ctx.beginPath();
        ctx.moveTo(at, bottom - 9);
        ctx.lineTo(at - 5, bottom - 1);
        ctx.lineTo(at + 5, bottom - 1);
        ctx.fill();
      }
      ctx.restore();
    },
  };
}

export function lossChart(input: LossChartInput) {
  let colours: ChartColours | undefined;
  let marks: Marks = { stages: [], rolledBack: [] };
  return chart({
    create: () =>
      ({
        type: 'line',
        data: { datasets: [] },
        plugins: [
          marksPlugin(
            () => marks,
            () => colours!,
          ),
        ],
        options: { ...baseOptions },
      }) satisfies ChartConfiguration,
    watch: () => void [input.rows(), input.smoothed(), input.scale(), input.range()],
    apply: (instance, next) => {
      colours = next;
      const rows = input.rows();
      marks = { stages: stagesOf(rows), rolledBack: rolledBackSteps(rows) };
      applyLoss(instance, input, next);
    },
  });
}

function applyLoss(instance: Chart, input: LossChartInput, colours: ChartColours): void {
  const { steps, loss } = input.series();
  const smoothed = input.smoothed();
  const log = input.scale() === 'logarithmic';
  const [from, to] = input.range() ?? [0, Math.max(10, steps.at(-1) ?? 10)];
  const columns = Math.max(100, instance.chartArea?.width ?? instance.width);
  // A logarithmic axis can not show zero and less; the screen says how many values that are.
  const shown = (values: Float64Array) =>
    decimate(steps, values, columns, from, to).map(({ x, y }) => ({ x, y: log && y <= 0 ? Number.NaN : y }));
  instance.data.datasets = [
    {
      label: 'Smoothed',
      data: shown(smoothed),
      borderColor: colours.main,
      borderWidth: 2.2,
      pointRadius: 0,
      borderJoinStyle: 'round',
    },
    { label: 'Each step', data: shown(loss), borderColor: colours.faint, borderWidth: 1, pointRadius: 0 },
  ];
  instance.options.scales = {
    x: {
      type: 'linear',
      min: from,
      max: to,
      ...axisColours(colours, false),
      ticks: {
        ...axisColours(colours).ticks,
        callback: (value: number | string) => formatCount(Number(value)),
        maxTicksLimit: 8,
      },
      title: axisTitle(colours, 'Step'),
    },
    y: {
      type: input.scale(),
      ...axisColours(colours),
      ticks: {
        ...axisColours(colours).ticks,
        maxTicksLimit: log ? undefined : 7,
        callback(this: { min: number; max: number }, value: number | string) {
          return log ? fineLogTick(value, this.min, this.max) : plainTick(value);
        },
      },
    },
  };
  instance.options.interaction = { mode: 'index', intersect: false, axis: 'x' };
  instance.options.plugins = {
    tooltip: {
      ...tooltipColours(colours),
      callbacks: {
        title: ([item]) => `Step ${formatCount(item?.parsed.x ?? 0)}`,
        label: ({ dataset, parsed }) => `${dataset.label}: ${formatNumber(parsed.y)}`,
      },
    },
    zoom: {
      zoom: {
        mode: 'x',
        drag: {
          enabled: true,
          backgroundColor: `${colours.main}22`,
          borderColor: colours.main,
          borderWidth: 1,
          threshold: 8,
        },
        onZoomComplete: ({ chart: zoomed }) => {
          const { min, max } = zoomed.scales['x']!;
          input.onzoom([Math.max(0, Math.floor(min)), Math.ceil(max)]);
        },
      },
    },
  };
}
