/** Soft focus: two running-mean passes each way, with a fractional radius so that softness scales with the picture. */

/** The part of a plane to work on, half open. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Blurs `plane` (row-major, `stride` values a row) in place inside `box` by `radius` pixels; beyond the box is what its edge is. */
export function blurPlane(plane: Float32Array, stride: number, box: Box, radius: number): void {
  if (radius < 0.05) return;
  const line = new Float64Array(Math.max(box.right - box.left, box.bottom - box.top));
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  for (let pass = 0; pass < 2; pass++) {
    for (let y = box.top; y < box.bottom; y++) meanLine(plane, y * stride + box.left, 1, width, radius, line);
    for (let x = box.left; x < box.right; x++) meanLine(plane, box.top * stride + x, stride, height, radius, line);
  }
}

/** Running mean over [i − radius, i + radius]; the two outermost values count by their fraction. */
function meanLine(
  plane: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  line: Float64Array,
): void {
  for (let i = 0; i < length; i++) line[i] = plane[start + i * step]!;
  const whole = Math.floor(radius);
  const part = radius - whole;
  const weight = 1 / (2 * radius + 1);
  const last = length - 1;
  let sum = 0;
  for (let i = -whole; i <= whole; i++) sum += line[i < 0 ? 0 : i > last ? last : i]!;
  for (let i = 0; i < length; i++) {
    const before = i - whole - 1;
    const after = i + whole + 1;
    const left = line[before < 0 ? 0 : before]!;
    const right = line[after > last ? last : after]!;
    plane[start + i * step] = (sum + part * (left + right)) * weight;
    const leaving = i - whole;
    sum += right - line[leaving < 0 ? 0 : leaving > last ? last : leaving]!;
  }
}
