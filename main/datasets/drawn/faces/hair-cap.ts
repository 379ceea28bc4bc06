/** The hair on the skull: outside it follows the crown, inside the hairline over the forehead. */
import { smooth, type Outline } from '../shapes.ts';
import type { Frame } from './frame.ts';
import { arc, curls, oriented, sided } from './hair-shapes.ts';
import type { HairFront } from './kinds.ts';
import type { Face } from './traits.ts';

/** Crowns from above the right ear to above the left ear, for a forehead of half width 0.76 and no volume. */
const round = [0.82, -0.3, 0.74, -0.71, 0.46, -0.98, 0, -1.08, -0.46, -0.97, -0.74, -0.69, -0.82, -0.3];
const tall = [0.84, -0.35, 0.8, -0.85, 0.62, -1.26, 0.1, -1.28, -0.4, -1.1, -0.7, -0.85, -0.83, -0.35];
const crownForehead = 0.76;

/** Hairlines from the right temple to the left, for a forehead of half width 0.76. The parting is on the right. */
const receding = [0.7, -0.3, 0.57, -0.62, 0.42, -0.86, 0.16, -0.7, -0.16, -0.7, -0.42, -0.86, -0.57, -0.62, -0.7, -0.3];
const slick = [0.7, -0.3, 0.56, -0.56, 0.3, -0.7, 0, -0.73, -0.3, -0.7, -0.56, -0.56, -0.7, -0.3];
const fringe = [
  0.7, -0.18, 0.64, -0.32, 0.42, -0.39, 0.14, -0.37, -0.12, -0.395, -0.4, -0.38, -0.64, -0.32, -0.7, -0.18,
];
const swept = [0.7, -0.22, 0.63, -0.5, 0.44, -0.74, 0.44, -0.74, 0.1, -0.56, -0.3, -0.44, -0.6, -0.32, -0.7, -0.14];
const curtain = [0.7, -0.05, 0.63, -0.25, 0.42, -0.5, 0.03, -0.8, 0.03, -0.8, -0.42, -0.5, -0.63, -0.25, -0.7, -0.05];
const plain = [0.7, -0.26, 0.61, -0.5, 0.4, -0.62, 0, -0.63, -0.4, -0.6, -0.6, -0.5, -0.7, -0.26];

const hairlines: Record<Exclude<HairFront, 'none'>, readonly number[]> = {
  buzz: plain,
  receding,
  short: plain,
  swept,
  quiff: plain,
  spiky: plain,
  slick,
  fringe,
  curtain,
  curls: plain,
};

/** How far the hair stands off the skull, in head units. */
function thickness({ hair }: Face): number {
  switch (hair.front) {
    case 'buzz':
      return 0.035;
    case 'receding':
      return 0.05;
    case 'slick':
      return 0.06;
    case 'swept':
      return hair.volume + 0.05;
    default:
      return hair.volume;
  }
}

function crown({ hair, shape }: Face, off: number): number[] {
  if (hair.front === 'spiky') return spikes(hair.side, hair.wave, off);
  const line = oriented(hair.side, hair.front === 'quiff' ? tall : round);
  const scale = shape.forehead / crownForehead;
  return line.map((value, i) => {
    if (i % 2 === 0) return value * (scale + 0.9 * off);
    return value - off * Math.min(1, Math.max(0, (-0.6 - value) / 0.45));
  });
}

/** Seven pointed locks, each a little longer or shorter than its neighbour. */
function spikes(side: number, wave: number, off: number): number[] {
  const points = [0.82, -0.2];
  for (let i = 0; i < 7; i++) {
    const angle = Math.PI * (0.08 + 0.14 * i);
    const reach = 1.12 + off * (1.1 + 0.5 * Math.sin(5 * i + 9 * wave));
    const x = 0.86 * reach * Math.cos(angle) + 0.08 * side;
    const y = -0.22 - 0.9 * reach * Math.sin(angle);
    points.push(x, y, x, y);
    const valley = angle + 0.07 * Math.PI;
    if (i < 6) points.push(0.84 * Math.cos(valley), -0.22 - 0.88 * Math.sin(valley));
  }
  return [...points, -0.82, -0.2];
}

export function capShapes(face: Face, frame: Frame): Outline[] {
  const { hair, shape } = face;
  if (hair.front === 'none') return [];
  const off = thickness(face);
  const low = hair.front === 'buzz' || hair.front === 'receding' ? 0.02 : 0.14;
  const outer = shape.cheek + 0.015;
  const inner = shape.cheek - 0.07;
  const ear = [outer, low, outer, low];
  const temple = [inner, low - 0.02, inner, low - 0.02];
  const scale = shape.forehead / crownForehead;
  const drop = 0.05 * (hair.wave - 0.5);
  // The line is turned round: the outline comes back from the left temple to the right one.
  const line = oriented(-hair.side, sided(-1, hairlines[hair.front]));
  const hairline = line.map((value, i) => (i % 2 ? value + drop : value * scale));
  const cap = smooth([
    ...frame.flat([...ear, ...crown(face, off), ...sided(-1, ear), ...sided(-1, temple)]),
    ...frame.turned(hairline),
    ...frame.flat(temple),
  ]);
  if (hair.front !== 'curls') return [cap];
  const rim = arc(0, -0.32, 0.84 + 0.4 * off, 0.74 + off, -0.02, -0.48, 13);
  const brow = arc(0, -0.36, 0.6, 0.3, -0.03, -0.47, 7);
  return [cap, ...curls(frame, rim, 0.2, hair.wave), ...curls(frame, brow, 0.15, hair.wave + 0.3)];
}
