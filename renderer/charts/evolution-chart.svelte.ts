/** How residuals developed over the steps of a run: quartiles and extremes on a logarithmic axis, c, and where stages begin. */
import type { Chart, ChartConfiguration, Plugin } from 'chart.js';
import type { ResidualMoment } from '../api/studio.ts';
import type { ChartColours } from './colours.ts';
import { chart } from './mount.svelte.ts';
import type { Stage } from './series.ts';
import { drawStages } from './stage-marks.ts';
import { axisColours, axisTitle, baseOptions, tooltipColours } from './style.ts';
import { fineLogTick } from './tick-words.ts';
import { formatCount, formatPlain } from '../text/format.ts';

type Quartiles = Pick<ResidualMoment, 'step' | 'min' | 'q1' | 'median' | 'q3' | 'max'>;

export interface EvolutionInput {
  readonly recorded: () => readonly ResidualMoment[];
  /** Checkpoints that were measured. */
  readonly measured: () => readonly Quartiles[];
  readonly stages: () => readonly Stage[];
  /** The step that the axis ends at. */
  readonly steps: () => number;
}

/** A measured checkpoint: the box of its quartiles, its median, and a line to its extremes. */
function boxesPlugin(measured: () => readonly Quartiles[], colours: () => ChartColours): Plugin {
  return {
    id: 'boxes',
    afterDatasetsDraw({ ctx, scales }) {
      const { x, y } = scales;
      if (!x || !y) return;
      const { second, back } = colours();
      const at = (value: number) => y.getPixelForValue(Math.max(y.min, value));
      ctx.save();
      ctx.strokeStyle = second;
      ctx.fillStyle = back;
      ctx.lineWidth = 1.5;
      for (const { step, min, q1, median, q3, max } of measured()) {
        const middle = x.getPixelForValue(step);
        ctx.beginPath();
        ctx.moveTo(middle, at(min));
        ctx.lineTo(middle, at(max));
        ctx.stroke();
        ctx.fillRect(middle - 4, at(q3), 8, at(q1) - at(q3));
        ctx.strokeRect(middle - 4, at(q3), 8, at(q1) - at(q3));
        ctx.beginPath();
        ctx.moveTo(middle - 4, at(median));
        ctx.lineTo(middle + 4, at(median));
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

export function evolutionChart(input: EvolutionInput) {
  let colours: ChartColours | undefined;
  return chart({
    create: () =>
      ({
        type: 'line',
        data: { datasets: [] },
        plugins: [
          { id: 'stages', afterDatasetsDraw: (instance) => drawStages(instance, input.stages(), colours!) },
          boxesPlugin(input.measured, () => colours!),
        ],
        options: { ...baseOptions, layout: { padding: { top: 4, right: 12, bottom: 0, left: 0 } } },
      }) satisfies ChartConfiguration,
    watch: () => void [input.recorded(), input.measured(), input.stages(), input.steps()],
    apply: (instance, next) => {
      colours = next;
      applyEvolution(instance, input, next);
    },
  });
}

function applyEvolution(instance: Chart, input: EvolutionInput, colours: ChartColours): void {
  const recorded = input.recorded();
  const measured = input.measured();
  const line = (label: string, pick: (moment: ResidualMoment) => number) => ({
    label,
    data: recorded.map((moment) => ({ x: moment.step, y: pick(moment) || Number.NaN })),
    borderWidth: 0,
    pointRadius: 0,
    pointHitRadius: 0,
  });
  instance.data.datasets = [
    { ...line('Median', ({ median }) => median), borderColor: colours.main, borderWidth: 2 },
    {
      ...line('c of the loss', ({ c }) => c),
      borderColor: colours.ink,
      borderWidth: 1.4,
      borderDash: [5, 3],
      stepped: 'after',
    },
    { ...line('Upper quartile', ({ q3 }) => q3), backgroundColor: colours.faint, fill: '+1' },
    line('Lower quartile', ({ q1 }) => q1),
    { ...line('Largest', ({ max }) => max), borderColor: colours.mark, borderWidth: 1 },
    { ...line('Smallest', ({ min }) => min), borderColor: colours.mark, borderWidth: 1 },
  ];
  const all = [...recorded, ...measured];
  const ticks = axisColours(colours).ticks;
  instance.options.scales = {
    x: {
      type: 'linear',
      min: 0,
      max: Math.max(10, input.steps()),
      ...axisColours(colours, false),
      ticks: { ...ticks, callback: (value: number | string) => formatCount(Number(value)), maxTicksLimit: 7 },
      title: axisTitle(colours, 'Step'),
    },
    y: {
      type: 'logarithmic',
      min: Math.min(...all.flatMap(({ min }) => (min > 0 ? [min] : []))) / 1.2,
      max: Math.max(...all.map(({ max }) => max)) * 1.6,
      ...axisColours(colours),
      ticks: {
        ...ticks,
        callback(this: { min: number; max: number }, value: number | string) {
          return fineLogTick(value, this.min, this.max);
        },
      },
      title: axisTitle(colours, 'Residual (r)'),
    },
  };
  instance.options.interaction = { mode: 'index', intersect: false, axis: 'x' };
  instance.options.plugins = {
    tooltip: {
      ...tooltipColours(colours),
      itemSort: (a, b) => (b.parsed.y ?? 0) - (a.parsed.y ?? 0),
      callbacks: {
        title: ([item]) => `Step ${formatCount(item?.parsed.x ?? 0)}`,
        label: ({ dataset, parsed }) => `${dataset.label}: ${formatPlain(parsed.y ?? 0, 3)}`,
      },
    },
    zoom: { zoom: { drag: { enabled: false } } },
  };
}
