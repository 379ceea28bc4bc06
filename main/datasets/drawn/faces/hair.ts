/** Hair: its masses with soft light, shine and a few strands, and the shadow it casts on the forehead. */
import { flat, glow, linear } from '../canvas.ts';
import { light, shade, type Rgb } from '../colour.ts';
import type { Mask } from '../mask.ts';
import { curve, stroke } from '../shapes.ts';
import { capShapes } from './hair-cap.ts';
import { arc, backShapes, lockShapes } from './hair-shapes.ts';
import type { Scene } from './scene.ts';

export function paintHairBehind({ canvas, face, frame }: Scene): void {
  const shapes = backShapes(face, frame);
  if (shapes.length === 0) return;
  const { colour, back } = face.hair;
  const { x, y, scale } = face.pose;
  const mass = canvas.mask(shapes);
  const knot = back === 'bun' || back === 'buns' || back === 'ponytail' || back === 'pigtails';
  const depth = knot ? 0.1 : 0.24;
  canvas.paint(
    mass,
    linear([x, y - 1.3 * scale], shade(colour, depth - 0.08), [x, y + 1.4 * scale], shade(colour, depth + 0.16)),
  );
  const lit = [x + 0.75 * face.light.side * scale, y - 0.75 * scale] as const;
  canvas.paint(mass, glow(lit, [0.9 * scale, 0.9 * scale], light(colour, 0.22), 0.5 * face.light.strength));
}

/** The hair before the head: the cap on the skull and the locks that fall on the shoulders, as one mass. */
export function paintHairFront(scene: Scene): void {
  const { canvas, face, frame, tones, skin } = scene;
  const shapes = [...capShapes(face, frame), ...lockShapes(face, frame)];
  if (shapes.length === 0) return;
  const { front, back, colour } = face.hair;
  const { x, y, scale } = face.pose;
  const { side, strength } = face.light;
  const cropped = front === 'buzz' || front === 'receding';
  const mass = canvas.mask(shapes);
  // Cropped hair thins out towards the hairline; any other throws a shadow on the forehead.
  const edge = cropped ? canvas.mask(shapes).blur(canvas.view, 0.035 * scale) : undefined;
  if (!cropped) {
    const lowered = shapes.map((outline) => outline.map((value, i) => value + (i % 2 ? 0.07 : -0.03 * side) * scale));
    canvas.paint(canvas.mask(lowered).blur(canvas.view, 0.05 * scale), flat(tones.deep, 0.5), skin);
  }
  const opacity = front === 'buzz' ? 0.82 : 1;
  const top = [x + side * 0.5 * scale, y - 1.25 * scale] as const;
  const low = [x - side * 0.5 * scale, y + 0.2 * scale] as const;
  canvas.paint(mass, linear(top, light(colour, 0.1), low, shade(colour, 0.14), [opacity, opacity]), edge);
  const shineAt = [x + 0.45 * side * scale, y - 0.88 * scale] as const;
  canvas.paint(mass, glow(shineAt, [0.62 * scale, 0.4 * scale], light(colour, 0.34), 0.55 * strength * opacity), edge);
  if (back !== 'none') {
    const fall = [x + 0.95 * side * scale, y + 0.6 * scale] as const;
    canvas.paint(mass, glow(fall, [0.35 * scale, 0.8 * scale], light(colour, 0.25), 0.4 * strength));
  }
  if (!cropped && front !== 'curls' && front !== 'spiky') paintShine(scene, mass, colour);
  if (back === 'braids') {
    const { cheek } = face.shape;
    const ties = [-1, 1].map((s) =>
      stroke(frame.flat([s * (cheek - 0.04), 1.78, s * (cheek + 0.16), 1.78]), 0.12 * scale),
    );
    canvas.fill(ties, flat(face.clothes.second));
  }
}

/** A band of shine across the crown and two darker strands that show which way the hair lies. */
function paintShine({ canvas, face, frame }: Scene, mass: Mask, colour: Rgb): void {
  const { scale } = face.pose;
  const { side, strength } = face.light;
  const from = side > 0 ? -0.13 : -0.37;
  const band = frame.flat(arc(0, -0.28, 0.68, 0.62 + face.hair.volume * 0.5, from - 0.1, from + 0.1, 6));
  const shine = canvas.mask([stroke(curve(band), 0.13 * scale, 0.7)]).blur(canvas.view, 0.03 * scale);
  canvas.paint(shine, flat(light(colour, 0.45), 0.42 * strength), mass);
  const part = face.hair.front === 'curtain' ? 0 : 0.44 * face.hair.side;
  for (const lean of [-0.5, -0.25, 0.25, 0.5]) {
    const strand = [part + lean * 0.3, -1.05, part + lean * 0.9, -0.86, part + lean * 1.7, -0.5];
    const line = stroke(curve(frame.flat(strand)), 0.035 * scale, 0.8);
    canvas.fill([line], flat(shade(colour, 0.3), 0.4), mass);
  }
}
