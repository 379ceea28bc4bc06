/** Made-up words in a stroke alphabet: what matters is that strokes, gaps and rows look like writing. */
import type { Random } from '../../../base/random.ts';
import { stroke, type Outline } from '../shapes.ts';

/** Strokes of each sign on a grid of 5 × 7 points, column then row from the top left; a space lifts the pen. */
const signs: readonly string[] = [
  '06 20 46|13 33',
  '00 06 36 45 43 03|00 30 41 42 33',
  '41 30 10 01 05 16 36 45',
  '00 06 26 44 42 20 00',
  '40 00 06 46|03 33',
  '40 00 06|03 33',
  '41 30 10 01 05 16 36 45 43 23',
  '00 06|40 46|03 43',
  '10 30|20 26|16 36',
  '40 45 36 16 05',
  '00 06|40 03 46',
  '00 06 46',
  '06 00 23 40 46',
  '06 00 46 40',
  '10 01 05 16 36 45 41 30 10',
  '06 00 30 41 42 33 03',
  '10 01 05 16 36 45 41 30 10|24 46',
  '06 00 30 41 42 33 03|23 46',
  '41 30 10 01 02 13 33 44 45 36 16 05',
  '00 40|20 26',
  '00 05 16 36 45 40',
  '00 26 40',
  '00 16 23 36 40',
  '00 46|40 06',
  '00 23 40|23 26',
  '00 40 06 46',
  '01 10 30 41 42 06 46',
  '00 40 22 33 44 45 36 16 05',
  '30 04 44|30 36',
  '40 00 02 32 43 45 36 06',
  '40 10 01 05 16 36 45 43 33 03',
  '11 20 26|06 46',
];

export interface Lettering {
  readonly x: number;
  readonly y: number;
  /** Of a letter, in units of the drawing. */
  readonly height: number;
  /** Of a stroke, as a part of the height. */
  readonly weight: number;
  /** Radians. */
  readonly lean: number;
}

/** The strokes of one line of random words that starts at (x, y) and ends where the drawing does. */
export function textOutlines(random: Random, { x, y, height, weight, lean }: Lettering): Outline[] {
  const out: Outline[] = [];
  const cos = Math.cos(lean);
  const sin = Math.sin(lean);
  const advance = 0.85 * height;
  let letters = 2 + random.integer(7);
  for (let along = 0; x + along < 1; along += advance) {
    if (letters-- === 0) {
      letters = 2 + random.integer(7);
      continue;
    }
    for (const pen of random.pick(signs).split('|')) {
      const line = pen.split(' ').flatMap((point) => {
        const px = along + (height * Number(point[0])) / 6.5;
        const py = (height * Number(point[1])) / 6;
        return [x + px * cos - py * sin, y + px * sin + py * cos];
      });
      out.push(stroke(line, weight * height));
    }
  }
  return out;
}
