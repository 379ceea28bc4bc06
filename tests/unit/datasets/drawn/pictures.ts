/** Measures of pictures that the tests of drawn pictures share. */
import { createHash } from 'node:crypto';

export const fingerprint = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** Brightness 0 … 1 per pixel. */
export function brightness(rgb: Uint8Array): Float64Array {
  return Float64Array.from(
    { length: rgb.length / 3 },
    (_, i) => (0.3 * rgb[3 * i]! + 0.59 * rgb[3 * i + 1]! + 0.11 * rgb[3 * i + 2]!) / 255,
  );
}

/** Root mean square difference of two pictures in levels of 255. */
export function distance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

/** Means of 2 × 2 pixels: the picture at half its size. */
export function halved(rgb: Uint8Array, size: number): Float64Array {
  const half = size / 2;
  const out = new Float64Array(half * half * 3);
  for (let i = 0; i < rgb.length; i++) {
    const x = Math.floor(i / 3) % size;
    const y = Math.floor(i / (3 * size));
    out[3 * ((y >> 1) * half + (x >> 1)) + (i % 3)]! += rgb[i]! / 4;
  }
  return out;
}

export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;
  const meanA = mean(a);
  const meanB = mean(b);
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const da = a[i]! - meanA;
    const db = b[i]! - meanB;
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/**
 * Exponent of the power spectrum of brightness between 3 and 24 cycles across a picture of 64 pixels: the slope of
 * log power over log frequency, under a Hann window, rings weighted by 1/f so that each octave counts the same.
 */
export function spectralExponent(rgb: Uint8Array): number {
  const size = 64;
  const grey = brightness(rgb);
  const mean = grey.reduce((sum, v) => sum + v, 0) / grey.length;
  const hann = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size));
  const windowed = grey.map((v, i) => (v - mean) * hann[i % size]! * hann[Math.floor(i / size)]!);
  const rings = ringPower(windowed, size);
  let [weights, x1, y1, xx, xy] = [0, 0, 0, 0, 0];
  for (let f = 3; f <= 24; f++) {
    const x = Math.log(f);
    const y = Math.log(rings[f]! + 1e-12);
    weights += 1 / f;
    x1 += x / f;
    y1 += y / f;
    xx += (x * x) / f;
    xy += (x * y) / f;
  }
  return (weights * xy - x1 * y1) / (weights * xx - x1 * x1);
}

/** Mean power per whole frequency, by a plain separable Fourier transform. */
function ringPower(values: Float64Array, size: number): Float64Array {
  const cos = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sin = Float64Array.from({ length: size }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const half = size / 2;
  const rowsRe = new Float64Array(size * half);
  const rowsIm = new Float64Array(size * half);
  for (let y = 0; y < size; y++) {
    for (let u = 0; u < half; u++) {
      for (let x = 0; x < size; x++) {
        rowsRe[y * half + u]! += values[y * size + x]! * cos[(u * x) % size]!;
        rowsIm[y * half + u]! -= values[y * size + x]! * sin[(u * x) % size]!;
      }
    }
  }
  const power = new Float64Array(size);
  const counts = new Float64Array(size);
  for (let u = 0; u < half; u++) {
    for (let v = -half; v < half; v++) {
      let [re, im] = [0, 0];
      for (let y = 0; y < size; y++) {
        const at = (((v * y) % size) + size) % size;
        const [a, b] = [rowsRe[y * half + u]!, rowsIm[y * half + u]!];
        re += a * cos[at]! + b * sin[at]!;
        im += b * cos[at]! - a * sin[at]!;
      }
      const ring = Math.round(Math.hypot(u, v));
      power[ring]! += re * re + im * im;
      counts[ring]! += 1;
    }
  }
  return power.map((sum, i) => (counts[i]! > 0 ? sum / counts[i]! : 0));
}
