import { describe, expect, it } from 'vitest';
import { drawFace } from '../../../../main/datasets/drawn/faces.ts';
import { brightness, correlation, distance, fingerprint, halved } from './pictures.ts';

const face = (index: number, size = 64, seed = 1): Uint8Array => drawFace({ seed, index, size });

describe('drawn faces', () => {
  it('are the same bytes on every machine: regression', () => {
    // The same on Node 20 and 24. A change of the drawing changes these on purpose, and every sample set with them.
    expect([0, 1, 4095].map((index) => fingerprint(face(index)))).toEqual([
      'f9390cb8445f3fbb',
      'dca288b667d11167',
      'c37d6b06a96d703a',
    ]);
    expect(fingerprint(face(7, 256, 42))).toBe('d90c313fe56bb4fb');
  });

  it('depend on seed and index alone, not on what was drawn before', () => {
    const forwards = [0, 1, 2, 3].map((index) => fingerprint(face(index)));
    const backwards = [3, 2, 1, 0].map((index) => fingerprint(face(index))).reverse();
    expect(backwards).toEqual(forwards);
    expect(fingerprint(face(0, 64, 2))).not.toBe(forwards[0]);
  });

  it('are RGB of the size asked for, at any size', () => {
    for (const size of [32, 40, 64, 512]) expect(face(5, size)).toHaveLength(size * size * 3);
  });

  it('are all different: 4,096 without two alike', { timeout: 120_000 }, () => {
    const seen = new Set<string>();
    for (let index = 0; index < 4096; index++) seen.add(fingerprint(face(index, 24)));
    expect(seen.size).toBe(4096);
  });

  it('differ clearly from one another, not by a shade', () => {
    const sample = Array.from({ length: 160 }, (_, index) => face(index, 32));
    let nearest = Infinity;
    for (let i = 0; i < sample.length; i++) {
      for (let j = 0; j < i; j++) nearest = Math.min(nearest, distance(sample[i]!, sample[j]!));
    }
    // In levels of 255; the same person at a size off by one pixel in 32 is about 12 away.
    expect(nearest).toBeGreaterThan(12);
  });

  it('only gain detail when drawn larger', () => {
    for (let index = 0; index < 24; index++) {
      expect(correlation(halved(face(index, 128), 128), face(index, 64))).toBeGreaterThan(0.99);
    }
  });

  it('use the range of values, with varied colour, and are seldom cut off at its ends', () => {
    let [sum, squares, ends, colourful, count] = [0, 0, 0, 0, 0];
    for (let index = 0; index < 100; index++) {
      const bytes = face(index);
      expect(Math.min(...bytes)).toBeLessThan(70);
      expect(Math.max(...bytes)).toBeGreaterThan(200);
      for (let i = 0; i < bytes.length; i += 3) {
        const [r, g, b] = [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!];
        for (const value of [r, g, b]) {
          sum += value;
          squares += value * value;
          if (value === 0 || value === 255) ends++;
          count++;
        }
        colourful += Math.max(r, g, b) - Math.min(r, g, b);
      }
    }
    const mean = sum / count;
    expect(mean).toBeGreaterThan(105);
    expect(mean).toBeLessThan(165);
    expect(Math.sqrt(squares / count - mean * mean)).toBeGreaterThan(50);
    expect(colourful / (count / 3)).toBeGreaterThan(40);
    expect(ends / count).toBeLessThan(0.01);
  });

  it('sit alike and upright in the picture, so that a small network can learn them', () => {
    const mean = new Float64Array(64 * 64);
    for (let i = 0; i < 150; i++) brightness(face(i)).forEach((v, p) => (mean[p]! += v / 150));
    // Eyes still show in the mean of 150 faces: 0.037 here, 0.026 where heads are moved by up to 0.15 of the width.
    const around = [...mean.entries()].filter(([i]) => i >= 24 * 64 && i < 44 * 64 && i % 64 >= 20 && i % 64 < 44);
    const level = around.reduce((sum, [, v]) => sum + v, 0) / around.length;
    const contrast = Math.sqrt(around.reduce((sum, [, v]) => sum + (v - level) ** 2, 0) / around.length);
    expect(contrast).toBeGreaterThan(0.032);
    // Rows run across the face: left and right are alike on average, and the diagonal mirror image is another thing.
    expect(
      correlation(
        mean,
        mean.map((_, i) => mean[i - (i % 64) + 63 - (i % 64)]!),
      ),
    ).toBeGreaterThan(0.9);
    expect(
      correlation(
        mean,
        mean.map((_, i) => mean[(i % 64) * 64 + Math.floor(i / 64)]!),
      ),
    ).toBeLessThan(0.6);
  });
});
