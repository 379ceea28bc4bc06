/** Rules on how fine a picture is: blocks of JPEG, and detail that is missing. */

/** A plane of brightness, row by row. */
export interface Plane {
  readonly data: Float32Array | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Sides of JPEG's blocks, in pixels. */
const block = 8;
/** A step that is the largest of so many on each side of it. */
const reach = 3;
/** Larger steps are edges of things; what JPEG leaves between blocks is smaller. */
const mostStep = 24;
/** From here on it is blocks: of 120 photographs none has more than 2.7; saved again with quality 30 five of six have more. */
export const leastBlocky = 3;
/** A share of the lines that is added, so that a few steps in a picture without others are no blocks. */
const chancePeaks = 0.01;

/**
 * How often the largest step nearby is between two blocks of 8 pixels, to how often it is at any other line between pixels: about 1 in
 * a picture without blocks. The mean of both directions; 0 where there are too few pixels to tell.
 */
export function blockiness({ data, width, height }: Plane): number {
  if (width < 4 * block || height < 4 * block) return 0;
  return (
    (peaksBetweenBlocks(width, height, (x, y) => data[y * width + x]!) +
      peaksBetweenBlocks(height, width, (y, x) => data[y * width + x]!)) /
    2
  );
}

function peaksBetweenBlocks(length: number, lines: number, at: (i: number, line: number) => number): number {
  /** At the borders of blocks, and elsewhere. */
  const peaks = [0, 0];
  const places = [0, 0];
  const steps = new Float32Array(length);
  for (let line = 0; line < lines; line++) {
    for (let i = 1; i < length; i++) steps[i] = Math.abs(at(i, line) - at(i - 1, line));
    for (let i = 1 + reach; i < length - reach; i++) {
      const kind = i % block === 0 ? 0 : 1;
      places[kind]!++;
      const step = steps[i]!;
      let isPeak = step >= 1 && step <= mostStep;
      for (let k = 1; isPeak && k <= reach; k++) isPeak = step > steps[i - k]! && step > steps[i + k]!;
      if (isPeak) peaks[kind]!++;
    }
  }
  return peaks[0]! / places[0]! / (peaks[1]! / places[1]! + chancePeaks);
}

/** An enlarged picture: its source was smaller by more than this. */
export const leastEnlarged = 1.25;
/** Fine detail to coarse detail: of 120 photographs none has less than 0.179, enlarged twice all have less than 0.156. */
export const mostDetailOfEnlarged = 0.165;
/** Mean square of second differences: below there is no detail of either kind to compare. */
const leastCoarse = 30;

/**
 * Second differences between neighbours, squared, to those between pixels two apart. Sixteenths in a picture without anything finer
 * than a few pixels, 1 in noise. Undefined in pictures without detail.
 */
export function fineDetail({ data, width, height }: Plane): number | undefined {
  const energy = (apart: number): number => {
    let sum = 0;
    let count = 0;
    for (let y = 2; y < height - 2; y++)
      for (let x = 2; x < width - 2; x++) {
        const at = y * width + x;
        for (const step of [apart, apart * width]) {
          sum += (data[at - step]! - 2 * data[at]! + data[at + step]!) ** 2;
          count++;
        }
      }
    return sum / Math.max(1, count);
  };
  const coarse = energy(2);
  return coarse < leastCoarse ? undefined : energy(1) / coarse;
}
