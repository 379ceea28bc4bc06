/** Hats: each sits on the brow line at about y = −0.5 head units and hides the hair above it. */
import { flat, glow, linear, type Paint } from '../canvas.ts';
import { light, shade, type Rgb } from '../colour.ts';
import { curve, ellipse, smooth, stroke, type Outline } from '../shapes.ts';
import type { HatKind } from './kinds.ts';
import type { Scene } from './scene.ts';

/** Turns a right half given from top to bottom into a whole outline in the picture. */
function whole(scene: Scene, right: readonly number[]): Outline {
  const points = [...right];
  for (let i = right.length - 2; i >= 0; i -= 2) if (right[i] !== 0) points.push(-right[i]!, right[i + 1]!);
  return smooth(scene.frame.flat(points));
}

function point(scene: Scene, x: number, y: number): readonly [number, number] {
  const placed = scene.frame.flat([x, y]);
  return [placed[0]!, placed[1]!];
}

/** Light from the lit side at the top, shade on the other side. */
function felt(scene: Scene, outline: Outline, colour: Rgb): void {
  const { canvas, face } = scene;
  const { scale } = face.pose;
  const { side, strength } = face.light;
  const mass = canvas.mask([outline]);
  canvas.paint(mass, linear(point(scene, 0, -1.4), light(colour, 0.06), point(scene, 0, -0.4), shade(colour, 0.1)));
  canvas.paint(
    mass,
    glow(point(scene, 0.42 * side, -1.05), [0.55 * scale, 0.45 * scale], light(colour, 0.4), 0.6 * strength),
  );
  canvas.paint(
    mass,
    glow(point(scene, -0.95 * side, -0.6), [0.75 * scale, 0.8 * scale], shade(colour, 0.4), 0.55 * strength),
  );
}

/** A soft shadow under the brim on hair and skin. */
function brimShadow({ canvas, frame, face, tones, skin }: Scene): void {
  const { scale } = face.pose;
  const band = stroke(curve(frame.turned([-0.8, -0.36, -0.4, -0.44, 0, -0.46, 0.4, -0.44, 0.8, -0.36])), 0.2 * scale);
  canvas.paint(canvas.mask([band]).blur(canvas.view, 0.06 * scale), flat(tones.deep, 0.6), skin);
}

function strip(scene: Scene, points: readonly number[], width: number, paint: Paint): void {
  scene.canvas.fill([stroke(curve(scene.frame.flat(points)), width * scene.face.pose.scale)], paint);
}

const dome = (wide: number, top: number, low: number): number[] => [
  0,
  top,
  0.42 * wide,
  top + 0.07,
  0.86 * wide,
  top + 0.42,
  wide,
  low,
  wide,
  low,
];

const painters: Record<Exclude<HatKind, 'none'>, (scene: Scene, colour: Rgb, second: Rgb) => void> = {
  beanie: (scene, colour, second) => {
    const { scale } = scene.face.pose;
    if (scene.face.hair.wave < 0.55) {
      const [x, y] = point(scene, 0, -1.42);
      scene.canvas.fill(
        [ellipse(x, y, 0.2 * scale, 0.19 * scale)],
        linear([x, y - 0.2 * scale], light(second, 0.3), [x, y + 0.2 * scale], second),
      );
    }
    felt(scene, whole(scene, [...dome(0.88, -1.34, -0.42), 0, -0.56]), colour);
    brimShadow(scene);
    const fold = whole(scene, [0, -0.78, 0.5, -0.74, 0.9, -0.62, 0.92, -0.36, 0.5, -0.46, 0, -0.5]);
    felt(scene, fold, shade(colour, 0.12));
    for (const x of [-0.66, -0.4, -0.13, 0.13, 0.4, 0.66]) {
      const sag = 0.1 * x * x;
      strip(scene, [x, -0.74 + sag, x * 1.02, -0.5 + sag], 0.035, flat(shade(colour, 0.35), 0.5));
    }
  },
  cap: (scene, colour, second) => {
    const { yaw } = scene.face.pose;
    const x = 0.7 * Math.sin(yaw);
    felt(scene, whole(scene, [...dome(0.86, -1.24, -0.4), 0, -0.52]), colour);
    strip(scene, [x * 0.6, -1.22, x * 1.1, -0.9, x * 1.25, -0.56], 0.03, flat(shade(colour, 0.35), 0.5));
    brimShadow(scene);
    const peak = [
      x - 0.72,
      -0.5,
      x - 0.4,
      -0.68,
      x,
      -0.73,
      x + 0.4,
      -0.68,
      x + 0.72,
      -0.5,
      x + 0.5,
      -0.36,
      x,
      -0.3,
      x - 0.5,
      -0.36,
    ];
    felt(scene, smooth(scene.frame.flat(peak)), shade(second, 0.04));
  },
  brim: (scene, colour, second) => {
    felt(scene, whole(scene, [0, -1.4, 0.36, -1.4, 0.62, -1.22, 0.7, -0.5, 0.7, -0.5, 0, -0.44]), colour);
    strip(scene, [-0.7, -0.66, -0.35, -0.58, 0, -0.56, 0.35, -0.58, 0.7, -0.66], 0.2, flat(second));
    brimShadow(scene);
    felt(
      scene,
      whole(scene, [0, -0.54, 0.6, -0.6, 1.2, -0.62, 1.42, -0.48, 1.05, -0.4, 0.5, -0.4, 0, -0.38]),
      light(colour, 0.05),
    );
  },
  bowler: (scene, colour, second) => {
    felt(scene, whole(scene, [0, -1.36, 0.4, -1.3, 0.72, -1.02, 0.78, -0.54, 0.78, -0.54, 0, -0.46]), colour);
    strip(scene, [-0.78, -0.66, -0.4, -0.6, 0, -0.58, 0.4, -0.6, 0.78, -0.66], 0.13, flat(second));
    brimShadow(scene);
    felt(
      scene,
      whole(scene, [0, -0.55, 0.6, -0.58, 0.98, -0.68, 1.06, -0.56, 0.85, -0.46, 0.4, -0.41, 0, -0.4]),
      colour,
    );
  },
  beret: (scene, colour) => {
    const s = scene.face.hair.side;
    const blob = [
      0.15, -1.3, 0.75, -1.22, 1.12, -0.9, 0.95, -0.6, 0.3, -0.56, -0.4, -0.58, -0.84, -0.5, -0.82, -0.84, -0.4, -1.16,
    ];
    felt(scene, smooth(scene.frame.flat(blob.map((value, i) => (i % 2 ? value : s * value)))), colour);
    strip(scene, [0.2 * s, -1.28, 0.24 * s, -1.4], 0.06, flat(shade(colour, 0.2)));
    brimShadow(scene);
    strip(scene, [-0.82, -0.46, -0.42, -0.53, 0, -0.55, 0.42, -0.53, 0.82, -0.46], 0.12, flat(shade(colour, 0.26)));
  },
  bucket: (scene, colour, second) => {
    felt(scene, whole(scene, [0, -1.22, 0.5, -1.2, 0.72, -1.06, 0.8, -0.6, 0.8, -0.6, 0, -0.5]), colour);
    strip(scene, [-0.79, -0.7, -0.4, -0.63, 0, -0.61, 0.4, -0.63, 0.79, -0.7], 0.08, flat(second));
    brimShadow(scene);
    felt(
      scene,
      whole(scene, [0, -0.62, 0.5, -0.64, 0.8, -0.7, 1.08, -0.3, 1.08, -0.3, 0.5, -0.37, 0, -0.39]),
      shade(colour, 0.05),
    );
  },
  scarf: (scene, colour, second) => {
    const { cheek, length } = scene.face.shape;
    const inner = [
      0,
      -0.62,
      0.4,
      -0.56,
      cheek - 0.1,
      -0.2,
      cheek - 0.04,
      0.2,
      0.6,
      0.66,
      0.26,
      length - 0.06,
      0,
      length - 0.03,
    ];
    const outer = [0, -1.22, 0.5, -1.12, 0.9, -0.66, cheek + 0.2, 0.2, 0.86, 0.85, 0.92, 1.34, 0.6, 1.55, 0, 1.62];
    const { canvas, frame } = scene;
    const left = (right: readonly number[]): number[] => {
      const points = [...right];
      for (let i = right.length - 4; i > 0; i -= 2) points.push(-right[i]!, right[i + 1]!);
      return points;
    };
    const opening = smooth(frame.turned(left(inner)));
    const mass = canvas.mask([smooth(frame.flat(left(outer)))], [opening]);
    const { scale } = scene.face.pose;
    const { side, strength } = scene.face.light;
    canvas.paint(mass, linear(point(scene, 0, -1.2), light(colour, 0.12), point(scene, 0, 1.5), shade(colour, 0.2)));
    canvas.paint(
      mass,
      glow(point(scene, 0.5 * side, -0.8), [0.6 * scale, 0.5 * scale], light(colour, 0.4), 0.5 * strength),
    );
    canvas.paint(
      mass,
      glow(point(scene, -0.95 * side, 0.3), [0.5 * scale, 1.1 * scale], shade(colour, 0.4), 0.5 * strength),
    );
    canvas.ring(
      [smooth(frame.turned(left(inner.map((v, i) => (i % 2 ? v * 1.06 - 0.01 : v * 1.06)))))],
      [opening],
      flat(light(second, 0.2), 0.85),
      mass,
    );
    const fold = (points: readonly number[]): void => strip(scene, points, 0.04, flat(shade(colour, 0.42), 0.5));
    fold([-0.7, 0.72, -0.3, 1.15, 0.3, 1.3]);
    fold([0.66, 0.75, 0.4, 1.1, -0.2, 1.42]);
  },
  turban: (scene, colour, second) => {
    felt(
      scene,
      whole(scene, [0, -1.42, 0.5, -1.34, 0.92, -0.98, 0.98, -0.55, 0.84, -0.28, 0.5, -0.5, 0, -0.66]),
      colour,
    );
    brimShadow(scene);
    const folds = [
      [-0.84, -0.32, -0.3, -0.62, 0.5, -1.3],
      [-0.94, -0.56, -0.4, -0.86, 0.3, -1.38],
      [0.84, -0.32, 0.3, -0.6, -0.1, -0.74],
      [0.96, -0.6, 0.5, -0.86, 0.1, -1.02],
    ];
    for (const fold of folds) strip(scene, fold, 0.045, flat(shade(colour, 0.36), 0.55));
    if (scene.face.hair.wave < 0.4) {
      const [x, y] = point(scene, 0, -0.82);
      const { scale } = scene.face.pose;
      scene.canvas.fill([ellipse(x, y, 0.09 * scale, 0.11 * scale)], flat(light(second, 0.25)));
    }
  },
};

export function paintHat(scene: Scene): void {
  const { kind, colour, second } = scene.face.hat;
  if (kind !== 'none') painters[kind](scene, colour, second);
}
