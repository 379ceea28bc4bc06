/** Eyes, brows, nose and mouth. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix, shade } from '../colour.ts';
import { curve, ellipse, smooth, stroke, type Outline } from '../shapes.ts';
import { ink, white } from './palette.ts';
import type { Scene } from './scene.ts';

export function paintEyes(scene: Scene): void {
  for (const side of [-1, 1]) {
    if (scene.face.eyes.smiling) paintSmilingEye(scene, side);
    else paintEye(scene, side);
    paintBrow(scene, side);
  }
}

/** An eye closed in laughter: one arc. */
function paintSmilingEye({ canvas, face, frame, tones }: Scene, side: number): void {
  const { spacing, width } = face.eyes;
  const { scale } = face.pose;
  const x = side * spacing;
  const arc = [x - width, 0.12, x - 0.55 * width, 0.03, x, 0, x + 0.55 * width, 0.03, x + width, 0.12];
  const line = curve(frame.turned(arc));
  canvas.fill([stroke(line, 0.075 * scale, 0.3)], flat(mix(ink, tones.deep, 0.15)));
}

function paintEye({ canvas, face, frame, tones }: Scene, side: number): void {
  const { spacing, width, slant, open, iris, gaze, lashes, lid } = face.eyes;
  const { scale, tilt } = face.pose;
  const height = face.eyes.height * open;
  const x = side * spacing;
  const y = 0.06;
  const at = (along: number, up: number): readonly [number, number] => [
    x + side * along * width,
    y - up * height - slant * along,
  ];
  const upper = [...at(-1, -0.25), ...at(-0.5, 0.72), ...at(0.1, 1), ...at(0.65, 0.72), ...at(1.02, 0.08)];
  const lower = [...at(0.6, -0.72), ...at(0, -0.98), ...at(-0.6, -0.75)];
  const [cx, cy] = frame.at(x, y);
  // The hollow of the eye, and the lid's colour where it is painted.
  canvas.fill(
    [ellipse(cx, cy - 0.03 * scale, 0.3 * scale, 0.24 * scale, tilt)],
    glow([cx, cy - 0.06 * scale], [0.28 * scale, 0.22 * scale], lid ?? tones.deep, lid ? 0.6 : 0.3),
  );
  const ball = canvas.mask([smooth(frame.turned([...upper.slice(0, 2), ...upper, ...upper.slice(8), ...lower]))]);
  const eyeWhite = mix(white, tones.shadow, 0.1);
  canvas.paint(ball, linear([cx, cy - height * scale], mix(eyeWhite, tones.deep, 0.3), [cx, cy], eyeWhite));
  const [ix, iy] = frame.at(x + gaze[0], y + gaze[1] - 0.008);
  const radius = 0.128 * scale * (face.eyes.width / 0.19);
  canvas.fill([ellipse(ix, iy, radius, radius)], flat(shade(iris, 0.45)), ball);
  const inner = radius * 0.84;
  canvas.fill(
    [ellipse(ix, iy, inner, inner)],
    linear([ix, iy - inner], shade(iris, 0.3), [ix, iy + inner], light(iris, 0.3)),
    ball,
  );
  canvas.fill([ellipse(ix, iy, radius * 0.5, radius * 0.5)], flat(ink), ball);
  const shine = face.light.side * 0.035 * scale;
  canvas.fill([ellipse(ix + shine, iy - 0.05 * scale, 0.038 * scale, 0.04 * scale)], flat(white, 0.95), ball);
  const lash = curve(frame.turned(lashes > 0 ? [...upper, ...at(1.1 + 0.22 * lashes, 0.1 + 0.5 * lashes)] : upper));
  const weight = 0.052 + 0.028 * lashes;
  canvas.fill([stroke(lash, weight * scale, 0.55)], flat(mix(ink, tones.deep, 0.12)));
  const under = curve(frame.turned([...at(0.75, -0.75), ...at(0, -1.12), ...at(-0.7, -0.85)]));
  canvas.fill([stroke(under, 0.03 * scale, 0.8)], flat(tones.deep, 0.45));
}

function paintBrow({ canvas, face, frame, tones }: Scene, side: number): void {
  const { thickness, arch, slope, height } = face.brows;
  const { spacing, width, open, smiling } = face.eyes;
  const x = spacing;
  const y = height - 0.05 * (smiling ? 0.3 : open - 0.8);
  const right = [
    ...[x - width * 1.15, y + 0.03 - slope * 2, x - 0.3 * width, y - arch * 0.75 - slope * 0.6],
    ...[x + 0.55 * width, y - arch + slope * 0.3, x + width * 1.35, y + 0.055 + slope * 0.6],
  ];
  const line = curve(frame.turned(right.map((value, i) => (i % 2 === 0 ? side * value : value))));
  const { natural } = face.hair;
  const pale = natural[0] + natural[1] > 1.3;
  const colour = pale ? mix(shade(natural, 0.28), tones.deep, 0.3) : mix(natural, tones.deep, 0.12);
  canvas.fill([stroke(line, thickness * 1.15 * face.pose.scale, 0.6)], flat(colour, 0.92));
}

/** A side in shade, a wing line and a soft shine on the tip. */
export function paintNose({ canvas, face, frame, tones, skin }: Scene): void {
  const { width, length } = face.nose;
  const { scale } = face.pose;
  const away = -face.light.side / Math.abs(face.light.side);
  // The nose stands out, so it turns further than the face does.
  const out = 0.14 * Math.sin(face.pose.yaw);
  const bridge = [
    0.03 * away,
    -0.02,
    0.03 * away,
    -0.02,
    away * 0.075 + out * 0.6,
    0.2,
    away * (width + 0.02) + out,
    length - 0.03,
  ];
  const base = [away * width * 0.6 + out, length + 0.03, out, length, out, length, 0.02 * away + out * 0.5, 0.2];
  canvas.fill([smooth(frame.turned([...bridge, ...base]))], flat(tones.shadow, 0.34 + 0.3 * face.light.strength), skin);
  canvas.fill(
    [ellipse(...frame.at(out, length - 0.03), 0.13 * scale, 0.12 * scale)],
    glow(frame.at(out, length - 0.03), [0.13 * scale, 0.12 * scale], tones.blush, 0.35),
    skin,
  );
  const wings = [-width + out, length - 0.02, -width * 0.6 + out, length + 0.035, out, length + 0.02];
  const rest = [width * 0.6 + out, length + 0.035, width + out, length - 0.02];
  canvas.fill([stroke(curve(frame.turned([...wings, ...rest])), 0.042 * scale, 0.5)], flat(tones.deep, 0.75), skin);
  const tip = frame.at(out - away * 0.035, length - 0.075);
  canvas.fill([ellipse(tip[0], tip[1], 0.05 * scale, 0.045 * scale)], flat(tones.lit, 0.6), skin);
}

export function paintMouth({ canvas, face, frame, tones, skin }: Scene): void {
  const { width, open, fullness, lip, smirk } = face.mouth;
  const { scale } = face.pose;
  const y = 0.64 * face.shape.length + 0.01;
  const bend = face.mouth.curve * (1 - 0.35 * open);
  // A line between the corners, `lift` lower in the middle: round like an ellipse, or pointed like a lip.
  const line = (lift: number, round: boolean): number[] =>
    [-1, -0.82, -0.45, 0, 0.45, 0.82, 1].flatMap((t) => {
      const inside = 1 - t * t;
      return [t * width, y + bend * (0.1 - 1.1 * t * t) - t * smirk + lift * (round ? Math.sqrt(inside) : inside)];
    });
  const between = (top: readonly number[], bottom: readonly number[]): Outline => {
    const points = [...top.slice(0, 2), ...top, ...top.slice(-2)];
    for (let i = bottom.length - 4; i >= 2; i -= 2) points.push(bottom[i]!, bottom[i + 1]!);
    return smooth(frame.turned(points));
  };
  const gap = 0.23 * open;
  const middle = line(0, true);
  const upperLip = line(-0.06 * fullness, false);
  // The dip in the middle of the upper lip.
  upperLip[7]! += 0.02 * fullness;
  const lowerLip = line(gap + 0.08 * fullness, open > 0);
  const [cx, cy] = frame.at(0, y);
  const lips = between(upperLip, lowerLip);
  canvas.fill([lips], linear([cx, cy - 0.05 * scale], shade(lip, 0.1), [cx, cy + 0.14 * scale], light(lip, 0.1)), skin);
  if (open > 0) {
    const inside = canvas.mask([between(middle, line(gap, true))]);
    canvas.paint(inside, flat(mix(ink, lip, 0.3)));
    const tongue = ellipse(...frame.at(0, y + gap + 0.03), 0.16 * scale, 0.08 * scale);
    canvas.fill([tongue], flat(mix(lip, [0.95, 0.45, 0.45], 0.45)), inside);
    canvas.fill([between(middle, line(0.36 * gap + 0.015, true))], flat(mix(white, tones.shadow, 0.05)), inside);
  } else {
    canvas.fill([stroke(curve(frame.turned(middle)), 0.04 * scale, 0.5)], flat(mix(shade(lip, 0.5), ink, 0.25)));
  }
  if (face.beard.kind === 'full' || face.beard.kind === 'short') return;
  for (const side of [-1, 1]) {
    const [x, cornerY] = frame.at(side * (width + 0.012), y - bend - side * smirk);
    canvas.fill([ellipse(x, cornerY, 0.03 * scale, 0.03 * scale)], flat(mix(tones.deep, lip, 0.2), 0.6));
  }
  const below = frame.at(0, y + gap + 0.08 * fullness + 0.07);
  const hollow = [0.16 * scale, 0.05 * scale] as const;
  canvas.fill([ellipse(...below, ...hollow)], glow(below, hollow, tones.deep, 0.45), skin);
}
