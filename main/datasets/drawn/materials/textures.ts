/** Surfaces without things on them: stone, cloud, fur, wood, water, as coloured noise with natural spectra. */
import { fromOklab, toOklab } from '../colour.ts';
import { randomTexture, type Easel } from './easel.ts';

/**
 * Fractal noise whose brightness varies much more than its colour, as in photographs, through the picture's own colours;
 * sometimes bent into ridges or patches.
 */
export function paintTexturePicture({ canvas, random, noise, colours }: Easel): void {
  const { size, pixels } = canvas;
  const texture = randomTexture(random);
  const bright = noise.fractal(size, texture);
  const tint = noise.fractal(size, { ...randomTexture(random), smoothness: 0.5 });
  const [dark, pale] = [toOklab(colours[0]!), toOklab(colours[1]!)];
  const contrast = random.uniform(0.05, 0.2);
  const shape = random.integer(3);
  const middle = 0.5 * (dark[0] + pale[0]);
  for (let i = 0; i < bright.length; i++) {
    let value = bright[i]!;
    // Ridges where the noise crosses zero; patches where it is pushed apart.
    if (shape === 1) value = 1.2 - 2 * Math.abs(value);
    else if (shape === 2) value = (2.2 * value) / (0.6 + Math.abs(value));
    const part = 0.5 + 0.35 * tint[i]!;
    const [red, green, blue] = fromOklab([
      middle + contrast * value,
      dark[1] + (pale[1] - dark[1]) * part,
      dark[2] + (pale[2] - dark[2]) * part,
    ]);
    pixels[3 * i] = red;
    pixels[3 * i + 1] = green;
    pixels[3 * i + 2] = blue;
  }
}
