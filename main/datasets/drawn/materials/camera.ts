/** What a camera does to a scene: focus, exposure, contrast, white balance, dark corners, grain, soft ends of the scale. */
import type { Random } from '../../../base/random.ts';
import { blurPicture } from '../blur.ts';
import type { Canvas } from '../canvas.ts';
import type { NoiseField } from './noise.ts';

/** Develops the picture in place: its brightness and contrast become those of a photograph. */
export function develop(canvas: Canvas, random: Random, noise: NoiseField): void {
  const { pixels, size } = canvas;
  focus(canvas, random);
  const { mean, deviation } = brightness(pixels);
  const level = Math.min(0.75, Math.max(0.15, random.normal(0.44, 0.11)));
  const gain = Math.min(2.2, Math.max(0.6, random.uniform(0.15, 0.29) / (deviation + 0.01)));
  const colour = Math.min(1.3, gain) * (random.chance(0.06) ? 0 : random.uniform(0.5, 1.2));
  const warm = 0.12 * random.normal(0, 0.35);
  const corners = random.chance(0.5) ? random.uniform(0, 0.5) : 0;
  const grain = random.chance(0.6) ? random.uniform(0, 0.05) : 0;
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const dx = (x + 0.5) / size - 0.5;
      const dy = (y + 0.5) / size - 0.5;
      const shade = 1 - corners * (dx * dx + dy * dy);
      const p = 3 * i;
      const red = pixels[p]!;
      const green = pixels[p + 1]!;
      const blue = pixels[p + 2]!;
      const grey = 0.3 * red + 0.59 * green + 0.11 * blue;
      const value = shade * (level + gain * (grey - mean)) + grain * noise.white(i, 0);
      pixels[p] = scale(value * (1 + warm) + colour * (red - grey) + 0.6 * grain * noise.white(i, 1));
      pixels[p + 1] = scale(value + colour * (green - grey) + 0.6 * grain * noise.white(i, 2));
      pixels[p + 2] = scale(value * (1 - warm) + colour * (blue - grey) + 0.6 * grain * noise.white(i, 3));
    }
  }
}

/** Out of focus, a little soft, or sharpened as cameras do. */
function focus({ pixels, size }: Canvas, random: Random): void {
  const pixel = size / 64;
  const kind = random.uniform();
  if (kind < 0.05) blurPicture(pixels, size, pixel * random.uniform(0.5, 2));
  else if (kind < 0.25) blurPicture(pixels, size, pixel * random.uniform(0.05, 0.3));
  else if (kind < 0.65) {
    const soft = pixels.slice();
    blurPicture(soft, size, 0.6 * pixel);
    const strength = random.uniform(0.2, 0.9);
    for (let i = 0; i < pixels.length; i++) pixels[i]! += strength * (pixels[i]! - soft[i]!);
  }
}

/** Where the soft ends of the scale begin. */
const knee = 0.14;

/** Film's curve: straight in the middle, bending towards black and white instead of breaking off. */
function scale(value: number): number {
  if (value < knee) return knee * soft((knee - value) / knee);
  return value > 1 - knee ? 1 - knee * soft((value - 1 + knee) / knee) : value;
}

/** From 1 at 0, with slope −1, to 0 at 2 and beyond. */
function soft(excess: number): number {
  return excess < 2 ? (1 - 0.5 * excess) ** 2 : 0;
}

function brightness(pixels: Float32Array): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let p = 0; p < pixels.length; p += 3) {
    const grey = 0.3 * pixels[p]! + 0.59 * pixels[p + 1]! + 0.11 * pixels[p + 2]!;
    sum += grey;
    squares += grey * grey;
  }
  const mean = (3 * sum) / pixels.length;
  return { mean, deviation: Math.sqrt(Math.max(0, (3 * squares) / pixels.length - mean * mean)) };
}
