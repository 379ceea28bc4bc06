/** The last step into shape: see-through pixels over a colour, and a fitted picture in the middle of its square. */
import type { Pixels } from './sharp.ts';

/** `#rrggbb` as three bytes. */
export function parseColour(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Lays pixels in the middle of a square of `background`: RGB, 3·size² bytes. Neither side of `pixels` is longer than
 * `size`. Opacity blends linearly in sRGB, as browsers and viewers do.
 */
export function layOnSquare(pixels: Pixels, size: number, background: string): Uint8Array {
  const { data, width, height, channels } = pixels;
  const colour = parseColour(background);
  const out = new Uint8Array(3 * size * size);
  for (let i = 0; i < out.length; i++) out[i] = colour[i % 3]!;
  const left = (size - width) >> 1;
  const top = (size - height) >> 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = channels * (y * width + x);
      const to = 3 * ((y + top) * size + x + left);
      const opacity = channels === 4 ? data[from + 3]! : 255;
      for (let c = 0; c < 3; c++) {
        out[to + c] = Math.round((data[from + c]! * opacity + colour[c]! * (255 - opacity)) / 255);
      }
    }
  }
  return out;
}
