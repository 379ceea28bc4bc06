/** What every painter of training material is given, and how it fills a shape with a lit, grained surface. */
import type { Random } from '../../../base/random.ts';
import type { Canvas } from '../canvas.ts';
import { fromOklab, type Rgb } from '../colour.ts';
import type { Mask } from '../mask.ts';
import { NoiseField, type Texture } from './noise.ts';

export interface Easel {
  readonly canvas: Canvas;
  readonly random: Random;
  readonly noise: NoiseField;
  /** The few colours that this picture is made of. */
  readonly colours: readonly Rgb[];
}

export function createEasel(canvas: Canvas, random: Random): Easel {
  const noise = new NoiseField(random);
  return { canvas, random, noise, colours: Array.from({ length: 2 + random.integer(5) }, () => naturalColour(random)) };
}

/** Colours as photographs have them: mostly dull; earth, leaf and sky more often than anything else. */
export function naturalColour(random: Random): Rgb {
  const lightness = random.uniform(0.12, 0.97);
  const chroma = Math.min(0.2, -0.055 * Math.log(random.uniform())) * (1 - (2 * lightness - 1) ** 4);
  const centre = random.pick([0.9, 1.15, 1.3, 2.1, 2.3, 4.3, 4.6]);
  const hue = random.chance(0.75) ? random.normal(centre, 0.3) : random.uniform(0, 2 * Math.PI);
  return fromOklab([lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)]);
}

/** A colour near one of the picture's own. */
export function relatedColour({ random, colours }: Easel, spread = 0.12): Rgb {
  const base = random.pick(colours);
  const gain = Math.exp(random.normal(0, 2.2 * spread));
  const tint = (value: number): number => Math.min(1, Math.max(0, value * gain + random.normal(0, 0.25 * spread)));
  return [tint(base[0]), tint(base[1]), tint(base[2])];
}

/** A texture of random fineness; about a third are drawn out one way. */
export function randomTexture(random: Random): Texture {
  const drawn = random.chance(0.35);
  return {
    cells: random.uniform(1.5, 7) * (drawn ? 2 : 1),
    smoothness: random.uniform(-0.15, 0.4),
    angle: random.uniform(0, Math.PI),
    stretch: drawn ? random.uniform(3, 9) : 1,
  };
}

export interface Surface {
  readonly colour: Rgb;
  /** size × size values of deviation about 1, and how strongly they lighten and darken. */
  readonly grain: Float32Array;
  readonly depth: number;
  /** Change of brightness over the whole width and height: one side lit. */
  readonly slope: readonly [number, number];
  /** Which of the square's eight turns and mirrorings the grain is laid in, so that two surfaces of one grain differ. */
  readonly turn: number;
}

/** Fills the mask with a surface; brightness is relative to the middle of the mask's box. */
export function paintSurface(canvas: Canvas, mask: Mask, surface: Surface, clip?: Mask): void {
  const { pixels, size } = canvas;
  const { grain, depth } = surface;
  const { start, alongX, alongY } = lay(surface.turn, size);
  const [red, green, blue] = surface.colour;
  const slopeX = surface.slope[0] / size;
  const slopeY = surface.slope[1] / size;
  const middleX = 0.5 * (mask.left + mask.right);
  const middleY = 0.5 * (mask.top + mask.bottom);
  for (let y = mask.top; y < mask.bottom; y++) {
    const lean = 1 + slopeY * (y - middleY) - slopeX * middleX;
    for (let x = mask.left, i = y * size + x; x < mask.right; x++, i++) {
      const cover = clip ? mask.alpha[i]! * clip.alpha[i]! : mask.alpha[i]!;
      if (cover === 0) continue;
      const gain = lean + slopeX * x + depth * grain[start + alongX * x + alongY * y]!;
      const p = 3 * i;
      pixels[p]! += (red * gain - pixels[p]!) * cover;
      pixels[p + 1]! += (green * gain - pixels[p + 1]!) * cover;
      pixels[p + 2]! += (blue * gain - pixels[p + 2]!) * cover;
    }
  }
}

/** Index of a turned or mirrored square: start + alongX·x + alongY·y. */
function lay(turn: number, size: number): { start: number; alongX: number; alongY: number } {
  const flipX = turn & 1 ? -1 : 1;
  const flipY = turn & 2 ? -1 : 1;
  const start = (flipX < 0 ? size - 1 : 0) + (flipY < 0 ? size - 1 : 0) * size;
  return turn & 4 ? { start, alongX: flipY * size, alongY: flipX } : { start, alongX: flipX, alongY: flipY * size };
}

/** The slope of light that all surfaces of a picture share: the sun stands in one place. */
export function randomLight(random: Random): readonly [number, number] {
  return [random.normal(0, 0.5), random.uniform(-0.9, 0.2)];
}
