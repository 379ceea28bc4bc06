/** Sets values of latents that are too far out to a border, in robust deviations of their channel (main/datasets/operations). */
import { boundOf } from '../datasets/operations/adjustments.ts';
import type { Spread } from './outliers/robust-z.ts';
import type { ClippedCount, LatentClip } from './schema.ts';

/** Standard deviations of a bell curve in its median absolute deviation. */
const deviationsPerMad = 1.4826;

/** A deviation that outliers hardly move. Where more than half of the values are the same there is none, and the standard one takes its place. */
export const robustDeviation = ({ mad, std }: Spread): number => (mad > 0 ? deviationsPerMad * mad : std);

/** Clips latents of `dimensions` values, and counts what it does. */
export class Clipper {
  readonly #clip: LatentClip;
  readonly #positions: number;
  readonly #dimensions: number;
  #values = 0;
  #pictures = 0;
  /** The last picture of which something was clipped. */
  #last: string | undefined;

  constructor(clip: LatentClip, dimensions: number) {
    this.#clip = clip;
    this.#dimensions = dimensions;
    this.#positions = dimensions / clip.channels.length;
  }

  /** Clips latents of a picture in place. All of a picture come one after another. */
  clip(latents: Float32Array, picture: string): void {
    const k = boundOf(this.#clip.bounds, picture);
    if (k === null) return;
    const before = this.#values;
    for (let at = 0; at < latents.length; at += this.#dimensions)
      this.#clip.channels.forEach(({ median, deviation }, channel) => {
        const from = at + channel * this.#positions;
        this.#clipPlane(latents.subarray(from, from + this.#positions), median - k * deviation, median + k * deviation);
      });
    if (this.#values === before || this.#last === picture) return;
    this.#pictures++;
    this.#last = picture;
  }

  #clipPlane(values: Float32Array, low: number, high: number): void {
    // As latents are: a value that is at a border already does not count.
    const [least, most] = [Math.fround(low), Math.fround(high)];
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value >= least && value <= most) continue;
      values[i] = value < least ? least : most;
      this.#values++;
    }
  }

  get count(): ClippedCount {
    return { values: this.#values, pictures: this.#pictures };
  }
}
