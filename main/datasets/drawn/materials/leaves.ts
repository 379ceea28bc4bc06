/**
 * Dead leaves: opaque shapes of all sizes that hide one another. Sizes that follow a cubic power law give pictures the
 * statistics of natural scenes: edges at every scale, and power that falls about as 1/f².
 *
 * Source  Lee, Mumford & Huang, 2001, Occlusion models for natural images
 */
import type { Random } from '../../../base/random.ts';
import { flat } from '../canvas.ts';
import { Mask } from '../mask.ts';
import { ellipse, smooth, type Outline } from '../shapes.ts';
import { paintSurface, randomLight, randomTexture, relatedColour, type Easel } from './easel.ts';

export interface LeavesOptions {
  readonly count: number;
  /** Radii in units of the drawing. */
  readonly smallest: number;
  readonly largest: number;
  /** Power by which the number of leaves falls with their radius: 3 in nature, less for fewer small ones. */
  readonly power: number;
  /** Only there. */
  readonly clip?: Mask;
  /** Heights between which the middles lie. */
  readonly top: number;
  readonly bottom: number;
}

/** A disc, an ellipse, a polygon, a rounded blob or a stick about (x, y). */
export function randomShape(random: Random, x: number, y: number, radius: number): Outline {
  const kind = random.integer(6);
  const angle = random.uniform(0, 2 * Math.PI);
  if (kind === 0) return ellipse(x, y, radius, radius);
  if (kind === 1) return ellipse(x, y, radius, radius * random.uniform(0.3, 0.9), angle);
  if (kind === 2)
    return quadrilateral(x, y, radius * random.uniform(1, 2.2), radius * random.uniform(0.12, 0.5), angle);
  if (kind === 3) return quadrilateral(x, y, radius, radius * random.uniform(0.5, 1), angle);
  const corners = 3 + random.integer(5);
  const points: number[] = [];
  for (let i = 0; i < corners; i++) {
    const theta = angle + (2 * Math.PI * (i + random.uniform(-0.3, 0.3))) / corners;
    const reach = radius * random.uniform(0.6, 1.25);
    points.push(x + reach * Math.cos(theta), y + reach * Math.sin(theta));
  }
  return kind === 4 ? Float64Array.from(points) : smooth(points);
}

function quadrilateral(x: number, y: number, halfLength: number, halfWidth: number, angle: number): Outline {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const points: number[] = [];
  for (const [along, across] of [
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
  ] as const) {
    const px = along * halfLength;
    const py = across * halfWidth;
    points.push(x + px * cos - py * sin, y + px * sin + py * cos);
  }
  return Float64Array.from(points);
}

export function paintLeaves(easel: Easel, { count, smallest, largest, power, clip, top, bottom }: LeavesOptions): void {
  const { canvas, random, noise } = easel;
  const grains = [0, 1].map(() => noise.fractal(canvas.size, randomTexture(random)));
  const light = randomLight(random);
  const roughness = random.uniform(0.05, 0.5);
  const mask = new Mask(canvas.size);
  const near = largest ** (1 - power);
  const far = smallest ** (1 - power);
  for (let i = 0; i < count; i++) {
    // The first few are large, so that the ground is hidden.
    const from = i < 12 ? near * 6 : far;
    const radius = (near + (from - near) * random.uniform()) ** (1 / (1 - power));
    const x = random.uniform(-0.1, 1.1);
    const y = random.uniform(top, bottom);
    const outline = randomShape(random, x, y, radius);
    if (radius > 0.14 && random.chance(0.4)) {
      const shadow = outline.map((value, k) => value + 0.12 * radius * (k % 2 ? 1 : -light[0]));
      mask.cover(canvas.view, [shadow]).blur(canvas.view, 0.12 * radius);
      canvas.paint(mask, flat([0.02, 0.02, 0.03], 0.4), clip);
    }
    mask.cover(canvas.view, [outline]);
    const surface = {
      colour: relatedColour(easel),
      grain: random.pick(grains),
      depth: roughness * random.uniform(0.2, 1),
      slope: [light[0] * random.uniform(0.3, 1.2), light[1] * random.uniform(0.3, 1.2)] as const,
      turn: random.integer(8),
    };
    paintSurface(canvas, mask, surface, clip);
  }
}

/** A whole picture of leaves: sometimes a heap of small things, sometimes a few large ones. */
export function paintLeafPicture(easel: Easel): void {
  const { canvas, random } = easel;
  canvas.wash(flat(relatedColour(easel)));
  const smallest = random.uniform(0.012, 0.035);
  const largest = random.uniform(0.3, 0.8);
  paintLeaves(easel, {
    count: 90 + random.integer(200),
    smallest,
    largest,
    power: random.uniform(1.8, 3),
    top: -0.1,
    bottom: 1.1,
  });
}
