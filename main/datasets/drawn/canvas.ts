/** A square picture in floating point on which masks are painted with flat colours and soft gradients. */
import type { Box } from './blur.ts';
import type { Rgb } from './colour.ts';
import { Mask, type View } from './mask.ts';
import type { Outline } from './shapes.ts';

/** A colour and how much of it: 0 leaves what is below, 1 hides it. */
export interface Stop {
  readonly colour: Rgb;
  readonly opacity: number;
}

/** What to fill a shape with; positions in units of the drawing. Gradients ease in and out. */
export type Paint =
  | ({ readonly kind: 'flat' } & Stop)
  | {
      readonly kind: 'linear';
      readonly from: readonly [number, number];
      readonly to: readonly [number, number];
      readonly start: Stop;
      readonly end: Stop;
    }
  | {
      readonly kind: 'radial';
      readonly centre: readonly [number, number];
      readonly radius: readonly [number, number];
      readonly start: Stop;
      readonly end: Stop;
    };

export const flat = (colour: Rgb, opacity = 1): Paint => ({ kind: 'flat', colour, opacity });

/** From `start` at `from` to `end` at `to`, both opaque. */
export const linear = (
  from: readonly [number, number],
  start: Rgb,
  to: readonly [number, number],
  end: Rgb,
  opacity: readonly [number, number] = [1, 1],
): Paint => ({
  kind: 'linear',
  from,
  to,
  start: { colour: start, opacity: opacity[0] },
  end: { colour: end, opacity: opacity[1] },
});

/** A soft spot of `colour` that fades to nothing at `radius`. */
export const glow = (
  centre: readonly [number, number],
  radius: readonly [number, number],
  colour: Rgb,
  opacity: number,
): Paint => ({ kind: 'radial', centre, radius, start: { colour, opacity }, end: { colour, opacity: 0 } });

/** Position along the gradient is (ax·x + ay·y + a)² + (by·y + b)², or just the first term's root when linear. */
interface Ramp {
  readonly round: boolean;
  readonly ax: number;
  readonly ay: number;
  readonly a: number;
  readonly by: number;
  readonly b: number;
  readonly start: Stop;
  readonly end: Stop;
}

function toRamp(paint: Paint): Ramp {
  switch (paint.kind) {
    case 'flat':
      return { round: false, ax: 0, ay: 0, a: 0, by: 0, b: 0, start: paint, end: paint };
    case 'linear': {
      const dx = paint.to[0] - paint.from[0];
      const dy = paint.to[1] - paint.from[1];
      const square = dx * dx + dy * dy || 1;
      const a = -(paint.from[0] * dx + paint.from[1] * dy) / square;
      return { round: false, ax: dx / square, ay: dy / square, a, by: 0, b: 0, start: paint.start, end: paint.end };
    }
    case 'radial': {
      const [rx, ry] = paint.radius;
      const [x, y] = paint.centre;
      return { round: true, ax: 1 / rx, ay: 0, a: -x / rx, by: 1 / ry, b: -y / ry, start: paint.start, end: paint.end };
    }
  }
}

export class Canvas {
  readonly size: number;
  readonly view: View;
  /** size × size × 3, row-major, display values 0 … 1. */
  readonly pixels: Float32Array;
  readonly #everything: Mask;
  readonly #scratch: Mask;

  constructor(size: number, view: View = { left: 0, top: 0, side: 1 }) {
    this.size = size;
    this.view = view;
    this.pixels = new Float32Array(size * size * 3);
    this.#scratch = new Mask(size);
    this.#everything = new Mask(size);
    this.#everything.alpha.fill(1);
    this.#everything.right = size;
    this.#everything.bottom = size;
  }

  /** The coverage of a shape, to keep: for clipping, shadows, or painting it several times. */
  mask(outlines: readonly Outline[], holes: readonly Outline[] = []): Mask {
    return new Mask(this.size).cover(this.view, outlines, holes);
  }

  /** Fills the union of `outlines`, only where `clip` is. */
  fill(outlines: readonly Outline[], paint: Paint, clip?: Mask): void {
    this.paint(this.#scratch.cover(this.view, outlines), paint, clip);
  }

  /** Fills between `outlines` and `holes`. */
  ring(outlines: readonly Outline[], holes: readonly Outline[], paint: Paint, clip?: Mask): void {
    this.paint(this.#scratch.cover(this.view, outlines, holes), paint, clip);
  }

  /** Paints over everything. */
  wash(paint: Paint): void {
    this.paint(this.#everything, paint);
  }

  /** Paints where `mask` is, and, with `clip`, only where that is as well. */
  paint(mask: Mask, paint: Paint, clip?: Mask): void {
    const ramp = toRamp(paint);
    const box = this.#reach(mask, clip, paint);
    const step = this.view.side / this.size;
    for (let row = box.top; row < box.bottom; row++) {
      const y = this.view.top + (row + 0.5) * step;
      const start = ramp.ax * (this.view.left + 0.5 * step) + ramp.ay * y + ramp.a;
      const from = row * this.size;
      this.#row(
        from + box.left,
        from + box.right,
        mask.alpha,
        clip?.alpha,
        ramp,
        start - ramp.ax * step * from,
        ramp.by * y + ramp.b,
      );
    }
  }

  /** The pixels that can change: inside both masks, and inside a spot that fades to nothing. */
  #reach(mask: Box, clip: Box | undefined, paint: Paint): Box {
    let { left, top, right, bottom } = mask;
    if (clip) {
      left = Math.max(left, clip.left);
      top = Math.max(top, clip.top);
      right = Math.min(right, clip.right);
      bottom = Math.min(bottom, clip.bottom);
    }
    if (paint.kind === 'radial' && paint.end.opacity === 0) {
      const scale = this.size / this.view.side;
      const x = (paint.centre[0] - this.view.left) * scale;
      const y = (paint.centre[1] - this.view.top) * scale;
      left = Math.max(left, Math.floor(x - paint.radius[0] * scale));
      top = Math.max(top, Math.floor(y - paint.radius[1] * scale));
      right = Math.min(right, Math.ceil(x + paint.radius[0] * scale));
      bottom = Math.min(bottom, Math.ceil(y + paint.radius[1] * scale));
    }
    return { left, top, right, bottom };
  }

  /** Blends the pixels [from, to) of a row; the gradient's position at pixel i is ax·step·i + offset, and `rise` across. */
  #row(
    from: number,
    to: number,
    alpha: Float32Array,
    clip: Float32Array | undefined,
    { round, ax, start, end }: Ramp,
    offset: number,
    rise: number,
  ): void {
    const pixels = this.pixels;
    const [r0, g0, b0] = start.colour;
    const r = end.colour[0] - r0;
    const g = end.colour[1] - g0;
    const b = end.colour[2] - b0;
    const opacity = start.opacity;
    const opacityChange = end.opacity - opacity;
    const slope = (ax * this.view.side) / this.size;
    const across = rise * rise;
    for (let i = from; i < to; i++) {
      let cover = alpha[i]!;
      if (cover === 0) continue;
      if (clip) cover *= clip[i]!;
      let t = slope * i + offset;
      if (round) t = Math.sqrt(t * t + across);
      t = t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
      cover *= opacity + opacityChange * t;
      if (cover === 0) continue;
      const p = 3 * i;
      const red = pixels[p]!;
      const green = pixels[p + 1]!;
      const blue = pixels[p + 2]!;
      pixels[p] = red + (r0 + r * t - red) * cover;
      pixels[p + 1] = green + (g0 + g * t - green) * cover;
      pixels[p + 2] = blue + (b0 + b * t - blue) * cover;
    }
  }

  toBytes(): Uint8Array {
    return toBytes(this.pixels, this.size);
  }
}

/**
 * Display values as bytes. Rounding is dithered by less than half a level with interleaved gradient noise (Jimenez,
 * 2014), the same for the three channels, so that slow gradients do not break into visible bands.
 */
export function toBytes(pixels: Float32Array, size: number): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const phase = 0.06711056 * x + 0.00583715 * y;
      const wave = 52.9829189 * (phase - Math.floor(phase));
      const threshold = 0.05 + 0.9 * (wave - Math.floor(wave));
      for (let end = i + 3; i < end; i++) {
        const value = pixels[i]! * 255;
        bytes[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + threshold);
      }
    }
  }
  return bytes;
}
