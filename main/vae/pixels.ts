/** Pixels ↔ tensors: RGB bytes, row by row, and float32 planes in [−1, 1]. */

/** Writes one picture (RGB bytes, height × width × 3) as three planes at `offset` of `out`. */
export function toPlanes(rgb: Uint8Array, out: Float32Array, offset: number): void {
  const pixels = rgb.length / 3;
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < 3; channel++)
      out[offset + channel * pixels + i] = rgb[3 * i + channel]! / 127.5 - 1;
  }
}

/** Fills the second half of planes [2, 3, side, side] with the mirror image of the first. */
export function mirrorPlanes(planes: Float32Array, side: number): void {
  const half = planes.length / 2;
  for (let at = 0; at < half; at += side) {
    planes.copyWithin(half + at, at, at + side);
    planes.subarray(half + at, half + at + side).reverse();
  }
}

/** RGB bytes of one picture of `pixels` pixels from planes at `offset`. Values beyond white and black are shown as such. */
export function fromPlanes(planes: Float32Array, offset: number, pixels: number): Uint8Array {
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * i + channel] = Math.min(
        255,
        Math.max(0, Math.round((planes[offset + channel * pixels + i]! + 1) * 127.5)),
      );
    }
  }
  return rgb;
}

/** Peak signal-to-noise ratio in dB of two byte pictures. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10(255 ** 2 / (sum / a.length));
}
