/** Box plots of pixels and of latents on one axis, in the two colours of what is compared. */
import type { Chart } from 'chart.js';
import type { ComparedBox } from '../../main/latents/views/compare-pixels.ts';
import { boxPlotChart } from './box-plot.svelte.ts';
import { faded } from './colours.ts';
import type { ChartColours } from './colours.ts';
import { axisTitle } from './style.ts';

export function comparedBoxesChart(boxes: () => readonly ComparedBox[]) {
  let colours: () => ChartColours;
  return boxPlotChart(() => boxes().map(({ box }) => box), {
    plugins: (given) => {
      colours = given;
      return [];
    },
    watch: () => void boxes(),
    adjust: (chart) => adjust(chart, boxes(), colours()),
  });
}

function adjust({ data, options }: Chart, boxes: readonly ComparedBox[], colours: ChartColours): void {
  const byKind = (pixels: string, latents: string) => boxes.map(({ of }) => (of === 'pixels' ? pixels : latents));
  data.labels = boxes.map(({ name }) => name);
  Object.assign(data.datasets[0]!, {
    backgroundColor: byKind(faded(colours.second), colours.faint),
    medianColor: byKind(colours.second, colours.main),
    outlierBackgroundColor: byKind(colours.second, colours.main),
  });
  const { x, y } = options.scales as unknown as Record<'x' | 'y', { title: unknown }>;
  x.title = axisTitle(colours, 'Robust deviations from the median of each channel');
  y.title = { display: false };
  options.plugins!.tooltip!.callbacks!.title = ([item]) => item?.label ?? '';
}
