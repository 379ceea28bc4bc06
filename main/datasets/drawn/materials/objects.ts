/** One or a few rounded things before a soft background: the way most photographs of animals and goods look. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix, shade, type Rgb } from '../colour.ts';
import type { Mask } from '../mask.ts';
import { blurPicture } from '../blur.ts';
import { ellipse, rectangle, smooth, type Outline } from '../shapes.ts';
import { naturalColour, paintSurface, randomTexture, relatedColour, type Easel } from './easel.ts';
import { paintLeaves, randomShape } from './leaves.ts';

export function paintObjects(easel: Easel): void {
  const { canvas, random } = easel;
  paintSetting(easel);
  blurPicture(canvas.pixels, canvas.size, (canvas.size / 64) * (random.chance(0.35) ? random.uniform(0.3, 3.5) : 0));
  const count = random.chance(0.55) ? 1 : 2 + random.integer(3);
  const side = random.chance(0.5) ? 1 : -1;
  for (let i = 0; i < count; i++) {
    const radius = (count === 1 ? 1 : 0.6) * random.uniform(0.18, 0.42);
    const x = count === 1 ? random.normal(0.5, 0.08) : random.uniform(0.1, 0.9);
    const y = count === 1 ? random.normal(0.52, 0.08) : random.uniform(0.3, 0.85);
    paintThing(easel, x, y, radius, side);
  }
}

/** A studio wall and table, a heap of leaves to be put out of focus, or a plain gradient. */
function paintSetting(easel: Easel): void {
  const { canvas, random } = easel;
  const wall = random.chance(0.25) ? light(naturalColour(random), 0.85) : relatedColour(easel);
  canvas.wash(
    linear([random.uniform(), 0], light(wall, 0.15), [random.uniform(), 1], shade(wall, random.uniform(0, 0.35))),
  );
  const kind = random.uniform();
  if (kind < 0.5) paintLeaves(easel, { count: 60, smallest: 0.04, largest: 0.5, power: 2.4, top: -0.1, bottom: 1.1 });
  else if (kind < 0.75) {
    const table = random.uniform(0.5, 0.85);
    const wood = relatedColour(easel);
    canvas.fill([rectangle(-0.1, table, 1.1, 1.1)], linear([0.5, table], shade(wood, 0.2), [0.5, 1], light(wood, 0.1)));
  }
}

/** The outline of a body: a blob, or a turned profile like a bottle, a cup or a lamp. */
function bodyOutline({ random }: Easel, x: number, y: number, radius: number): Outline {
  if (random.chance(0.45)) return randomShape(random, x, y, radius);
  if (random.chance(0.4)) return ellipse(x, y, radius, radius * random.uniform(0.6, 1.1), random.uniform(0, 3));
  const height = radius * random.uniform(1, 1.6);
  const widths = Array.from({ length: 5 }, () => radius * random.uniform(0.3, 1));
  const right = widths.flatMap((width, i) => [x + width, y - height + (2 * height * i) / 4]);
  const left = [...widths].reverse().flatMap((width, i) => [x - width, y + height - (2 * height * i) / 4]);
  return smooth([x + widths[0]!, y - height, ...right, x + widths[4]!, y + height, ...left]);
}

/** A body with its shadow on the ground and up to five parts joined to it: limbs, handles, leaves, ears. */
function paintThing(easel: Easel, x: number, y: number, radius: number, side: number): void {
  const { canvas, random, noise } = easel;
  const shadow = [ellipse(x - 0.25 * side * radius, y + 0.95 * radius, 1.15 * radius, 0.22 * radius)];
  canvas.paint(canvas.mask(shadow).blur(canvas.view, 0.1 * radius), flat([0.03, 0.03, 0.04], random.uniform(0.1, 0.6)));
  const coat: Coat = {
    colour: relatedColour(easel, 0.3),
    grain: noise.fractal(canvas.size, { ...randomTexture(random), cells: random.uniform(4, 16) }),
    depth: random.chance(0.8) ? random.uniform(0.08, 0.5) : 0,
  };
  const parts = random.chance(0.5) ? random.integer(6) : 0;
  for (let i = 0; i < parts; i++) {
    const angle = random.uniform(0, 2 * Math.PI);
    const reach = radius * random.uniform(0.6, 1.15);
    const own = random.chance(0.6) ? coat : { ...coat, colour: relatedColour(easel, 0.3) };
    const at = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)] as const;
    paintBody(easel, ...at, radius * random.uniform(0.2, 0.6), side, own);
  }
  paintBody(easel, x, y, radius, side, coat);
  if (random.chance(0.25)) paintEyes(easel, x, y, radius);
}

interface Coat {
  readonly colour: Rgb;
  readonly grain: Float32Array;
  readonly depth: number;
}

/** One rounded form: its coat, its markings, light from one side, perhaps a gleam. */
function paintBody(easel: Easel, x: number, y: number, radius: number, side: number, coat: Coat): void {
  const { canvas, random } = easel;
  const mask = canvas.mask([bodyOutline(easel, x, y, radius)]);
  paintSurface(canvas, mask, { ...coat, slope: [0, 0], turn: random.integer(8) });
  if (random.chance(0.4)) paintMarkings(easel, mask, x, y, radius);
  // Light falls off from one side; the rim away from it lies in shade.
  const deep = shade(coat.colour, 0.75);
  const far = [x - 1.15 * side * radius, y + 0.9 * radius] as const;
  canvas.paint(mask, glow(far, [1.7 * radius, 1.7 * radius], deep, random.uniform(0.4, 0.95)));
  const near = [x + 0.4 * side * radius, y - 0.5 * radius] as const;
  canvas.paint(mask, glow(near, [radius, radius], light(coat.colour, 0.7), random.uniform(0, 0.55)));
  if (random.chance(0.35)) {
    const width = radius * random.uniform(0.06, 0.16);
    canvas.fill([ellipse(...near, width, width * 0.7)], flat([1, 1, 0.98], random.uniform(0.5, 1)), mask);
  }
}

/** Patches, bands or labels on a body. */
function paintMarkings(easel: Easel, body: Mask, x: number, y: number, radius: number): void {
  const { canvas, random } = easel;
  const count = 1 + random.integer(7);
  const colour = relatedColour(easel, 0.3);
  for (let i = 0; i < count; i++) {
    const outline = randomShape(
      random,
      random.normal(x, 0.6 * radius),
      random.normal(y, 0.6 * radius),
      radius * random.uniform(0.08, 0.45),
    );
    canvas.fill([outline], flat(colour, random.uniform(0.6, 1)), body);
  }
}

/** Two dark eyes with a gleam, as animals have. */
function paintEyes({ canvas, random }: Easel, x: number, y: number, radius: number): void {
  const gap = radius * random.uniform(0.2, 0.5);
  const height = y - radius * random.uniform(0, 0.5);
  const size = radius * random.uniform(0.06, 0.17);
  const iris = mix(naturalColour(random), [0.1, 0.07, 0.05], 0.4);
  for (const side of [-1, 1]) {
    const centre = x + side * gap;
    canvas.fill([ellipse(centre, height, size * 1.2, size * 1.1)], flat(shade(iris, 0.7)));
    canvas.fill([ellipse(centre, height, size, size)], flat(iris));
    canvas.fill([ellipse(centre, height, size * 0.55, size * 0.6)], flat([0.03, 0.03, 0.03]));
    canvas.fill([ellipse(centre - 0.3 * size, height - 0.35 * size, size * 0.28, size * 0.28)], flat([1, 1, 1]));
  }
}
