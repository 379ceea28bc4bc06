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

/** cos, sin of `count` angles round the circle. */
function unitCircle(count: number): Float64Array {
  const out = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    out[2 * i] = Math.cos((2 * Math.PI * i) / count);
    out[2 * i + 1] = Math.sin((2 * Math.PI * i) / count);
  }
  return out;
}
/** Enough corners that an ellipse of up to 0.03, 0.1 or 1 looks round at 512 pixels. */
const circles = { small: unitCircle(16), middle: unitCircle(28), large: unitCircle(64) };

/** A turned ellipse; `angle` in radians, clockwise on screen. */
export function ellipse(x: number, y: number, radiusX: number, radiusY: number, angle = 0): Outline {
  const radius = Math.max(radiusX, radiusY);
  const circle = radius < 0.03 ? circles.small : radius < 0.1 ? circles.middle : circles.large;
  const out = new Float64Array(circle.length);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let i = 0; i < out.length; i += 2) {
    const px = radiusX * circle[i]!;
    const py = radiusY * circle[i + 1]!;
    out[i] = x + px * cos - py * sin;
    out[i + 1] = y + px * sin + py * cos;
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
  // One side forth, a half circle of three points, the other side back, another half circle.
  const out = new Float64Array(4 * count + 12);
  const back = out.length - 8;
  for (let i = 0; i < count; i++) {
    const before = 2 * Math.max(0, i - 1);
    const after = 2 * Math.min(count - 1, i + 1);
    const dx = line[after]! - line[before]!;
    const dy = line[after + 1]! - line[before + 1]!;
    const length = Math.sqrt(dx * dx + dy * dy) || 1;
    const along = (2 * i) / Math.max(1, count - 1) - 1;
    const half = (0.5 * width * (1 - taper * along * along)) / length;
    const x = line[2 * i]!;
    const y = line[2 * i + 1]!;
    out[2 * i] = x - dy * half;
    out[2 * i + 1] = y + dx * half;
    out[back - 2 * i] = x + dy * half;
    out[back - 2 * i + 1] = y - dx * half;
    if (i === 0) cap(out, back + 2, x, y, dy * half, -dx * half);
    if (i === count - 1) cap(out, 2 * count, x, y, -dy * half, dx * half);
  }
  return out;
}

/** Writes the half circle about (x, y) that starts at (x + rx, y + ry), without its ends. */
function cap(out: Float64Array, offset: number, x: number, y: number, rx: number, ry: number): void {
  for (let k = 1; k < 4; k++) {
    const cos = Math.cos((Math.PI * k) / 4);
    const sin = -Math.sin((Math.PI * k) / 4);
    out[offset + 2 * k - 2] = x + rx * cos - ry * sin;
    out[offset + 2 * k - 1] = y + rx * sin + ry * cos;
  }
}

/** The points mirrored at x = 0, in reverse order: with the right half they make a symmetric outline. */
export function mirrored(points: Points): number[] {
  const out: number[] = [];
  for (let i = points.length - 2; i >= 0; i -= 2) out.push(-points[i]!, points[i + 1]!);
  return out;
}
