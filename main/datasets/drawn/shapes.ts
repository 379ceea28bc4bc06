/** Outlines and how to make them: smooth curves through points, ellipses, brush strokes. */

/** A closed polygon x0, y0, x1, y1, … */
export type Outline = Float64Array;
/** Points of a curve, x0, y0, x1, y1, … */
export type Points = ArrayLike<number>;

/** Segments between two points of a smooth curve: enough that corners stay below half a pixel at 512 pixels. */
const steps = 6;

/** A smooth closed curve through `points` (Catmull and Rom's spline). A point given twice is a corner. */
export function smooth(points: Points): Outline {
  const count = points.length / 2;
  const out = new Float64Array(count * steps * 2);
  for (let i = 0; i < count; i++) {
    interpolate(points, (i + count - 1) % count, i, (i + 1) % count, (i + 2) % count, out, i * steps * 2);
  }
  return out;
}

/** A smooth open curve through `points`, ends included. */
export function curve(points: Points): Float64Array {
  const count = points.length / 2;
  const out = new Float64Array(((count - 1) * steps + 1) * 2);
  for (let i = 0; i < count - 1; i++) {
    interpolate(points, Math.max(0, i - 1), i, i + 1, Math.min(count - 1, i + 2), out, i * steps * 2);
  }
  out[out.length - 2] = points[2 * count - 2]!;
  out[out.length - 1] = points[2 * count - 1]!;
  return out;
}

function interpolate(
  points: Points,
  a: number,
  b: number,
  c: number,
  d: number,
  out: Float64Array,
  offset: number,
): void {
  for (let axis = 0; axis < 2; axis++) {
    const p0 = points[2 * a + axis]!;
    const p1 = points[2 * b + axis]!;
    const p2 = points[2 * c + axis]!;
    const p3 = points[2 * d + axis]!;
    const c1 = 0.5 * (p2 - p0);
    const c2 = p0 - 2.5 * p1 + 2 * p2 - 0.5 * p3;
    const c3 = 1.5 * (p1 - p2) + 0.5 * (p3 - p0);
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      out[offset + 2 * step + axis] = p1 + t * (c1 + t * (c2 + t * c3));
    }
  }
}

/** A turned ellipse; `angle` in radians, clockwise on screen. */
export function ellipse(x: number, y: number, radiusX: number, radiusY: number, angle = 0): Outline {
  const count = Math.max(radiusX, radiusY) < 0.15 ? 24 : 48;
  const out = new Float64Array(2 * count);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let i = 0; i < count; i++) {
    const theta = (2 * Math.PI * i) / count;
    const px = radiusX * Math.cos(theta);
    const py = radiusY * Math.sin(theta);
    out[2 * i] = x + px * cos - py * sin;
    out[2 * i + 1] = y + px * sin + py * cos;
  }
  return out;
}

/** A rectangle with corners at (left, top) and (right, bottom). */
export function rectangle(left: number, top: number, right: number, bottom: number): Outline {
  return Float64Array.of(left, top, right, top, right, bottom, left, bottom);
}

/**
 * A brush stroke along an open line of points with round ends. `width` is the full width at the middle,
 * `taper` (0 … 1) how much thinner the two ends are.
 */
export function stroke(line: Points, width: number, taper = 0): Outline {
  const count = line.length / 2;
  const left: number[] = [];
  const right: number[] = [];
  for (let i = 0; i < count; i++) {
    const before = Math.max(0, i - 1);
    const after = Math.min(count - 1, i + 1);
    const dx = line[2 * after]! - line[2 * before]!;
    const dy = line[2 * after + 1]! - line[2 * before + 1]!;
    const length = Math.sqrt(dx * dx + dy * dy) || 1;
    const along = (2 * i) / Math.max(1, count - 1) - 1;
    const half = 0.5 * width * (1 - taper * along * along);
    left.push(line[2 * i]! - (dy / length) * half, line[2 * i + 1]! + (dx / length) * half);
    right.push(line[2 * i]! + (dy / length) * half, line[2 * i + 1]! - (dx / length) * half);
  }
  const out = [...left];
  cap(out, line, count - 1, left);
  for (let i = count - 1; i >= 0; i--) out.push(right[2 * i]!, right[2 * i + 1]!);
  cap(out, line, 0, right);
  return Float64Array.from(out);
}

/** Adds the half circle round point `i` of the line that starts at its point in `from`. */
function cap(out: number[], line: Points, i: number, from: readonly number[]): void {
  const x = line[2 * i]!;
  const y = line[2 * i + 1]!;
  const rx = from[2 * i]! - x;
  const ry = from[2 * i + 1]! - y;
  for (let k = 1; k < 4; k++) {
    const angle = (-Math.PI * k) / 4;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    out.push(x + rx * cos - ry * sin, y + rx * sin + ry * cos);
  }
}

/** The points mirrored at x = 0 in reverse order, so that a right half followed by it closes a symmetric outline. */
export function mirrored(points: Points): number[] {
  const out: number[] = [];
  for (let i = points.length - 2; i >= 0; i -= 2) out.push(-points[i]!, points[i + 1]!);
  return out;
}
