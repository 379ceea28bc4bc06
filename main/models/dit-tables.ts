/** The DiT's fixed tables: positions, rotations, and Fourier transforms as matrices. All in double precision, then float32. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

const table = (rows: number, columns: number, at: (row: number, column: number) => number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));

/**
 * Fixed 2-D sine-cosine positions [tokens, width], token = y·grid + x: the first half of the width encodes x, the
 * second half y; in each half all sines, then all cosines, with ω_k = 10000^(−k/(width/4)).
 *
 * Source  He et al., 2022, Masked Autoencoders, its reference code (pos_embed.py), as used by DiT
 */
export function sinCosValues(width: number, grid: number): Float32Array {
  const quarter = width / 4;
  return table(grid * grid, width, (token, column) => {
    const place = column < width / 2 ? token % grid : Math.floor(token / grid);
    const k = column % quarter;
    const angle = place / 10_000 ** (k / quarter);
    return Math.floor(column / quarter) % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
export const sinCosPositions = (width: number, grid: number): Tensor =>
  ops.constant(sinCosValues(width, grid), [grid * grid, width]);

/**
 * Rotary tables [tokens, size]: the first half of a head's dimensions turns with the row, the second with the column,
 * by position · 10000^(−2k/half), each angle for a pair of neighbours.
 *
 * Source  Su et al., 2021, RoFormer, Eq. 15, arXiv:2104.09864, in the axial 2-D form of EVA-02
 */
export function ropeAngles(size: number, grid: number): Float64Array {
  const half = size / 2;
  return Float64Array.from({ length: grid * grid * size }, (_, i) => {
    const token = Math.floor(i / size);
    const column = i % size;
    const place = column < half ? Math.floor(token / grid) : token % grid;
    const k = Math.floor((column % half) / 2);
    return place * 10_000 ** ((-2 * k) / half);
  });
}
export function ropeTables(size: number, grid: number): { cos: Tensor; sin: Tensor } {
  const angles = ropeAngles(size, grid);
  const shape = [grid * grid, size];
  return {
    cos: ops.constant(Float32Array.from(angles, Math.cos), shape),
    sin: ops.constant(Float32Array.from(angles, Math.sin), shape),
  };
}

/** (x₁, x₂) → (−x₂, x₁) on neighbouring pairs of the last axis, as a product with a fixed matrix: strided slices are slower. */
export function rotateHalf(x: Tensor): Tensor {
  const size = x.shape.at(-1)!;
  const turn = table(size, size, (from, to) => (to % 2 === 0 ? (from === to + 1 ? -1 : 0) : from === to - 1 ? 1 : 0));
  return ops.reshape(ops.matMul(ops.reshape(x, [-1, size]), ops.constant(turn, [size, size])), x.shape);
}

/** Rows of the real 2-D transform: frequencies (ky, kx) with kx ≤ grid/2, in that order. */
function frequencies(grid: number): { ky: number; kx: number; weight: number }[] {
  const half = Math.floor(grid / 2);
  return Array.from({ length: grid * (half + 1) }, (_, i) => {
    const kx = i % (half + 1);
    // The inverse counts each kx and its mirror image, but 0 and the middle frequency are their own mirror.
    return { ky: Math.floor(i / (half + 1)), kx, weight: kx === 0 || 2 * kx === grid ? 1 : 2 };
  });
}

/**
 * irfft2(rfft2(u) · w) over the token grid for each channel, both transforms with norm “ortho”, as matrix products.
 * u [batch, tokens, width]; w [width, grid, grid/2 + 1, 2] holds real and imaginary parts.
 */
export function frequencyFilter(u: Tensor, w: Tensor, grid: number): Tensor {
  const rows = frequencies(grid);
  const tokens = grid * grid;
  const angle = (row: number, token: number) =>
    (2 * Math.PI * (rows[row]!.ky * Math.floor(token / grid) + rows[row]!.kx * (token % grid))) / grid;
  const analysis = (part: (angle: number) => number) =>
    ops.constant(
      table(rows.length, tokens, (row, token) => part(angle(row, token)) / grid),
      [rows.length, tokens],
    );
  const synthesis = (part: (angle: number) => number) =>
    ops.constant(
      table(tokens, rows.length, (token, row) => (rows[row]!.weight * part(angle(row, token))) / grid),
      [tokens, rows.length],
    );
  const real = ops.matMul(analysis(Math.cos), u);
  const imaginary = ops.matMul(
    analysis((a) => -Math.sin(a)),
    u,
  );
  const [wReal, wImaginary] = ops.split(
    ops.transpose(ops.reshape(w, [w.shape[0], rows.length, 2]), [2, 1, 0]),
    2,
    0,
  ) as [Tensor, Tensor];
  const filteredReal = ops.sub(ops.mul(real, wReal), ops.mul(imaginary, wImaginary));
  const filteredImaginary = ops.add(ops.mul(real, wImaginary), ops.mul(imaginary, wReal));
  return ops.add(
    ops.matMul(synthesis(Math.cos), filteredReal),
    ops.matMul(
      synthesis((a) => -Math.sin(a)),
      filteredImaginary,
    ),
  );
}
