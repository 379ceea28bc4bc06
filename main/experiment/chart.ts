/** The chart of an experiment: the one-step distance of every seed, and the mean, for each variant. SVG, readable without the studio. */
import type { Report, VariantReport } from './report.ts';

const size = { width: 900, left: 230, right: 30, top: 56, row: 34, bottom: 56 } as const;
const colours = {
  paper: '#ffffff',
  ink: '#1d2433',
  quiet: '#687085',
  line: '#d9dde6',
  one: '#2f6fde',
  two: '#e07b39',
} as const;

const escape = (text: string): string =>
  text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);

/** Logarithmic, because a bad variant can be ten times as far as a good one. */
function scaleFor(values: readonly number[]) {
  const low = Math.log10(Math.min(...values) / 1.15);
  const high = Math.log10(Math.max(...values) * 1.15);
  const span = size.width - size.left - size.right;
  const ticks = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 200].filter(
    (tick) => Math.log10(tick) >= low && Math.log10(tick) <= high,
  );
  return { at: (value: number) => size.left + (span * (Math.log10(value) - low)) / (high - low), ticks };
}

export function chartSvg({ variants, experiment }: Report): string {
  const height = size.top + size.row * variants.length + size.bottom;
  const all = variants.flatMap(({ frechet, bySeed }) => [...Object.values(bySeed), frechet['2'].mean]);
  const { at, ticks } = scaleFor(all.length > 0 ? all : [1, 10]);
  const text = (x: number, y: number, words: string, more = '') =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(words)}</text>`;
  const bottom = height - size.bottom;
  const row = ({ title, bySeed, frechet }: VariantReport, i: number): string => {
    const y = size.top + size.row * (i + 0.5);
    const dots = Object.values(bySeed).map(
      (value) => `<circle cx="${at(value).toFixed(1)}" cy="${y}" r="4" fill="${colours.one}" fill-opacity="0.45"/>`,
    );
    const mark = (value: number, colour: string) =>
      `<rect x="${(at(value) - 1.5).toFixed(1)}" y="${y - 10}" width="3" height="20" fill="${colour}"/>`;
    return [
      text(size.left - 14, y + 5, title, 'text-anchor="end"'),
      `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}" stroke="${colours.line}"/>`,
      mark(frechet['2'].mean, colours.two),
      ...dots,
      mark(frechet['1'].mean, colours.one),
    ].join('');
  };
  const axis = ticks.map(
    (tick) =>
      `<line x1="${at(tick).toFixed(1)}" x2="${at(tick).toFixed(1)}" y1="${size.top}" y2="${bottom}" stroke="${colours.line}" stroke-dasharray="2 4"/>${text(at(tick), bottom + 18, String(tick), `text-anchor="middle" fill="${colours.quiet}"`)}`,
  );
  const caption = `Fréchet distance to held-out latents after ${experiment.steps} steps (lower is better)`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="14" fill="${colours.ink}">`,
    `<rect width="100%" height="100%" fill="${colours.paper}"/>`,
    text(size.left, 26, caption, 'font-weight="bold"'),
    text(
      size.left,
      44,
      'Blue: one step, a dot for each seed, a bar for their mean. Orange: two steps, mean.',
      `fill="${colours.quiet}" font-size="12"`,
    ),
    ...axis,
    ...variants.map(row),
    text(
      (size.left + size.width - size.right) / 2,
      bottom + 42,
      'distance (logarithmic)',
      `text-anchor="middle" fill="${colours.quiet}"`,
    ),
    '</svg>',
  ].join('\n');
}
