/** Beards and moustaches: painted over the skin and under the mouth. */
import { flat, glow, linear } from '../canvas.ts';
import { light, mix, shade } from '../colour.ts';
import { mirrored, smooth, type Outline } from '../shapes.ts';
import type { Scene } from './scene.ts';

export function paintBeard(scene: Scene): void {
  const { canvas, face, tones, skin } = scene;
  const { kind, colour } = face.beard;
  if (kind === 'none') return;
  const { x, y, scale } = face.pose;
  if (kind === 'stubble') {
    const soft = canvas.mask([jawShape(scene, 0), moustacheShape(scene)]).blur(canvas.view, 0.05 * scale);
    canvas.paint(soft, flat(mix(colour, tones.shadow, 0.45), 0.4), skin);
    return;
  }
  if (kind === 'moustache' || kind === 'handlebar') return;
  const length = kind === 'full' ? 0.12 + 0.24 * face.beard.length : 0.035;
  const moustache = moustacheShape(scene);
  const whole = kind !== 'goatee';
  // Soft towards the cheeks, sharp against the wall: a wider soft shape, cut at the outline.
  const wide = [whole ? jawShape(scene, length, 0.12) : chinShape(scene), moustache];
  const mass = canvas.mask(wide).blur(canvas.view, (whole ? 0.04 : 0.02) * scale);
  const cut = whole ? canvas.mask([jawShape(scene, length, 0, 0.06), moustache]) : undefined;
  const opacity = kind === 'short' ? 0.9 : 1;
  canvas.paint(
    mass,
    linear([x, y + 0.4 * scale], colour, [x, y + 1.2 * scale], shade(colour, 0.18), [opacity, opacity]),
    cut,
  );
  const lit = [x + 0.5 * face.light.side * scale, y + 0.8 * scale] as const;
  canvas.paint(mass, glow(lit, [0.5 * scale, 0.45 * scale], light(colour, 0.3), 0.45 * face.light.strength), cut);
}

/** A moustache alone covers the upper lip. */
export function paintMoustache(scene: Scene): void {
  const { canvas, face } = scene;
  const { kind, colour } = face.beard;
  if (kind !== 'moustache' && kind !== 'handlebar') return;
  const [x, y] = scene.frame.at(0, 0.55);
  const { scale } = face.pose;
  canvas.fill(
    [moustacheShape(scene)],
    linear([x, y - 0.1 * scale], light(colour, 0.12), [x, y + 0.12 * scale], shade(colour, 0.12)),
  );
}

/**
 * The lower face to the ears, `length` longer than the chin; the mouth lies in its middle. `margin` widens it outwards,
 * `rise` lifts its border on the cheeks.
 */
function jawShape({ face, frame }: Scene, length: number, margin = 0, rise = 0): Outline {
  const { cheek, jaw, chin, length: bottom } = face.shape;
  const grown = 0.4 * length + margin;
  const right = [
    ...[
      cheek + 0.01 + margin,
      0.05,
      cheek + 0.02 + 0.3 * grown + 0.7 * margin,
      0.36,
      jaw + 0.03 + grown,
      0.68 * bottom,
    ],
    ...[
      0.5 * (jaw + chin) + 0.02 + 0.7 * grown,
      0.87 * bottom + 0.5 * length,
      chin * 0.9,
      0.97 * bottom + 0.92 * length,
    ],
  ];
  const outer: number[] = [];
  const push = (points: readonly number[]): void => {
    const swing = 0.2 * Math.sin(face.pose.yaw);
    const nod = 0.25 * Math.sin(face.pose.pitch);
    for (let i = 0; i < points.length; i += 2) {
      const low = Math.max(0, points[i + 1]! + 0.1);
      outer.push(points[i]! + swing * low, points[i + 1]! + nod * low);
    }
  };
  push([...right, 0, bottom + length + margin]);
  for (let i = right.length - 2; i >= 0; i -= 2) push([-right[i]!, right[i + 1]!]);
  const half = [0, 0.5, 0.2, 0.5, 0.44, 0.54, 0.62, 0.4, cheek - 0.1, 0.1].map((v, i) => (i % 2 ? v - rise : v));
  const inner = [...mirrored(half).slice(0, -2), ...half];
  return smooth([...frame.flat(outer), ...frame.turned(inner)]);
}

function chinShape({ face, frame }: Scene): Outline {
  const bottom = face.shape.length;
  const drop = 0.1 * face.beard.length;
  return smooth(
    frame.turned([
      ...[
        0.3,
        0.58,
        0.36,
        0.72,
        0.27,
        0.9 * bottom + 0.02,
        0.12,
        bottom + drop,
        -0.12,
        bottom + drop,
        -0.27,
        0.9 * bottom + 0.02,
      ],
      ...[-0.36, 0.72, -0.3, 0.58, -0.22, 0.7, 0, 0.76, 0.22, 0.7],
    ]),
  );
}

function moustacheShape({ face, frame }: Scene): Outline {
  const y = 0.55;
  const width = face.mouth.width + 0.06;
  const handlebar = face.beard.kind === 'handlebar';
  const tip = handlebar ? y - 0.1 : y + 0.13;
  const right = [0, y - 0.055, 0.14, y - 0.07, width * 0.75, y - 0.01, width + (handlebar ? 0.12 : 0), tip];
  const under = [width + (handlebar ? 0.12 : 0), tip, width * 0.62, y + 0.11, 0.12, y + 0.065];
  const points = [...right, ...under, 0, y + 0.03];
  const half = [...right, ...under];
  for (let i = half.length - 2; i > 0; i -= 2) points.push(-half[i]!, half[i + 1]!);
  return smooth(frame.turned(points));
}
