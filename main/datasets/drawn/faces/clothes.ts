/** Clothes from the shoulders down to the edge of the picture, in body units (head units from the pit of the neck). */
import { flat, glow, linear } from '../canvas.ts';
import { light, shade } from '../colour.ts';
import type { Mask } from '../mask.ts';
import { curve, ellipse, smooth, stroke, type Outline } from '../shapes.ts';
import type { ClothesKind } from './kinds.ts';
import { white } from './palette.ts';
import type { Scene } from './scene.ts';

/** The right edge of a garment from the neck over the shoulder; the neckline closes it. */
const shoulder = [0.84, 0.12, 1.27, 0.3, 1.47, 0.68, 1.56, 1.6, 1.56, 1.6];

/** The torso below a neckline given from its right end at the neck to the middle; the ends are corners. */
function garment({ body, bodyPoints }: Scene, neckline: readonly number[]): Outline {
  const right = [neckline[0]!, neckline[1]!, neckline[0]!, neckline[1]!, ...shoulder];
  const points = [...bodyPoints(right)];
  for (let i = right.length - 2; i >= 0; i -= 2) points.push(...body(-right[i]!, right[i + 1]!));
  for (let i = 2; i < neckline.length; i += 2) points.push(...body(-neckline[i]!, neckline[i + 1]!));
  for (let i = neckline.length - 4; i >= 2; i -= 2) points.push(...body(neckline[i]!, neckline[i + 1]!));
  return smooth(points);
}

const necklines = {
  crew: [0.44, -0.01, 0.36, 0.12, 0.2, 0.21, 0, 0.24],
  vee: [0.42, -0.02, 0.22, 0.3, 0, 0.62, 0, 0.62],
  high: [0.4, -0.06, 0.25, 0.06, 0, 0.09],
  open: [0.46, -0.02, 0.26, 0.38, 0, 0.86, 0, 0.86],
  wide: [0.66, 0.06, 0.5, 0.27, 0.25, 0.36, 0, 0.38],
} as const;

/** Fills a garment with its colour, light on one shoulder and shade on the other, and returns where it is. */
function cloth(scene: Scene, outline: Outline, colour = scene.face.clothes.colour): Mask {
  const { canvas, face, body } = scene;
  const mass = canvas.mask([outline]);
  const [x, y] = body(0, 0);
  const { scale } = face.pose;
  canvas.paint(mass, linear([x, y], light(colour, 0.06), [x, y + 1.1 * scale], shade(colour, 0.16)));
  lightFromSide(scene, mass, colour);
  return mass;
}

function lightFromSide({ canvas, face, body }: Scene, mass: Mask, colour: readonly [number, number, number]): void {
  const { scale } = face.pose;
  const { side, strength } = face.light;
  canvas.paint(mass, glow(body(side * 0.95, 0.2), [0.75 * scale, 0.45 * scale], light(colour, 0.35), 0.5 * strength));
  canvas.paint(mass, glow(body(-side * 1.2, 0.6), [0.9 * scale, 0.9 * scale], shade(colour, 0.36), 0.55 * strength));
}

/** A line on the cloth in body units. */
function seam(
  scene: Scene,
  points: readonly number[],
  width: number,
  paint: ReturnType<typeof flat>,
  clip?: Mask,
): void {
  scene.canvas.fill([stroke(curve(scene.bodyPoints(points)), width * scene.face.pose.scale)], paint, clip);
}

function both(scene: Scene, points: readonly number[]): Outline[] {
  return [1, -1].map((side) => smooth(scene.bodyPoints(points.map((value, i) => (i % 2 ? value : side * value)))));
}

/** A ribbed edge along a neckline. */
function collarBand(scene: Scene, neckline: readonly number[], colour: readonly [number, number, number]): void {
  const points: number[] = [];
  for (let i = 0; i < neckline.length; i += 2) points.push(-neckline[i]!, neckline[i + 1]!);
  for (let i = neckline.length - 4; i >= 0; i -= 2) points.push(neckline[i]!, neckline[i + 1]!);
  seam(scene, points, 0.1, flat(colour));
}

const painters: Record<ClothesKind, (scene: Scene) => void> = {
  crew: (scene) => {
    cloth(scene, garment(scene, necklines.crew));
    collarBand(scene, necklines.crew, shade(scene.face.clothes.colour, 0.18));
  },
  vee: (scene) => {
    cloth(scene, garment(scene, necklines.vee));
    collarBand(scene, necklines.vee.slice(0, 6), scene.face.clothes.second);
  },
  turtleneck: (scene) => {
    const { colour } = scene.face.clothes;
    cloth(scene, garment(scene, necklines.high));
    const roll = [0.37, -0.42, 0.37, -0.42, 0.44, -0.1, 0.48, 0.06, 0.3, 0.16, 0, 0.2];
    const left = [-0.3, 0.16, -0.48, 0.06, -0.44, -0.1, -0.37, -0.42, -0.37, -0.42, -0.2, -0.34, 0, -0.31, 0.2, -0.34];
    const neck = scene.canvas.mask([smooth(scene.bodyPoints([...roll, ...left]))]);
    scene.canvas.paint(
      neck,
      linear(scene.body(0, -0.42), shade(colour, 0.3), scene.body(0, 0.15), light(colour, 0.08)),
    );
    lightFromSide(scene, neck, colour);
    seam(scene, [-0.46, 0.07, -0.28, 0.16, 0, 0.2, 0.28, 0.16, 0.46, 0.07], 0.04, flat(shade(colour, 0.35), 0.6));
  },
  shirt: (scene) => {
    const { colour, second } = scene.face.clothes;
    cloth(
      scene,
      garment(
        scene,
        necklines.open.map((v, i) => (i % 2 ? v * 0.55 : v)),
      ),
    );
    seam(scene, [0, 0.46, 0, 1.5], 0.03, flat(shade(colour, 0.35), 0.7));
    const flaps = both(
      scene,
      [0.3, -0.3, 0.3, -0.3, 0.5, -0.04, 0.5, 0.32, 0.5, 0.32, 0.2, 0.36, 0, 0.5, 0, 0.5, 0.12, 0.2],
    );
    const shadow = both(scene, [0.3, -0.2, 0.56, 0.04, 0.53, 0.4, 0.53, 0.4, 0.2, 0.42, 0, 0.56, 0, 0.56, 0.12, 0.3]);
    scene.canvas.fill(shadow, flat(shade(colour, 0.4), 0.45));
    scene.canvas.fill(flaps, linear(scene.body(0, -0.2), light(colour, 0.15), scene.body(0, 0.45), light(colour, 0.4)));
    const buttons = [0.66, 0.92].map((y) =>
      ellipse(...scene.body(0.07, y), 0.035 * scene.face.pose.scale, 0.035 * scene.face.pose.scale),
    );
    scene.canvas.fill(buttons, flat(second));
  },
  hoodie: (scene) => {
    const { colour, second } = scene.face.clothes;
    cloth(scene, garment(scene, necklines.crew));
    const hood = both(
      scene,
      [
        0.3, -0.34, 0.56, -0.3, 0.78, 0.02, 0.62, 0.26, 0.25, 0.44, 0, 0.5, 0, 0.5, 0, 0.24, 0, 0.24, 0.2, 0.18, 0.36,
        0.02,
      ],
    );
    scene.canvas.fill(hood, linear(scene.body(0, -0.3), shade(colour, 0.26), scene.body(0, 0.45), light(colour, 0.14)));
    for (const side of [-1, 1])
      seam(scene, [side * 0.17, 0.36, side * 0.19, 0.6, side * 0.17, 0.82], 0.05, flat(light(second, 0.3)));
  },
  blazer: (scene) => {
    const { colour, second } = scene.face.clothes;
    const shirt = scene.face.backdrop.dice[15]! < 0.6 ? white : light(second, 0.4);
    cloth(scene, garment(scene, necklines.high), shirt);
    const points = both(scene, [0.3, -0.26, 0.3, -0.26, 0.43, 0.02, 0.3, 0.24, 0.3, 0.24, 0, 0.06, 0, 0.06]);
    scene.canvas.fill(points, flat(shade(shirt, 0.07)));
    if (scene.face.backdrop.dice[16]! < 0.55) {
      const tie = [
        0, 0.06, 0.1, 0.1, 0.1, 0.1, 0.07, 0.24, 0.07, 0.24, 0.14, 1.5, -0.14, 1.5, -0.07, 0.24, -0.07, 0.24, -0.1, 0.1,
        -0.1, 0.1,
      ];
      scene.canvas.fill(
        [smooth(scene.bodyPoints(tie))],
        linear(scene.body(0, 0), shade(second, 0.1), scene.body(0, 0.8), second),
      );
    }
    cloth(scene, garment(scene, necklines.open));
    const lapels = both(
      scene,
      [0.42, -0.06, 0.42, -0.06, 0.66, 0.2, 0.56, 0.34, 0.56, 0.34, 0.64, 0.42, 0.64, 0.42, 0, 1, 0, 1, 0.14, 0.52],
    );
    scene.canvas.fill(lapels, linear(scene.body(0, 0), light(colour, 0.16), scene.body(0, 1), shade(colour, 0.06)));
  },
  stripes: (scene) => {
    const { second, colour } = scene.face.clothes;
    const mass = cloth(scene, garment(scene, necklines.crew));
    for (let i = 0; i < 5; i++) {
      const y = 0.3 + 0.3 * i;
      seam(scene, [-1.6, y + 0.1, -0.8, y + 0.01, 0, y, 0.8, y + 0.01, 1.6, y + 0.1], 0.14, flat(second, 0.9), mass);
    }
    lightFromSide(scene, mass, colour);
    collarBand(scene, necklines.crew, second);
  },
  dress: (scene) => {
    cloth(scene, garment(scene, necklines.wide));
    collarBand(scene, necklines.wide, light(scene.face.clothes.colour, 0.25));
    const { scale } = scene.face.pose;
    const beads = [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3].map((x) =>
      ellipse(...scene.body(x, 0.16 - 1.5 * x * x), 0.055 * scale, 0.055 * scale),
    );
    if (scene.face.earrings.kind !== 'none') scene.canvas.fill(beads, flat(scene.face.earrings.colour));
  },
  dungarees: (scene) => {
    const { colour, second } = scene.face.clothes;
    cloth(scene, garment(scene, necklines.crew), light(second, 0.35));
    const bib = cloth(
      scene,
      smooth(
        scene.bodyPoints([0.52, 0.5, 0.52, 0.5, 0.6, 1.6, 0.6, 1.6, -0.6, 1.6, -0.6, 1.6, -0.52, 0.5, -0.52, 0.5]),
      ),
    );
    for (const side of [-1, 1])
      seam(scene, [side * 0.72, 0.05, side * 0.56, 0.3, side * 0.47, 0.6], 0.17, flat(shade(colour, 0.06)));
    seam(scene, [-0.5, 0.57, 0.5, 0.57], 0.03, flat(light(colour, 0.35), 0.7), bib);
    const { scale } = scene.face.pose;
    scene.canvas.fill(
      [-0.45, 0.45].map((x) => ellipse(...scene.body(x, 0.6), 0.06 * scale, 0.06 * scale)),
      flat([0.89, 0.72, 0.32]),
    );
  },
  scarf: (scene) => {
    const { second } = scene.face.clothes;
    cloth(scene, garment(scene, necklines.crew));
    const side = scene.face.hair.side;
    const tail = smooth(
      scene.bodyPoints([
        side * 0.1,
        0.1,
        side * 0.5,
        0.15,
        side * 0.56,
        0.9,
        side * 0.54,
        1.5,
        side * 0.2,
        1.5,
        side * 0.16,
        0.8,
      ]),
    );
    scene.canvas.fill([tail], linear(scene.body(0, 0.2), shade(second, 0.3), scene.body(0, 0.7), second));
    const wrap = [
      0.36, -0.36, 0.62, -0.16, 0.66, 0.1, 0.42, 0.32, 0, 0.38, -0.42, 0.32, -0.66, 0.1, -0.62, -0.16, -0.36, -0.36,
      -0.2, -0.22, 0, -0.17, 0.2, -0.22,
    ];
    const mass = scene.canvas.mask([smooth(scene.bodyPoints(wrap))]);
    scene.canvas.paint(mass, linear(scene.body(0, -0.36), shade(second, 0.26), scene.body(0, 0.3), light(second, 0.1)));
    lightFromSide(scene, mass, second);
    seam(scene, [-0.6, -0.08, -0.3, 0.1, 0, 0.13, 0.35, 0.08, 0.6, -0.06], 0.045, flat(shade(second, 0.4), 0.5), mass);
  },
};

/** The part of a hood that stands behind the head. */
export function paintClothesBehind({ canvas, face, body, bodyPoints }: Scene): void {
  if (face.clothes.kind !== 'hoodie') return;
  const hood = [0, -0.75, 0.45, -0.66, 0.72, -0.3, 0.74, 0.1, 0, 0.3, -0.74, 0.1, -0.72, -0.3, -0.45, -0.66];
  const { colour } = face.clothes;
  canvas.fill([smooth(bodyPoints(hood))], linear(body(0, -0.7), shade(colour, 0.22), body(0, 0), shade(colour, 0.42)));
}

export function paintClothes(scene: Scene): void {
  painters[scene.face.clothes.kind](scene);
}
