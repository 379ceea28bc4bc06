import { statSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawFace } from '../../../main/datasets/drawn/faces.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { reconstructionPsnr } from '../../../main/latents/reconstruction.ts';
import { fromPlanes, psnr, toPlanes } from '../../../main/vae/pixels.ts';
import { loadVae } from '../../../main/vae/load.ts';

const resources = join(import.meta.dirname, '..', '..', '..', 'resources');
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('the starter VAE', () => {
  it('fits into 6 MB', () => {
    expect(statSync(join(resources, 'vae', 'starter.safetensors')).size).toBeLessThanOrEqual(6_000_000);
  });

  it('gives sample pictures that it has never seen back with 26 dB', async () => {
    const vae = await loadVae('starter', { resources });
    // Its training used seeds from 1,000,000 on.
    const faces = Array.from({ length: 128 }, (_, index) => drawFace({ seed: 31_337, index, size: 64 }));
    const scores = await reconstructionPsnr(createLocalDevice(), vae, faces, 64);
    expect(scores).toHaveLength(128);
    expect(mean(scores)).toBeGreaterThanOrEqual(26);
    // No face among them is lost.
    expect(Math.min(...scores)).toBeGreaterThan(20);
  });

  it('works at every size that the studio imports', async () => {
    const vae = await loadVae('starter', { resources });
    const device = createLocalDevice();
    for (const size of [32, 72, 256]) {
      const raw = { width: 64, height: 64, channels: 3 } as const;
      const face = await sharp(drawFace({ seed: 31_337, index: 3, size: 64 }), { raw })
        .resize(size, size)
        .raw()
        .toBuffer();
      const [score] = await reconstructionPsnr(device, vae, [new Uint8Array(face)], size);
      expect(score, `${size} px`).toBeGreaterThan(15);
    }
  });
});

describe('pixels', () => {
  it('come back from planes exactly, and what lies beyond white and black is shown as such', () => {
    const rgb = Uint8Array.from({ length: 768 }, (_, i) => i % 256);
    const planes = new Float32Array(768 + 3);
    toPlanes(rgb, planes, 3);
    expect(Math.min(...planes.slice(3))).toBe(-1);
    expect(Math.max(...planes.slice(3))).toBe(1);
    expect(fromPlanes(planes, 3, 256)).toEqual(rgb);
    expect([...fromPlanes(Float32Array.of(-1.5, 0, 2), 0, 1)]).toEqual([0, 128, 255]);
  });

  it('differ by a PSNR', () => {
    const [a, b] = [new Uint8Array(300).fill(100), new Uint8Array(300).fill(110)];
    // 10·log10(255²/10²)
    expect(psnr(a, b)).toBeCloseTo(28.1308036, 6);
    expect(psnr(a, a)).toBe(Infinity);
  });
});
