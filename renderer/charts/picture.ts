/** A chart as a picture of its own: drawn anew at a fixed size, with its title and what it says, in the colours of the theme. */
import { BasicPlatform, Chart } from 'chart.js';
import { readColours } from './colours.ts';
import type { ChartColours } from './colours.ts';
import { partsOf } from './mount.svelte.ts';
import type { ChartParts } from './mount.svelte.ts';
import type { SvgCanvas } from './svg-context.ts';
import { wrapped } from './wrapped.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}
/** Draws what is no chart of chart.js, from the top left corner on. */
export type Paint = (context: CanvasRenderingContext2D, size: Size, colours: ChartColours) => void;

export interface PicturedChart {
  readonly title: string;
  readonly sentence: string;
  /** The chart's canvas on the screen, or where the painted chart is. */
  readonly element: HTMLElement;
  /** Undefined for the chart that is on the canvas. */
  readonly paint?: Paint | undefined;
}

/** Of the chart, in units of the drawing. */
const chartWidth = 800;
const leastHeight = 240;
const mostHeight = 800;
const margin = 24;
const lineHeight = 17;
/** Pixels of a PNG for each of its units. */
const pngScale = 2;

interface Layout {
  readonly chart: Size;
  readonly whole: Size;
  readonly chartTop: number;
  readonly lines: readonly string[];
  readonly fonts: { readonly title: string; readonly text: string };
  readonly colours: ChartColours;
}

function layoutOf({ sentence, element }: PicturedChart): Layout {
  const colours = readColours(element);
  const fonts = { title: `650 18px ${colours.font}`, text: `12px ${colours.font}` };
  const { clientWidth, clientHeight } = element;
  const height = Math.round((chartWidth * clientHeight) / Math.max(1, clientWidth));
  const chart = { width: chartWidth, height: Math.max(leastHeight, Math.min(mostHeight, height)) };
  const context = document.createElement('canvas').getContext('2d')!;
  context.font = fonts.text;
  const lines = wrapped(sentence, chartWidth, (text) => context.measureText(text).width);
  const chartTop = margin + 34;
  const whole = {
    width: chartWidth + 2 * margin,
    height: chartTop + chart.height + 14 + lineHeight * lines.length + margin,
  };
  return { chart, whole, chartTop, lines, fonts, colours };
}

/** Everything but the chart itself. */
function drawAround(context: CanvasRenderingContext2D, title: string, layout: Layout): void {
  const { whole, chart, chartTop, lines, fonts, colours } = layout;
  context.fillStyle = colours.back;
  context.fillRect(0, 0, whole.width, whole.height);
  context.fillStyle = colours.text;
  context.font = fonts.title;
  context.fillText(title, margin, margin + 16);
  context.fillStyle = colours.ink;
  context.font = fonts.text;
  lines.forEach((line, i) => context.fillText(line, margin, chartTop + chart.height + 26 + i * lineHeight));
}

/** A PNG with twice as many pixels as units, on the background of the theme. */
export async function pngOf(pictured: PicturedChart): Promise<Blob> {
  const layout = layoutOf(pictured);
  const whole = canvasOf(layout.whole);
  const chart = canvasOf(layout.chart);
  const context = whole.getContext('2d')!;
  context.scale(pngScale, pngScale);
  drawAround(context, pictured.title, layout);
  const place = [margin, layout.chartTop, layout.chart.width, layout.chart.height] as const;
  draw(pictured, layout, chart, undefined, () => context.drawImage(chart, ...place));
  return new Promise((resolve, reject) =>
    whole.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture is too large.'))), 'image/png'),
  );
}

function canvasOf({ width, height }: Size): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = pngScale * width;
  canvas.height = pngScale * height;
  return canvas;
}

/** Vectors; text stays text. */
export async function svgOf(pictured: PicturedChart): Promise<string> {
  const { svgCanvas } = await import('./svg-context.ts');
  const layout = layoutOf(pictured);
  const whole = svgCanvas(layout.whole.width, layout.whole.height);
  const chart = svgCanvas(layout.chart.width, layout.chart.height);
  drawAround(whole.context, pictured.title, layout);
  draw(pictured, layout, undefined, chart, () => {
    const part = chart.svg();
    part.setAttribute('x', String(margin));
    part.setAttribute('y', String(layout.chartTop));
    whole.svg().append(part.cloneNode(true));
  });
  const svg = whole.svg();
  svg.setAttribute('viewBox', `0 0 ${layout.whole.width} ${layout.whole.height}`);
  // The library writes the name space as an attribute, too, and serialising adds it.
  for (const each of [svg, ...svg.querySelectorAll('svg')]) each.removeAttribute('xmlns');
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

/** Draws the chart on a canvas or as vectors; `done` takes it before it is gone. */
function draw(
  { element, paint }: PicturedChart,
  { chart: size, colours }: Layout,
  canvas: HTMLCanvasElement | undefined,
  vectors: SvgCanvas | undefined,
  done: () => void,
): void {
  if (paint) {
    const context = vectors?.context ?? canvas!.getContext('2d')!;
    if (canvas) context.scale(pngScale, pngScale);
    paint(context, size, colours);
    return done();
  }
  const found = element instanceof HTMLCanvasElement ? partsOf(element) : undefined;
  if (!found) throw new Error('There is no chart on this canvas.');
  const drawn = chartOn(vectors ? vectorCanvas(vectors, size) : canvas!, found.parts, size, vectors ? 1 : pngScale);
  found.parts.apply(drawn, colours);
  for (const dataset of drawn.data.datasets)
    // With styles of segments lines are drawn by the context; without, by cached paths, which vectors know nothing of.
    if (vectors) Object.assign(dataset, { segment: {} });
  drawn.update('none');
  done();
  drawn.destroy();
  // Parts that remember where things are on the screen remember the picture's now.
  found.redraw();
}

function chartOn(canvas: HTMLCanvasElement, { create }: ChartParts, size: Size, scale: number): Chart {
  canvas.width = size.width;
  canvas.height = size.height;
  const config = create();
  return new Chart(canvas, {
    ...config,
    platform: BasicPlatform,
    options: { ...config.options, responsive: false, events: [], devicePixelRatio: scale },
  });
}

/** What chart.js needs of a canvas. */
function vectorCanvas({ context }: SvgCanvas, size: Size): HTMLCanvasElement {
  const nothing = () => undefined;
  const canvas = {
    ...size,
    style: {},
    getContext: () => context,
    addEventListener: nothing,
    removeEventListener: nothing,
  };
  Object.assign(context, { canvas });
  return canvas as unknown as HTMLCanvasElement;
}
