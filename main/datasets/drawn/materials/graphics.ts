/** Man-made pictures: gratings, gradients, stripes and checks, flat shapes, line drawings, words. */
import type { Random } from '../../../base/random.ts';
import { flat, glow, linear } from '../canvas.ts';
import { hex, light, shade, tone, type Rgb } from '../colour.ts';
import { curve, ellipse, stroke } from '../shapes.ts';
import { clothColours } from '../faces/palette.ts';
import { naturalColour, type Easel } from './easel.ts';
import { randomShape } from './leaves.ts';
import { textOutlines } from './lettering.ts';

/** Ink, paper, and anything between, more vivid than nature. */
export function graphicColour(random: Random): Rgb {
  const choice = random.uniform();
  if (choice < 0.15) return hex('#ffffff');
  if (choice < 0.27) return hex('#101012');
  if (choice < 0.6) return random.pick(clothColours);
  if (choice < 0.75) return naturalColour(random);
  return [random.uniform(), random.uniform(), random.uniform()];
}

/** One or two waves of brightness and colour at any angle, from broad to three pixels fine. */
export function paintGrating({ canvas, random }: Easel): void {
  const { size, pixels } = canvas;
  const waves = Array.from({ length: random.chance(0.4) ? 2 : 1 }, () => {
    const angle = random.chance(0.3) ? random.integer(4) * (Math.PI / 4) : random.uniform(0, Math.PI);
    const cycles = Math.exp(random.uniform(Math.log(1), Math.log(21))) * 2 * Math.PI;
    return {
      x: (cycles * Math.cos(angle)) / size,
      y: (cycles * Math.sin(angle)) / size,
      phase: random.uniform(0, 2 * Math.PI),
      sharp: random.chance(0.3) ? random.uniform(2, 6) : 1,
    };
  });
  const from = graphicColour(random);
  const to = graphicColour(random);
  const contrast = random.uniform(0.15, 1) / waves.length;
  for (let y = 0, p = 0; y < size; y++) {
    for (let x = 0; x < size; x++, p += 3) {
      let part = 0.5;
      for (const wave of waves) {
        const value = wave.sharp * Math.sin(wave.x * x + wave.y * y + wave.phase);
        part += 0.5 * contrast * Math.min(1, Math.max(-1, value));
      }
      for (let channel = 0; channel < 3; channel++) {
        pixels[p + channel] = from[channel]! + (to[channel]! - from[channel]!) * part;
      }
    }
  }
}

/** Broad soft gradients, one way and round spots. */
export function paintGradient({ canvas, random }: Easel): void {
  const from = graphicColour(random);
  canvas.wash(linear([random.uniform(), random.uniform(0, 0.3)], from, [random.uniform(), 1], graphicColour(random)));
  for (let i = random.integer(5); i > 0; i--) {
    const radius = random.uniform(0.1, 0.8);
    const centre = [random.uniform(), random.uniform()] as const;
    canvas.wash(glow(centre, [radius, radius * random.uniform(0.5, 1)], graphicColour(random), random.uniform(0.3, 1)));
  }
}

/** Bands across the drawing at an angle; given twice, crossing, they make checks. */
export function paintStripes({ canvas, random }: Easel): void {
  const colours = [graphicColour(random), graphicColour(random), graphicColour(random)] as const;
  canvas.wash(flat(colours[0]));
  const angle = random.chance(0.5) ? random.integer(2) * (Math.PI / 2) : random.uniform(0, Math.PI);
  const crossings = random.chance(0.4) ? 2 : 1;
  for (let k = 0; k < crossings; k++) {
    const count = 2 + random.integer(k ? 12 : 16);
    const cos = Math.cos(angle + (k * Math.PI) / 2);
    const sin = Math.sin(angle + (k * Math.PI) / 2);
    const width = random.uniform(0.25, 0.7) / count;
    const bands = [];
    for (let i = -count; i < 2 * count; i++) {
      const offset = (i + 0.5) / count - 0.5;
      const x = 0.5 - sin * offset;
      const y = 0.5 + cos * offset;
      bands.push(stroke([x - 0.9 * cos, y - 0.9 * sin, x + 0.9 * cos, y + 0.9 * sin], width));
    }
    canvas.fill(bands, flat(colours[k + 1]!, k ? random.uniform(0.4, 1) : 1));
  }
}

/** Flat shapes, some outlined, some shaded: signs, toys, icons. */
export function paintShapes({ canvas, random }: Easel): void {
  const ground = graphicColour(random);
  canvas.wash(random.chance(0.5) ? flat(ground) : linear([0, 0], light(ground, 0.2), [0.5, 1], shade(ground, 0.2)));
  const ink = tone(graphicColour(random), -0.3, 1);
  for (let i = 1 + random.integer(9); i > 0; i--) {
    const x = random.uniform();
    const y = random.uniform();
    const radius = random.uniform(0.05, 0.35);
    const outline = random.chance(0.3) ? ellipse(x, y, radius, radius) : randomShape(random, x, y, radius);
    const colour = graphicColour(random);
    canvas.fill(
      [outline],
      random.chance(0.6)
        ? flat(colour)
        : linear([x, y - radius], light(colour, 0.3), [x, y + radius], shade(colour, 0.3)),
    );
    if (random.chance(0.35)) {
      const closed = Float64Array.from([...outline, outline[0]!, outline[1]!]);
      canvas.fill([stroke(closed, random.uniform(0.01, 0.035))], flat(ink));
    }
  }
}

/** Pen drawings: curves, zigzags, circles and ruled lines on paper. */
export function paintLines({ canvas, random }: Easel): void {
  const paper = random.chance(0.6) ? light(naturalColour(random), 0.8) : graphicColour(random);
  canvas.wash(flat(paper));
  const pens = [shade(paper, 0.8), graphicColour(random)];
  const width = random.uniform(0.008, 0.045);
  for (let i = 2 + random.integer(9); i > 0; i--) {
    const pen = flat(random.pick(pens), random.uniform(0.6, 1));
    if (random.chance(0.2)) {
      const radius = random.uniform(0.06, 0.4);
      const x = random.uniform();
      const y = random.uniform();
      canvas.ring([ellipse(x, y, radius, radius)], [ellipse(x, y, radius - width, radius - width)], pen);
      continue;
    }
    const points = Array.from({ length: 2 * (2 + random.integer(5)) }, () => random.uniform(-0.05, 1.05));
    const line = random.chance(0.6) ? curve(points) : points;
    canvas.fill([stroke(line, width * random.uniform(0.6, 1.6), random.chance(0.4) ? 0.8 : 0)], pen);
  }
}

/** Lines of words in one pen, from headlines to small print, level or leaning. */
export function paintWords({ canvas, random }: Easel): void {
  const paper = graphicColour(random);
  canvas.wash(random.chance(0.6) ? flat(paper) : linear([0, 0], paper, [1, 1], shade(paper, 0.3)));
  paintCaption({ canvas, random }, paper, random.uniform(0.05, 0.32));
}

/** Words over what is there already, in a colour that stands out from `paper`. */
export function paintCaption({ canvas, random }: Pick<Easel, 'canvas' | 'random'>, paper: Rgb, height: number): void {
  const pale = paper[0] + paper[1] + paper[2] > 1.4;
  const ink = random.chance(0.6)
    ? pale
      ? hex('#151518')
      : hex('#fafaf8')
    : pale
      ? shade(graphicColour(random), 0.6)
      : light(graphicColour(random), 0.6);
  const lean = random.chance(0.7) ? 0 : random.normal(0, 0.25);
  const weight = random.uniform(0.1, 0.24);
  const lines = Math.max(1, Math.min(8, Math.floor(random.uniform(0.3, 0.9) / (1.5 * height))));
  const top = random.uniform(0.02, Math.max(0.03, 0.95 - 1.5 * height * lines));
  for (let i = 0; i < lines; i++) {
    const at = { x: random.uniform(-0.05, 0.15), y: top + 1.5 * height * i, height, weight, lean };
    canvas.fill(textOutlines(random, at), flat(ink));
  }
}
