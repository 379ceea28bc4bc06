/** The axis of values of a chart, for what is drawn and done on top of it. */

export type ValueRange = readonly [number, number];

/** Where the axis lies, in pixels of the canvas, and which values are at its ends. */
export interface AxisPlace {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly min: number;
  readonly max: number;
}

export function valueAt(pixel: number, { left, right, min, max }: AxisPlace): number {
  return min + ((pixel - left) / (right - left)) * (max - min);
}

export function pixelOf(value: number, { left, right, min, max }: AxisPlace): number {
  return left + ((value - min) / (max - min)) * (right - left);
}

/** The values between two pixels, ascending, as far as the axis goes. */
export function draggedRange(from: number, to: number, place: AxisPlace): ValueRange {
  const [a, b] = [from, to].map((pixel) => valueAt(Math.max(place.left, Math.min(place.right, pixel)), place));
  return a! < b! ? [a!, b!] : [b!, a!];
}

/** What of a range can be seen, in pixels; undefined when nothing of it can. */
export function shownPart([from, to]: ValueRange, place: AxisPlace): { left: number; width: number } | undefined {
  const left = Math.max(place.left, pixelOf(from, place));
  const right = Math.min(place.right, pixelOf(to, place));
  return right < left ? undefined : { left, width: right - left };
}

/** Equal bins from `from` to `to`. */
export interface Bins {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}

/** The bin at a pixel; the first or the last one beyond the ends. */
export function binAt(pixel: number, place: AxisPlace, { from, to, counts }: Bins): ValueRange {
  const width = (to - from) / counts.length;
  const bin = Math.max(0, Math.min(counts.length - 1, Math.floor((valueAt(pixel, place) - from) / width)));
  return [from + bin * width, from + (bin + 1) * width];
}
