/** Neck, ears and the bare face with its soft light. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix } from '../colour.ts';
import { ellipse, smooth } from '../shapes.ts';
import type { Scene } from './scene.ts';

/** Neck and shoulders without clothes, with the shadow that the head casts. */
export function paintNeck({ canvas, face, frame, tones, body, bodyPoints }: Scene): void {
  const half = 0.3 + 0.08 * (face.shape.jaw / 0.68 - 0.9);
  const [leftX, leftY] = frame.flat([-half, 0.5]);
  const [rightX, rightY] = frame.flat([half, 0.5]);
  const torso = [half + 0.02, -0.12, half + 0.1, 0.03, 0.8, 0.16, 1.24, 0.34, 1.42, 0.7, 1.5, 1.6, 1.5, 1.6];
  const outline = [leftX!, leftY!, leftX!, leftY!, rightX!, rightY!, rightX!, rightY!, ...bodyPoints(torso)];
  for (let i = torso.length - 2; i >= 0; i -= 2) outline.push(...body(-torso[i]!, torso[i + 1]!));
  const skin = canvas.mask([smooth(outline)]);
  const { x, y, scale } = face.pose;
  canvas.paint(skin, linear([x, y + 0.9 * scale], tones.shadow, [x, y + 1.9 * scale], tones.base));
  const chin = frame.at(0, 1);
  canvas.paint(skin, glow([chin[0], chin[1] + 0.04 * scale], [0.75 * scale, 0.42 * scale], tones.deep, 0.85));
}

export function paintEars({ canvas, face, frame, tones }: Scene): void {
  const turn = Math.sin(face.pose.yaw);
  for (const side of [-1, 1]) {
    const x = side * (face.shape.cheek + 0.03) - 0.1 * turn;
    const [cx, cy] = frame.flat([x, 0.16]);
    const { scale, tilt } = face.pose;
    const lean = tilt + side * 0.16;
    const lit = side * face.light.side > 0;
    canvas.fill([ellipse(cx!, cy!, 0.13 * scale, 0.21 * scale, lean)], flat(lit ? tones.base : tones.shadow));
    const [ix, iy] = frame.flat([x + side * 0.015, 0.16]);
    canvas.fill([ellipse(ix!, iy!, 0.065 * scale, 0.125 * scale, lean)], flat(tones.deep, 0.5));
  }
}

/** Skin, the side away from the light in shade, warm cheeks, and a soft shine where the face stands out. */
export function paintFace({ canvas, face, frame, tones, skin }: Scene): void {
  const { scale } = face.pose;
  const { side, strength, colour } = face.light;
  canvas.paint(skin, flat(tones.base));
  const lit = frame.at(side * 0.55, -0.4);
  const dark = frame.at(-side * 0.8, 0.55);
  canvas.paint(skin, linear(lit, tones.shadow, dark, tones.shadow, [0, 0.85 * strength]));
  canvas.paint(skin, glow(frame.at(-side * 1.05, 0.6), [0.62 * scale, 0.95 * scale], tones.deep, 0.42 * strength));
  canvas.paint(
    skin,
    glow(frame.at(side * 0.3, -0.42), [0.62 * scale, 0.5 * scale], mix(tones.lit, colour, 0.25), 0.5 * strength),
  );
  for (const cheek of [-1, 1]) {
    canvas.paint(skin, glow(frame.at(cheek * 0.47, 0.42), [0.3 * scale, 0.24 * scale], tones.blush, face.blush));
  }
  canvas.paint(
    skin,
    glow(frame.at(side * 0.5, 0.22), [0.22 * scale, 0.17 * scale], light(tones.lit, 0.1), 0.32 * strength),
  );
  if (face.freckles > 0) paintFreckles({ canvas, face, frame, tones, skin });
}

function paintFreckles({
  canvas,
  face,
  frame,
  tones,
}: Pick<Scene, 'canvas' | 'face' | 'frame' | 'tones' | 'skin'>): void {
  const { scale } = face.pose;
  const spots = [0.3, 0.36, 0.42, 0.3, 0.52, 0.38, 0.38, 0.44, 0.5, 0.48, 0.13, 0.3];
  const outlines = [];
  for (let i = 0; i < spots.length; i += 2) {
    for (const side of [-1, 1]) {
      const [x, y] = frame.at(side * spots[i]!, spots[i + 1]!);
      outlines.push(ellipse(x, y, 0.026 * scale, 0.022 * scale));
    }
  }
  canvas.fill(outlines, flat(tones.deep, 0.5 * face.freckles));
}
