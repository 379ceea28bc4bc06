import { describe, expect, it } from 'vitest';
import {
  drawMaterial,
  drawMaterialOf,
  materials,
  type MaterialKind,
} from '../../../../main/datasets/drawn/materials.ts';
import { brightness, correlation, distance, fingerprint, halved, median, spectralExponent } from './pictures.ts';

const material = (index: number, size = 64, seed = 1): Uint8Array => drawMaterial({ seed, index, size });
const kinds = Object.keys(materials) as MaterialKind[];
const naturalKinds = kinds.filter((kind) => materials[kind].natural);
const channel = (bytes: Uint8Array, c: number): Uint8Array => bytes.filter((_, i) => i % 3 === c);

describe('drawn training material', () => {
  it('is the same bytes on every machine: regression', () => {
    // The same on Node 20 and 24. The starter autoencoder is trained on these pictures: new ones mean training it anew.
    expect(
      kinds.map((kind) => `${kind} ${fingerprint(drawMaterialOf(kind, { seed: 1, index: 0, size: 64 }))}`),
    ).toEqual([
      'leaves 03cbc638f6eff9df',
      'objects 755544a2454aa362',
      'scenery 7b2b7c8ee0e364c6',
      'texture 1d07a87a49775164',
      'face 5c896d67b62d4d7a',
      'words dc3a14bd9e909403',
      'shapes 9ff2c5c2981b2e17',
      'lines 98c0bfb03497fd32',
      'stripes d55aa4a49806ed70',
      'grating e18d75e2538bc695',
      'gradient 3f80a63c942bf6a0',
    ]);
  });

  it('depends on seed and index alone, not on what was drawn before', () => {
    const forwards = [0, 1, 2, 3, 4, 5].map((index) => fingerprint(material(index)));
    const backwards = [5, 4, 3, 2, 1, 0].map((index) => fingerprint(material(index))).reverse();
    expect(backwards).toEqual(forwards);
    expect(fingerprint(material(0, 64, 2))).not.toBe(forwards[0]);
  });

  it('is about three fifths natural and one quarter faces', () => {
    const total = kinds.reduce((sum, kind) => sum + materials[kind].share, 0);
    const natural = naturalKinds.reduce((sum, kind) => sum + materials[kind].share, 0);
    expect(natural / total).toBe(0.6);
    expect(materials.face.share / total).toBe(0.25);
  });

  it('never repeats, and seldom comes near', () => {
    const sample = Array.from({ length: 300 }, (_, index) => material(index, 32));
    expect(new Set(sample.map(fingerprint)).size).toBe(300);
    let nearest = Infinity;
    for (let i = 0; i < 120; i++)
      for (let j = 0; j < i; j++) nearest = Math.min(nearest, distance(sample[i]!, sample[j]!));
    expect(nearest).toBeGreaterThan(10);
  });

  it.each(kinds)('keeps a %s the same scene at twice the size', (kind) => {
    // The finest octaves of noise and the sensor's grain belong to the pixel, not to the scene.
    const least = kind === 'texture' ? 0.88 : kind === 'scenery' ? 0.91 : 0.95;
    const likeness = Array.from({ length: 9 }, (_, index) =>
      correlation(
        halved(drawMaterialOf(kind, { seed: 3, index, size: 128 }), 128),
        drawMaterialOf(kind, { seed: 3, index, size: 64 }),
      ),
    );
    expect(median(likeness)).toBeGreaterThan(least);
  });

  it.each(naturalKinds)('gives %s the spectrum of natural pictures', (kind) => {
    const exponents = Array.from({ length: 60 }, (_, index) =>
      spectralExponent(drawMaterialOf(kind, { seed: 5, index, size: 64 })),
    );
    // The quarter to three-quarter range of 120 photographs under this measure was −2.8 … −2.06.
    expect(median(exponents)).toBeGreaterThan(-2.9);
    expect(median(exponents)).toBeLessThan(-1.9);
  });

  it('has the brightness, contrast and colour correlation of photographs in its natural kinds', () => {
    const sample = naturalKinds.flatMap((kind) =>
      Array.from({ length: 40 }, (_, index) => drawMaterialOf(kind, { seed: 6, index, size: 64 })),
    );
    const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((s, v) => s + v, 0) / values.length;
    const greys = sample.map(brightness);
    const means = greys.map(mean);
    const deviations = greys.map((grey, i) => Math.sqrt(mean(grey.map((v) => (v - means[i]!) ** 2))));
    // 120 photographs: median brightness 0.43, contrast 0.22, correlation of red and green 0.97, of red and blue 0.91.
    expect(Math.abs(median(means) - 0.43)).toBeLessThan(0.05);
    expect(Math.abs(median(deviations) - 0.2)).toBeLessThan(0.04);
    expect(median(sample.map((p) => correlation(channel(p, 0), channel(p, 1))))).toBeGreaterThan(0.93);
    expect(median(sample.map((p) => correlation(channel(p, 0), channel(p, 2))))).toBeGreaterThan(0.85);
    const ends = sample.map((p) => p.filter((v) => v === 0 || v === 255).length / p.length);
    expect(median(ends)).toBeLessThan(0.02);
  });
});
