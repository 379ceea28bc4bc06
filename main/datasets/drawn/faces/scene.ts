/** What every painter of a part of a face is given: the canvas, the person, where the head is, and the skin's tones. */
import type { Canvas } from '../canvas.ts';
import { light, mix, shadeSkin, type Rgb } from '../colour.ts';
import type { Mask } from '../mask.ts';
import { smooth } from '../shapes.ts';
import { Frame } from './frame.ts';
import type { Face } from './traits.ts';

export interface SkinTones {
  readonly base: Rgb;
  readonly lit: Rgb;
  readonly shadow: Rgb;
  readonly deep: Rgb;
  readonly blush: Rgb;
}

export interface Scene {
  readonly canvas: Canvas;
  readonly face: Face;
  readonly frame: Frame;
  readonly tones: SkinTones;
  /** Where the face's skin is: shadows and beards keep to it. */
  readonly skin: Mask;
  /** A point of the body: head units from the pit of the neck. */
  readonly body: (x: number, y: number) => readonly [number, number];
  readonly bodyPoints: (points: ArrayLike<number>) => Float64Array;
}

/** Height of the pit of the neck below the head's origin, in head units. */
const neck = 1.34;

export function createScene(canvas: Canvas, face: Face): Scene {
  const frame = new Frame(face.pose);
  const base = face.skin;
  const { scale, y } = face.pose;
  const top = y + scale * (neck - 0.06 * face.body.lift);
  const body = (px: number, py: number): readonly [number, number] => [
    face.body.x + scale * face.body.width * px,
    top + scale * py,
  ];
  return {
    canvas,
    face,
    frame,
    tones: {
      base,
      lit: light(base, 0.3),
      shadow: shadeSkin(base, 0.13),
      deep: shadeSkin(base, 0.3),
      blush: mix(shadeSkin(base, 0.06), [0.9, 0.33, 0.3], 0.4),
    },
    skin: canvas.mask([faceOutline(face, frame)]),
    body,
    bodyPoints: (points) => {
      const out = new Float64Array(points.length);
      for (let i = 0; i < points.length; i += 2) [out[i], out[i + 1]] = body(points[i]!, points[i + 1]!);
      return out;
    },
  };
}

/** The contour of the face without hair: forehead to chin. The chin swings with the turn of the head, the crown does not. */
export function faceOutline({ shape, pose }: Face, frame: Frame): Float64Array {
  const { forehead, cheek, jaw, chin, length } = shape;
  const right = [
    ...[0, -1.02, 0.42, -0.95, 0.72 * 0.98 * (forehead / 0.74), -0.66, forehead * 1.02, -0.26],
    ...[cheek, 0.1, cheek * 0.965, 0.36, jaw, 0.66 * length, 0.5 * (jaw + chin), 0.85 * length, chin, 0.955 * length],
  ];
  const points = [...right, 0, length];
  for (let i = right.length - 2; i > 0; i -= 2) points.push(-right[i]!, right[i + 1]!);
  const swing = 0.2 * Math.sin(pose.yaw);
  const nod = 0.25 * Math.sin(pose.pitch);
  for (let i = 0; i < points.length; i += 2) {
    const low = Math.max(0, points[i + 1]! + 0.1);
    points[i]! += swing * low;
    points[i + 1]! += nod * low;
  }
  return smooth(frame.flat(points));
}
