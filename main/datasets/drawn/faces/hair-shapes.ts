/** Outlines of hairstyles in head units: the mass behind the head, and the locks that fall before the shoulders. */
import { ellipse, mirrored, smooth, type Outline } from '../shapes.ts';
import type { Frame } from './frame.ts';
import type { Face, Hair } from './traits.ts';

/** A whole outline from its right half, given from the crown down; points on the axis are not repeated. */
export function symmetric(frame: Frame, right: readonly number[]): Outline {
  const points = [...right];
  for (let i = right.length - 2; i >= 0; i -= 2) if (right[i] !== 0) points.push(-right[i]!, right[i + 1]!);
  return smooth(frame.flat(points));
}

/** The line seen from the other side where `side` is −1. */
export function sided(side: number, points: readonly number[]): number[] {
  return points.map((value, i) => (i % 2 ? value : side * value));
}

/** Fuller and longer hair: every point off the axis moves out by `wide`, everything below the mouth down by `longer`. */
function grown(points: readonly number[], wide: number, longer: number): number[] {
  return points.map((value, i) => (i % 2 ? value + (value > 0.7 ? longer : 0) : value + Math.sign(value) * wide));
}

/** A cloud of curls: a disc round every point. */
export function curls(frame: Frame, centres: readonly number[], radius: number, jitter: number): Outline[] {
  const placed = frame.flat(centres);
  return Array.from({ length: placed.length / 2 }, (_, i) => {
    const size = radius * (1 + 0.25 * Math.sin(i * 2.4 + 6 * jitter)) * frame.pose.scale;
    return ellipse(placed[2 * i]!, placed[2 * i + 1]!, size, size);
  });
}

/** Points on an ellipse about (x, y) from `from` to `to`, in turns; 0 is the right, a quarter the bottom. */
export function arc(x: number, y: number, rx: number, ry: number, from: number, to: number, count: number): number[] {
  const points: number[] = [];
  for (let i = 0; i < count; i++) {
    const angle = 2 * Math.PI * (from + ((to - from) * i) / (count - 1));
    points.push(x + rx * Math.cos(angle), y + ry * Math.sin(angle));
  }
  return points;
}

/** An ellipse in head units. */
function disc(frame: Frame, x: number, y: number, radiusX: number, radiusY: number, angle = 0): Outline {
  const [cx, cy] = frame.flat([x, y]);
  return ellipse(cx!, cy!, radiusX * frame.pose.scale, radiusY * frame.pose.scale, angle);
}

const bob = [0, -1.05, 0.6, -0.9, 0.9, -0.2, 0.95, 0.4, 0.88, 0.95, 0.5, 1.02, 0, 1];
const long = [0, -1.05, 0.6, -0.9, 0.9, -0.2, 0.94, 0.6, 1, 1.4, 0.96, 2.2, 0, 2.3];
const wavy = [
  0, -1.05, 0.6, -0.92, 0.92, -0.3, 0.88, 0.15, 1.11, 0.6, 0.94, 1, 1.24, 1.45, 1.04, 1.85, 0.95, 2.3, 0, 2.3,
];
const ponytail = [
  0.4, -0.95, 0.75, -1.12, 1.15, -0.8, 1.25, -0.1, 1.12, 0.75, 0.95, 1.05, 0.95, 1.05, 0.86, 0.71, 0.8, 0, 0.6, -0.5,
];
const pigtail = [0.8, -0.1, 1.05, -0.3, 1.35, 0.05, 1.4, 0.6, 1.2, 1.1, 1.2, 1.1, 1.02, 0.65, 0.9, 0.25];

/** What is seen of the hair behind the head and shoulders. */
export function backShapes({ hair }: Face, frame: Frame): Outline[] {
  const { volume, length, wave, side } = hair;
  switch (hair.back) {
    case 'none':
    case 'braids':
      return [];
    case 'bob':
      return [symmetric(frame, grown(bob, volume, 0.2 * length))];
    case 'long':
      return [symmetric(frame, grown(long, volume, 0))];
    case 'wavy':
      return [symmetric(frame, grown(wavy, volume, 0))];
    case 'cloud': {
      const rim = arc(0, 0.15, 1.04 + 0.5 * volume, 1.22, 0.14, -0.64, 19);
      return [disc(frame, 0, 0.1, 1.05, 1.2), ...curls(frame, rim, 0.24, wave)];
    }
    case 'afro': {
      const radius = 1.1 + 0.8 * volume;
      const rim = arc(0, -0.3, radius * 0.97, radius * 0.95, 0.15, -0.65, 24);
      return [disc(frame, 0, -0.3, radius, radius * 0.98), ...curls(frame, rim, 0.15, wave)];
    }
    case 'ponytail':
      return [smooth(frame.flat(sided(side, grown(ponytail, 0, 0.5 * length - 0.2))))];
    case 'pigtails':
      return [-1, 1].map((s) => smooth(frame.flat(sided(s, grown(pigtail, 0, 0.4 * length)))));
    case 'bun': {
      const radius = 0.3 + 0.1 * length;
      return [disc(frame, 0.1 * side, -1.18 - volume, radius, 0.92 * radius)];
    }
    case 'buns':
      return [-1, 1].map((s) => disc(frame, s * 0.66, -1, 0.31, 0.29));
  }
}

/** How far down loose hair falls before the shoulders, in head units; undefined where it does not. */
function fall({ front, back, length }: Hair): number | undefined {
  if (front === 'slick') return undefined;
  if (back === 'bob') return 0.85 + 0.25 * length;
  if (back === 'long') return 1.5 + 0.55 * length;
  return back === 'wavy' ? 1.4 + 0.5 * length : undefined;
}

/** Locks that fall before the shoulders: the ends of long hair, and braids. */
export function lockShapes({ hair, shape }: Face, frame: Frame): Outline[] {
  const { volume, wave } = hair;
  const inner = shape.cheek;
  if (hair.back === 'braids') {
    return [-1, 1].flatMap((side) =>
      Array.from({ length: 6 }, (_, i) => {
        const x = side * (inner + 0.06 + 0.05 * Math.sin(i * 0.8));
        return disc(frame, x, 0.42 + 0.27 * i, 0.19 - 0.012 * i, 0.17, 0.5 * side);
      }),
    );
  }
  const tip = fall(hair);
  if (tip === undefined) return [];
  const sway = hair.back === 'wavy' ? 0.06 + 0.05 * wave : 0;
  const outer = inner + volume;
  const lock = [
    ...[0.55, -0.66, outer + 0.06, -0.35, outer + 0.12, 0.15, outer + 0.12 + sway, 0.5 * tip],
    ...[outer + 0.1 - sway, 0.8 * tip, inner + 0.02 + 0.5 * volume, tip, inner + 0.02 + 0.5 * volume, tip],
    ...[inner - 0.08 + sway, 0.75 * tip, inner - 0.1 - sway, 0.5 * tip, inner - 0.05, 0.1, 0.66, -0.3],
  ];
  return [-1, 1].map((side) => smooth(frame.flat(sided(side, lock))));
}

/** `line` from right to left, mirrored where `side` is −1 so that its marked side is the other one. */
export function oriented(side: number, line: readonly number[]): number[] {
  return side > 0 ? [...line] : mirrored(line);
}
