/** Glasses, earrings and things in the hair. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix, shade } from '../colour.ts';
import { curve, ellipse, smooth, stroke, type Outline } from '../shapes.ts';
import { arc, lockShapes } from './hair-shapes.ts';
import type { GlassesKind } from './kinds.ts';
import { ink, white } from './palette.ts';
import type { Scene } from './scene.ts';

/** A lens of the right eye about its centre, in head units. */
const lenses: Record<Exclude<GlassesKind, 'none'>, readonly number[]> = {
  round: [0, -0.27, 0.2, -0.19, 0.28, 0, 0.2, 0.19, 0, 0.27, -0.2, 0.19, -0.28, 0, -0.2, -0.19],
  square: [-0.27, -0.2, 0, -0.22, 0.27, -0.2, 0.31, 0, 0.27, 0.2, 0, 0.23, -0.25, 0.2, -0.29, 0],
  cat: [-0.26, -0.14, 0.05, -0.2, 0.4, -0.28, 0.4, -0.28, 0.31, 0.05, 0.12, 0.21, -0.14, 0.2, -0.27, 0.04],
  half: [-0.28, -0.1, 0, -0.12, 0.28, -0.1, 0.29, 0.04, 0.17, 0.19, 0, 0.23, -0.17, 0.19, -0.29, 0.04],
};

export function paintGlasses({ canvas, face, frame }: Scene): void {
  const { kind, colour, tint, dark } = face.glasses;
  if (kind === 'none') return;
  const { scale } = face.pose;
  const x = face.eyes.spacing + 0.005;
  const y = kind === 'half' ? 0.14 : 0.08;
  const lens = (side: number, factor: number): Outline =>
    smooth(frame.turned(lenses[kind].map((value, i) => (i % 2 ? y + value * factor : side * (x + value * factor)))));
  const frames = [lens(-1, 1.08), lens(1, 1.08)];
  const glass = [lens(-1, 0.88), lens(1, 0.88)];
  const [left, top] = frame.at(-x, y - 0.25);
  const bottom = frame.at(-x, y + 0.25)[1];
  if (dark)
    canvas.fill(glass, linear([left, top], mix(ink, tint, 0.25), [left, bottom], mix(ink, tint, 0.6), [0.96, 0.84]));
  else canvas.fill(glass, linear([left, top], light(tint, 0.7), [left, bottom], white, [0.2, 0.08]));
  const gleam = [-1, 1].map((side) =>
    stroke(frame.turned([side * x - 0.14, y + 0.05, side * x + 0.06, y - 0.17]), 0.06 * scale),
  );
  canvas.fill(gleam, flat(white, dark ? 0.4 : 0.3), canvas.mask(glass));
  canvas.ring(frames, glass, flat(colour));
  const bridge = curve(frame.turned([-x + 0.26, y - 0.02, 0, y - 0.09, x - 0.26, y - 0.02]));
  // Hair that falls over the ears hides the ends of the arms.
  const covered = lockShapes(face, frame).length > 0;
  const arms = [-1, 1].map((side) => {
    const [inner, innerY] = frame.at(side * (x + 0.29), y - 0.06);
    const [outer, outerY] = frame.flat([side * (face.shape.cheek - (covered ? 0.1 : 0)), y - 0.06]);
    return stroke([inner, innerY, outer!, outerY!], 0.055 * scale);
  });
  canvas.fill([stroke(bridge, 0.055 * scale), ...arms], flat(colour));
}

export function paintEarrings({ canvas, face, frame }: Scene): void {
  const { kind, colour } = face.earrings;
  // A stud is hidden by hair that falls over the ears.
  if (kind === 'none' || (kind === 'stud' && lockShapes(face, frame).length > 0)) return;
  const { scale, yaw } = face.pose;
  for (const side of [-1, 1]) {
    const [x, y] = frame.flat([side * (face.shape.cheek + 0.06) - 0.1 * Math.sin(yaw), 0.37]);
    const cx = x!;
    const cy = y!;
    if (kind === 'hoop') {
      const r = 0.13 * scale;
      canvas.ring([ellipse(cx, cy + r, r, r)], [ellipse(cx, cy + r, 0.62 * r, 0.62 * r)], flat(colour));
    } else {
      if (kind === 'drop') {
        const drop = [0, 0.06, 0.09, 0.24, 0.07, 0.32, 0, 0.35, -0.07, 0.32, -0.09, 0.24];
        canvas.fill(
          [smooth(drop.map((v, i) => (i % 2 ? cy : cx) + v * scale))],
          linear([cx, cy], light(colour, 0.2), [cx, cy + 0.35 * scale], shade(colour, 0.2)),
        );
      }
      canvas.fill([ellipse(cx, cy, 0.055 * scale, 0.055 * scale)], flat(light(colour, 0.25)));
    }
  }
}

export function paintAccessory({ canvas, face, frame }: Scene): void {
  const { kind, colour } = face.accessory;
  const { scale } = face.pose;
  const { side, volume } = face.hair;
  const place = (x: number, y: number): readonly [number, number] => {
    const placed = frame.flat([x, y]);
    return [placed[0]!, placed[1]!];
  };
  switch (kind) {
    case 'none':
      return;
    case 'band': {
      const band = arc(0, -0.1, face.shape.forehead + 0.08 + 0.5 * volume, 0.8 + 0.3 * volume, -0.02, -0.48, 9);
      canvas.fill([stroke(curve(frame.flat(band)), 0.15 * scale)], flat(colour));
      canvas.fill([stroke(curve(frame.flat(band.slice(4, 12))), 0.05 * scale, 0.5)], flat(light(colour, 0.4), 0.6));
      return;
    }
    case 'flower': {
      const [x, y] = place(side * 0.66, -0.62);
      const petals = Array.from({ length: 5 }, (_, i) => {
        const angle = (2 * Math.PI * i) / 5 + 0.4;
        return ellipse(
          x + 0.14 * scale * Math.cos(angle),
          y + 0.14 * scale * Math.sin(angle),
          0.13 * scale,
          0.1 * scale,
          angle,
        );
      });
      canvas.fill(petals, linear([x, y - 0.25 * scale], light(colour, 0.3), [x, y + 0.25 * scale], colour));
      canvas.fill([ellipse(x, y, 0.085 * scale, 0.085 * scale)], flat([0.96, 0.79, 0.32]));
      return;
    }
    case 'bow': {
      const x = 0.45 * side;
      const wings = [-1, 1].map((s) =>
        smooth(frame.flat([x, -1, x + s * 0.2, -1.2, x + s * 0.36, -1.18, x + s * 0.36, -0.84, x + s * 0.2, -0.82])),
      );
      canvas.fill(wings, linear(place(x, -1.2), light(colour, 0.2), place(x, -0.8), shade(colour, 0.12)));
      canvas.fill([ellipse(...place(x, -1), 0.08 * scale, 0.1 * scale)], flat(shade(colour, 0.2)));
      return;
    }
    case 'headphones': {
      const over = arc(0, 0.05, face.shape.cheek + 0.14 + 0.4 * volume, 1.24 + 0.9 * volume, 0, -0.5, 11);
      canvas.fill([stroke(curve(frame.flat(over)), 0.13 * scale)], flat(mix(ink, colour, 0.25)));
      for (const s of [-1, 1]) {
        const [x, y] = place(s * (face.shape.cheek + 0.12 + 0.4 * volume), 0.14);
        canvas.fill(
          [ellipse(x, y, 0.17 * scale, 0.28 * scale, face.pose.tilt)],
          linear([x, y - 0.3 * scale], light(colour, 0.2), [x, y + 0.3 * scale], shade(colour, 0.2)),
        );
      }
      return;
    }
    case 'clip': {
      const clip = stroke(frame.flat([side * 0.42, -0.74, side * 0.7, -0.48]), 0.11 * scale);
      canvas.fill([clip], flat(colour));
      canvas.paint(canvas.mask([clip]), glow(place(side * 0.5, -0.68), [0.12 * scale, 0.12 * scale], white, 0.5));
    }
  }
}
