/** Landscapes: sky, ridges, ground that recedes, water, and clumps of leaves. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix, shade, type Rgb } from '../colour.ts';
import { Mask } from '../mask.ts';
import { smooth, stroke, type Outline } from '../shapes.ts';
import { naturalColour, paintSurface, relatedColour, type Easel } from './easel.ts';
import { paintLeaves } from './leaves.ts';

const everywhere = Float64Array.of(-0.1, -0.1, 1.1, -0.1, 1.1, 1.1, -0.1, 1.1);

export function paintScenery(easel: Easel): void {
  const { random } = easel;
  const horizon = random.uniform(0.15, 0.75);
  const sky = paintSky(easel, horizon);
  const ridges = random.integer(4);
  for (let i = 0; i < ridges; i++) paintRidge(easel, sky, horizon, (i + 1) / (ridges + 1));
  paintGround(easel, horizon, sky);
  if (random.chance(0.55)) paintClump(easel, horizon);
  if (random.chance(0.3)) paintTrunks(easel);
}

/** From the zenith down to a pale horizon, with drawn-out clouds; returns the colour of the air. */
function paintSky({ canvas, random, noise }: Easel, horizon: number): Rgb {
  const dusk = random.chance(0.25);
  const high: Rgb = dusk
    ? naturalColour(random)
    : [random.uniform(0.3, 0.6), random.uniform(0.5, 0.72), random.uniform(0.7, 0.95)];
  const overcast = random.chance(0.35) ? random.uniform(0.4, 1) : 0;
  const top = mix(high, [0.78, 0.8, 0.82], overcast);
  const air = light(mix(top, dusk ? [0.95, 0.65, 0.45] : [0.92, 0.94, 0.95], 0.6), 0.25);
  canvas.wash(linear([0.5, 0], top, [0.5, horizon], air));
  const texture = {
    cells: random.uniform(1.5, 4),
    smoothness: 0.25,
    angle: random.normal(0, 0.15),
    stretch: random.uniform(1.2, 3),
  };
  const clouds = noise.fractal(canvas.size, texture);
  const amount = random.uniform(-0.6, 0.8);
  const mask = new Mask(canvas.size).cover(canvas.view, [everywhere]);
  for (let i = 0; i < clouds.length; i++) mask.alpha[i] = Math.min(1, Math.max(0, 0.7 * (clouds[i]! - 0.6 + amount)));
  canvas.paint(mask, linear([0.5, 0], [1, 1, 1], [0.5, horizon], mix(air, [0.75, 0.72, 0.75], 0.4)));
  if (random.chance(0.3))
    canvas.wash(glow([random.uniform(), horizon * random.uniform(0.1, 1)], [0.5, 0.5], [1, 0.97, 0.85], 0.8));
  return air;
}

/** A wavy line from edge to edge about height `y`, closed below. */
function ridgeLine({ random }: Easel, y: number, roughness: number): Outline {
  const points: number[] = [];
  const peaks = 4 + random.integer(8);
  for (let i = -1; i <= peaks + 1; i++) points.push(i / peaks, y + random.normal(0, roughness));
  points.push(1.4, 1.3, 1.4, 1.3, -0.4, 1.3, -0.4, 1.3);
  return smooth(points);
}

/** Hills fade into the air with distance; `nearness` runs from 0 to 1. */
function paintRidge(easel: Easel, air: Rgb, horizon: number, nearness: number): void {
  const { canvas, random, noise } = easel;
  const colour = mix(air, shade(relatedColour(easel), 0.3), 0.25 + 0.7 * nearness);
  const y = horizon - 0.22 * (1 - nearness) * random.uniform(0.4, 1);
  const mask = canvas.mask([ridgeLine(easel, y, random.uniform(0.01, 0.05))]);
  const grain = noise.fractal(canvas.size, { cells: 8, smoothness: 0.1, angle: 0, stretch: 1 });
  paintSurface(canvas, mask, { colour, grain, depth: 0.25 * nearness, slope: [0, random.uniform(-0.5, 0.3)], turn: 0 });
}

/** Grass, sand, stone or water, drawn together towards the horizon. */
function paintGround(easel: Easel, horizon: number, sky: Rgb): void {
  const { canvas, random, noise } = easel;
  const { size, pixels } = canvas;
  const water = random.chance(0.25);
  const far = water ? sky : mix(relatedColour(easel), sky, 0.3);
  const near = water ? mix(shade(sky, 0.4), [0.1, 0.3, 0.38], 0.4) : relatedColour(easel);
  const mask = canvas.mask([ridgeLine(easel, horizon, water ? 0 : random.uniform(0, 0.02))]);
  canvas.paint(mask, linear([0.5, horizon], far, [0.5, 1.05], near));
  const texture = {
    cells: water ? 5 : random.uniform(4, 12),
    smoothness: 0,
    angle: 0,
    stretch: water ? 4 : random.uniform(1, 2),
  };
  const grain = noise.fractal(size, texture);
  const depth = water ? 0.18 : random.uniform(0.1, 0.4);
  for (let y = mask.top; y < mask.bottom; y++) {
    // Distance grows towards the horizon: the same grain is squeezed and fades.
    const below = Math.max(0.03, (y + 0.5) / size - horizon);
    const squeeze = Math.min(4, 0.35 / (below + 0.08));
    const row = folded(size * 0.9 * Math.log(below + 0.05), size);
    for (let x = 0; x < size; x++) {
      const column = folded(size / 2 + (x - size / 2) * squeeze, size);
      const gain = 1 + depth * Math.min(1, 3.5 * below) * mask.alpha[y * size + x]! * grain[row * size + column]!;
      for (let p = 3 * (y * size + x), end = p + 3; p < end; p++) pixels[p]! *= gain;
    }
  }
}

/** A position on an endless strip of mirrored copies: no seams. */
function folded(position: number, size: number): number {
  const place = ((Math.floor(position) % (2 * size)) + 2 * size) % (2 * size);
  return place < size ? place : 2 * size - 1 - place;
}

/** A bush or crown: many small leaves inside a soft outline. */
function paintClump(easel: Easel, horizon: number): void {
  const { canvas, random } = easel;
  const x = random.uniform(0, 1);
  const radius = random.uniform(0.15, 0.4);
  const y = horizon + random.uniform(-0.6, 0.6) * radius;
  const rim: number[] = [];
  for (let i = 0; i < 14; i++) {
    const theta = (2 * Math.PI * i) / 14;
    const reach = radius * random.uniform(0.7, 1.15);
    rim.push(x + reach * Math.cos(theta), y + reach * Math.sin(theta));
  }
  const clip = canvas.mask([smooth(rim)]);
  canvas.paint(clip, flat(shade(relatedColour(easel), 0.35)));
  paintLeaves(easel, {
    count: 130,
    smallest: 0.018,
    largest: 0.08,
    power: 2.2,
    clip,
    top: y - radius,
    bottom: y + radius,
  });
}

/** Trunks, poles and branches across the view. */
function paintTrunks(easel: Easel): void {
  const { canvas, random, noise } = easel;
  const grain = noise.fractal(canvas.size, { cells: 10, smoothness: 0, angle: Math.PI / 2, stretch: 5 });
  const count = 1 + random.integer(5);
  const mask = new Mask(canvas.size);
  for (let i = 0; i < count; i++) {
    const x = random.uniform();
    const lean = random.normal(0, 0.15);
    const line = [x, random.uniform(-0.1, 0.3), x + 0.4 * lean, 0.6, x + lean, 1.1];
    mask.cover(canvas.view, [stroke(line, random.uniform(0.02, 0.13), random.uniform(0, 0.3))]);
    const colour = shade(relatedColour(easel), random.uniform(0, 0.5));
    paintSurface(canvas, mask, {
      colour,
      grain,
      depth: 0.2,
      slope: [random.normal(0, 2.5), 0],
      turn: random.integer(4),
    });
  }
}
