/** Small parts that drawings of the report are made of, as text. Colours and lines come from the page's style sheet, by class. */

/** Text that can stand anywhere in HTML or SVG, in attributes, too. */
export const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign,
  );

/** A coordinate with a hundredth of a pixel. */
export const at = (value: number): string => String(Math.round(100 * value) / 100);

export const line = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

export const rect = (kind: string, x: number, y: number, width: number, height: number, more = ''): string =>
  `<rect class="${kind}" x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}"${more}/>`;

export const words = (text: string, x: number, y: number, kind = ''): string =>
  `<text class="${kind}" x="${at(x)}" y="${at(y)}">${escaped(text)}</text>`;

export const svg = (width: number, height: number, label: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${at(width)} ${at(height)}" role="img" aria-label="${escaped(label)}">${parts.join('')}</svg>`;

/** Where values lie on an axis. */
export type Scale = (value: number) => number;
export const linear =
  (from: number, to: number, start: number, end: number): Scale =>
  (value) =>
    start + ((value - from) / (to - from || 1)) * (end - start);

/** Round numbers between two values, about as many as wanted. */
export function ticks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / wanted;
  if (!(rough > 0)) return [from];
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5].find((factor) => factor * size >= rough) ?? 10);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}
