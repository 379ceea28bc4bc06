/** How strongly samples pull under several losses, over a histogram of how large their residuals are. The axis of values is logarithmic. */
import type { Chart, ChartConfiguration, Plugin } from 'chart.js';
import type { AxisPlace } from './axis.ts';
import type { ChartColours } from './colours.ts';
import { chart } from './mount.svelte.ts';
import { axisColours, axisTitle, baseOptions } from './style.ts';
import { fineLogTick, plainTick } from './tick-words.ts';

export interface InfluenceCurve {
  readonly name: string;
  readonly colour: 'ink' | 'second' | 'main' | 'mark';
  readonly dash?: readonly number[];
  /** What the run trains with. */
  readonly isOwn: boolean;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface InfluenceData {
  readonly axis: { readonly from: number; readonly to: number };
  readonly curves: readonly InfluenceCurve[];
  /** Of the histogram: one edge more than there are shares. */
  readonly edges: readonly number[];
  readonly shares: readonly number[];
  /** Marks above the chart, and what their words are. */
  readonly stages: readonly { readonly at: number; readonly words: string; readonly isNow: boolean }[];
  readonly stageWords: string;
  /** From here on the values are shaded, and what these are. */
  readonly shaded: { readonly from: number; readonly words: string };
}

export interface InfluenceInput {
  readonly data: () => InfluenceData;
  /** Where the axis lies; its values are natural logarithms. */
  readonly onplace: (place: AxisPlace) => void;
  /** Where labels go that should stand at `wanted`, in pixels from the top. */
  readonly spread: (wanted: readonly number[], gap: number, top: number, bottom: number) => number[];
}

/** The height of the scaled curves that is shown; L2 leaves it. */
export const highest = 2;
/** The highest bar is this part of the chart's height. */
const barHeight = 0.5;
const labelGap = 15;
/** Pixels above the chart: for the stages, and below them for the handle of c. */
const [room, stripAt] = [56, 36];
const small = ({ font }: ChartColours) => `11px ${font}`;

function histogramPlugin(data: () => InfluenceData, colours: () => ChartColours): Plugin {
  return {
    id: 'samples',
    beforeDatasetsDraw({ ctx, chartArea: { left, right, top, bottom }, scales }) {
      const x = scales['x'];
      if (!x) return;
      const { edges, shares, shaded } = data();
      const { faint, mark, ink } = colours();
      const inside = (value: number) => Math.max(left, Math.min(right, x.getPixelForValue(value)));
      ctx.save();
      const from = inside(shaded.from);
      ctx.globalAlpha = 0.14;
      ctx.fillStyle = mark;
      ctx.fillRect(from, top, right - from, bottom - top);
      ctx.globalAlpha = 1;
      ctx.fillStyle = faint;
      const scale = (barHeight * (bottom - top)) / Math.max(...shares, Number.MIN_VALUE);
      shares.forEach((share, i) => {
        const [a, b] = [inside(edges[i]!), inside(edges[i + 1]!)];
        // What is there can be seen, however little it is.
        const height = share === 0 ? 0 : Math.max(1, scale * share);
        ctx.fillRect(a, bottom - height, Math.max(0, b - a - 0.5), height);
      });
      ctx.font = small(colours());
      ctx.fillStyle = ink;
      ctx.textBaseline = 'top';
      ctx.textAlign = 'right';
      if (right - from > ctx.measureText(shaded.words).width + 12) ctx.fillText(shaded.words, right - 6, top + 5);
      ctx.restore();
    },
  };
}

/** Each curve's name beside its end. */
function namesPlugin({ data, spread }: InfluenceInput, colours: () => ChartColours): Plugin {
  return {
    id: 'names',
    afterDatasetsDraw({ ctx, chartArea: { right, top, bottom }, scales }) {
      const y = scales['y'];
      if (!y) return;
      const { axis, curves } = data();
      const ends = curves.map(({ points }) => y.getPixelForValue(points.findLast(({ x }) => x <= axis.to)?.y ?? 0));
      const places = spread(ends, labelGap, top + 6, bottom - 6);
      ctx.save();
      ctx.textBaseline = 'middle';
      curves.forEach(({ name, colour, isOwn }, i) => {
        const leaves = ends[i]! < top;
        ctx.font = `${isOwn ? '700 ' : ''}${small(colours())}`;
        ctx.fillStyle = colour === 'mark' ? colours().ink : colours()[colour];
        ctx.fillText(leaves ? `${name} ↑` : name, right + 7, places[i]!);
      });
      ctx.restore();
    },
  };
}

/** c of every stage, on the same axis. */
function stagesPlugin(data: () => InfluenceData, colours: () => ChartColours): Plugin {
  return {
    id: 'stages',
    afterDraw({ ctx, chartArea: { left, right, top }, scales }) {
      const x = scales['x'];
      if (!x) return;
      const y = top - stripAt;
      const { main, mark, ink, back } = colours();
      const { stageWords } = data();
      const stages = data()
        .stages.map((stage) => ({ ...stage, pixel: x.getPixelForValue(stage.at) }))
        .sort((a, b) => a.pixel - b.pixel);
      ctx.save();
      ctx.strokeStyle = mark;
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(right, y);
      ctx.stroke();
      ctx.font = small(colours());
      ctx.textBaseline = 'middle';
      let wordsEnd = left;
      stages.forEach(({ pixel, words, isNow }, i) => {
        ctx.beginPath();
        ctx.arc(pixel, y, 4.5, 0, 2 * Math.PI);
        ctx.fillStyle = isNow ? main : back;
        ctx.strokeStyle = isNow ? main : ink;
        ctx.fill();
        ctx.stroke();
        const half = ctx.measureText(words).width / 2;
        const title = ctx.measureText(stageWords).width;
        ctx.fillStyle = ink;
        if (i === 0 && pixel - half - title - 8 > left) ctx.fillText(stageWords, pixel - half - title - 8, y - 13);
        if (pixel - half < wordsEnd) return;
        if (isNow) ctx.fillStyle = main;
        ctx.fillText(words, pixel - half, y - 13);
        wordsEnd = pixel + half + 4;
      });
      ctx.restore();
    },
  };
}

function placePlugin(onplace: (place: AxisPlace) => void): Plugin {
  let told = '';
  return {
    id: 'place',
    afterDraw({ chartArea: { left, right, top, bottom }, scales }) {
      const x = scales['x'];
      if (!x) return;
      const place = { left, right, top, bottom, min: Math.log(x.min), max: Math.log(x.max) };
      const now = JSON.stringify(place);
      if (now === told) return;
      told = now;
      onplace(place);
    },
  };
}

export function influenceChart(input: InfluenceInput) {
  let colours: ChartColours | undefined;
  const now = () => colours!;
  return chart({
    create: () =>
      ({
        type: 'line',
        data: { datasets: [] },
        plugins: [
          histogramPlugin(input.data, now),
          namesPlugin(input, now),
          stagesPlugin(input.data, now),
          placePlugin(input.onplace),
        ],
        options: { ...baseOptions, layout: { padding: { top: room, right: 98, bottom: 0, left: 0 } }, events: [] },
      }) satisfies ChartConfiguration,
    watch: () => void input.data(),
    apply: (instance, next) => {
      colours = next;
      applyCurves(instance, input.data(), next);
    },
  });
}

function applyCurves(instance: Chart, { axis, curves }: InfluenceData, colours: ChartColours): void {
  // What the run trains with lies on top.
  instance.data.datasets = curves.map(({ name, colour, dash, isOwn, points }) => ({
    label: name,
    data: points.map((point) => ({ ...point })),
    borderColor: colours[colour],
    borderWidth: isOwn ? 3 : 1.8,
    borderDash: [...(dash ?? [])],
    pointRadius: 0,
    order: isOwn ? 0 : 1,
  }));
  const { ticks } = axisColours(colours);
  instance.options.scales = {
    x: {
      type: 'logarithmic',
      min: axis.from,
      max: axis.to,
      ...axisColours(colours, false),
      ticks: {
        ...ticks,
        callback(this: { min: number; max: number }, value: number | string) {
          return fineLogTick(value, this.min, this.max);
        },
      },
      title: axisTitle(colours, 'How large a sample’s residual is (r)'),
    },
    y: {
      type: 'linear',
      min: 0,
      max: highest,
      ...axisColours(colours),
      ticks: { ...ticks, callback: plainTick, stepSize: 1 },
      title: axisTitle(colours, 'Pull on the update'),
    },
  };
  instance.options.plugins = { tooltip: { enabled: false }, zoom: { zoom: { drag: { enabled: false } } } };
}
