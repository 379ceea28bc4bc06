/**
 * Colours of drawn pictures: display values (sRGB, 0 … 1), mixed and shaded in OKLab so that a shadow of skin or
 * cloth keeps its hue instead of turning grey.
 *
 * Source  Ottosson, 2020, A perceptual color space for image processing (OKLab)
 */

/** Red, green, blue as shown on a screen, each 0 … 1. */
export type Rgb = readonly [number, number, number];
/** Lightness 0 … 1, then green–red and blue–yellow. */
type Lab = readonly [number, number, number];

/** `#rrggbb` as numbers. */
export function hex(text: string): Rgb {
  const bits = Number.parseInt(text.slice(1), 16);
  return [(bits >> 16) / 255, ((bits >> 8) & 255) / 255, (bits & 255) / 255];
}

export const hexes = (...texts: readonly string[]): readonly Rgb[] => texts.map(hex);

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const toDisplay = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
const unit = (v: number): number => Math.min(1, Math.max(0, v));

export function toOklab([red, green, blue]: Rgb): Lab {
  const r = toLinear(red);
  const g = toLinear(green);
  const b = toLinear(blue);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** The nearest colour a screen can show: channels beyond it are cut. */
export function fromOklab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toDisplay(unit(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)),
    toDisplay(unit(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)),
    toDisplay(unit(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s)),
  ];
}

/** From `a` (part 0) to `b` (part 1), even to the eye. */
export function mix(a: Rgb, b: Rgb, part: number): Rgb {
  const p = toOklab(a);
  const q = toOklab(b);
  return fromOklab([p[0] + (q[0] - p[0]) * part, p[1] + (q[1] - p[1]) * part, p[2] + (q[2] - p[2]) * part]);
}

/** Difference as the eye sees it: about 0.02 is just noticeable, 1 is black against white. */
export function difference(a: Rgb, b: Rgb): number {
  const p = toOklab(a);
  const q = toOklab(b);
  return Math.sqrt((p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 + (p[2] - q[2]) ** 2);
}

/** The colour in shade: darker, a little more saturated, turned towards red and blue as in evening light. */
export function shade(colour: Rgb, depth: number): Rgb {
  const [l, a, b] = toOklab(colour);
  return fromOklab([l * (1 - depth), a * (1 - 0.35 * depth) + 0.045 * depth, b * (1 - 0.45 * depth) - 0.05 * depth]);
}

/** Skin in shade: its blood shows, so light skin turns redder and more saturated, never grey. */
export function shadeSkin(colour: Rgb, depth: number): Rgb {
  const [l, a, b] = toOklab(colour);
  const warmth = 1 + depth * Math.max(0, 2.7 * l - 0.85);
  return fromOklab([l * (1 - depth), a * warmth + 0.05 * depth, b * (0.35 * warmth + 0.65)]);
}

/** The colour in light: brighter and turned a little towards yellow. */
export function light(colour: Rgb, height: number): Rgb {
  const [l, a, b] = toOklab(colour);
  return fromOklab([l + (1 - l) * height, a * (1 - 0.45 * height), b * (1 - 0.35 * height) + 0.014 * height]);
}

/** The colour with its lightness moved by `lightness` and its saturation multiplied by `saturation`. */
export function tone(colour: Rgb, lightness: number, saturation: number): Rgb {
  const [l, a, b] = toOklab(colour);
  return fromOklab([unit(l + lightness), a * saturation, b * saturation]);
}
