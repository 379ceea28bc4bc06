/** A square picture in floating point on which masks are painted with flat colours and soft gradients. */
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
    const step = this.view.side / this.size;
    const left = Math.max(mask.left, clip?.left ?? 0);
    const right = Math.min(mask.right, clip?.right ?? this.size);
    const bottom = Math.min(mask.bottom, clip?.bottom ?? this.size);
    for (let row = Math.max(mask.top, clip?.top ?? 0); row < bottom; row++) {
      const y = this.view.top + (row + 0.5) * step;
      this.#row(row * this.size, left, right, mask.alpha, clip?.alpha, ramp, ramp.ay * y + ramp.a, ramp.by * y + ramp.b);
    }
  }

  #row(
    row: number,
    left: number,
    right: number,
    alpha: Float32Array,
    clip: Float32Array | undefined,
    ramp: Ramp,
    offset: number,
    rise: number,
  ): void {
    const pixels = this.pixels;
    const [r0, g0, b0] = ramp.start.colour;
    const r = ramp.end.colour[0] - r0;
    const g = ramp.end.colour[1] - g0;
    const b = ramp.end.colour[2] - b0;
    const opacity = ramp.start.opacity;
    const opacityChange = ramp.end.opacity - opacity;
    const step = this.view.side / this.size;
    for (let column = left; column < right; column++) {
      let cover = alpha[row + column]!;
      if (cover === 0) continue;
      if (clip) cover *= clip[row + column]!;
      let t = ramp.ax * (this.view.left + (column + 0.5) * step) + offset;
      if (ramp.round) t = Math.sqrt(t * t + rise * rise);
      t = t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
      cover *= opacity + opacityChange * t;
      const i = 3 * (row + column);
      pixels[i]! += (r0 + r * t - pixels[i]!) * cover;
      pixels[i + 1]! += (g0 + g * t - pixels[i + 1]!) * cover;
      pixels[i + 2]! += (b0 + b * t - pixels[i + 2]!) * cover;
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
      const wave = 52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1);
      const threshold = 0.05 + 0.9 * (wave % 1);
      for (let end = i + 3; i < end; i++) {
        const value = pixels[i]! * 255;
        bytes[i] = value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + threshold);
      }
    }
  }
  return bytes;
}
