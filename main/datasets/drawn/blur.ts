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
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const line = new Float64Array(Math.max(width, height) + 2 * Math.floor(radius) + 2);
  for (let pass = 0; pass < 2; pass++) {
    for (let y = box.top; y < box.bottom; y++) meanLine(plane, y * stride + box.left, 1, width, radius, line);
    for (let x = box.left; x < box.right; x++) meanLine(plane, box.top * stride + x, stride, height, radius, line);
  }
}

/** Blurs a whole picture of three interleaved channels in place by `radius` pixels. */
export function blurPicture(pixels: Float32Array, size: number, radius: number): void {
  if (radius < 0.05) return;
  const line = new Float64Array(size + 2 * Math.floor(radius) + 2);
  for (let pass = 0; pass < 2; pass++) {
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < size; i++) meanLine(pixels, 3 * i * size + channel, 3, size, radius, line);
      for (let i = 0; i < size; i++) meanLine(pixels, 3 * i + channel, 3 * size, size, radius, line);
    }
  }
}

/** Running mean over [i − radius, i + radius]; the two outermost values count by their fraction. `line` is scratch. */
function meanLine(
  plane: Float32Array,
  start: number,
  step: number,
  length: number,
  radius: number,
  line: Float64Array,
): void {
  const whole = Math.floor(radius);
  const part = radius - whole;
  const weight = 1 / (2 * radius + 1);
  // The line with its ends repeated as far as the mean reaches.
  const margin = whole + 1;
  line.fill(plane[start]!, 0, margin);
  for (let i = 0, at = start; i < length; i++, at += step) line[margin + i] = plane[at]!;
  line.fill(line[margin + length - 1]!, margin + length, length + 2 * margin);
  let sum = 0;
  for (let i = 1; i < 2 * margin; i++) sum += line[i]!;
  for (let i = 0, at = start; i < length; i++, at += step) {
    const entering = line[i + 2 * margin]!;
    plane[at] = (sum + part * (line[i]! + entering)) * weight;
    sum += entering - line[i + 1]!;
  }
}
