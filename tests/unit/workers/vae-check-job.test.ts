import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { importPictures } from '../../../main/datasets/import.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { loadPicture, readManifest, usedPictures } from '../../../main/datasets/manifest.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { ssim } from '../../../main/evaluation/ssim.ts';
import { readCheck, sumUp } from '../../../main/latents/checks.ts';
import { reconstruct } from '../../../main/latents/reconstruction.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { psnr } from '../../../main/vae/pixels.ts';
import type { Vae } from '../../../main/vae/vae.ts';
import { vaeCheckJob } from '../../../main/workers/vae-check-job.ts';
import { settings } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { resources, tinyFolder } from '../../support/vaes.ts';

const device = createLocalDevice();
const { size } = settings;
let tiny: Vae;
beforeAll(async () => {
  tiny = await loadVae(tinyFolder, { resources });
});

async function rig(count: number) {
  const project = await temporaryFolder();
  if (count > 0)
    await importPictures({
      project,
      source: { kind: 'samples', count, seed: 3 },
      settings,
      decoder: localDecoder(1),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  const threads = {
    device,
    pictures: () => ({
      load: async ({ picture }: { picture: Parameters<typeof loadPicture>[1] }) => ({
        rgb: new Uint8Array(await loadPicture(project, picture)),
      }),
      writeGrid: async ({
        path,
        pictures: [rgb],
        size: width,
      }: {
        path: string;
        pictures: (Uint8Array | string)[];
        size: number;
      }) => {
        await sharp(rgb, { raw: { width, height: width, channels: 3 } })
          .png()
          .toFile(path);
        return { width, height: width, bytes: 0 };
      },
    }),
  };
  const progress: number[] = [];
  const stop = new AbortController();
  const check = (most?: number) =>
    vaeCheckJob(threads, {
      ...{ project, resources, library: '', vae: tinyFolder, most, signal: stop.signal },
      onProgress: ({ done }) => void progress.push(done),
    });
  const pixels = (file: string) => sharp(join(project, file)).raw().toBuffer();
  return { project, check, pixels, progress, stop };
}

describe('checking a VAE on pictures', () => {
  it('scores each picture, the worst first, and keeps what to look at', async () => {
    const { project, check, pixels, progress } = await rig(5);
    const summary = await check();
    const { check: stored, rows } = (await readCheck(project, 'tiny-f16'))!;
    expect(stored).toEqual(summary);
    expect(summary).toMatchObject({ pictures: 5, ofPictures: 5, vae: { name: 'tiny-f16', hash: tiny.hash } });
    expect(progress).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rows.map(({ psnr: decibels }) => decibels)).toEqual(rows.map(({ psnr: d }) => d!).toSorted((a, b) => a - b));
    for (const row of rows) {
      const [original, reconstruction] = [await pixels(row.original!), await pixels(row.reconstruction!)];
      // PNGs lose nothing, so the kept pictures have exactly the scores that are stated.
      expect(psnr(original, reconstruction)).toBe(row.psnr);
      expect(ssim(original, reconstruction, size)).toBe(row.ssim);
      const expected = original.map((value, i) => Math.min(255, Math.max(0, 128 + reconstruction[i]! - value)));
      expect(Buffer.from(expected).equals(await pixels(row.difference!))).toBe(true);
    }
    expect(summary.psnrMean).toBeCloseTo(rows.reduce((sum, row) => sum + row.psnr!, 0) / 5, 12);
    expect(await readCheck(project, 'starter')).toBeUndefined();
  });

  it('takes the same few pictures every time, spread over all, and says how many', async () => {
    const { project, check } = await rig(6);
    const all = usedPictures(await readManifest(project))
      .map(({ id }) => id)
      .sort();
    expect(await check(2)).toMatchObject({ pictures: 2, ofPictures: 6 });
    expect((await readCheck(project, 'tiny-f16'))!.rows.map(({ id }) => id).sort()).toEqual([all[0], all[3]]);
    expect(await check(100)).toMatchObject({ pictures: 6, ofPictures: 6 });
    expect(readdirSync(join(project, 'checks'))).toEqual([tiny.hash]);
  });

  it('that is cancelled leaves the last one as it was', async () => {
    const { project, check, stop } = await rig(2);
    await check();
    const before = readFileSync(join(project, 'checks', tiny.hash, 'check.json'));
    stop.abort();
    await expect(check()).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(readFileSync(join(project, 'checks', tiny.hash, 'check.json')).equals(before)).toBe(true);
    expect(readdirSync(join(project, 'checks'))).toEqual([tiny.hash]);
  });

  it('needs pictures, which the VAE can divide', async () => {
    const { check } = await rig(0);
    await expect(check()).rejects.toMatchObject({ code: 'dataset.empty' });
    const load = () => Promise.resolve(new Uint8Array(3 * 36 ** 2));
    const one = reconstruct({ device, vae: { ...tiny, reduction: 8 }, size: 36, count: 1, load });
    await expect(one.next()).rejects.toMatchObject({ code: 'vae.doesNotFit' });
  });

  it('names a picture whose reconstruction is not finite, instead of scoring black', async () => {
    const broken = { ...tiny, parameters: tiny.parameters.map((one) => ({ ...one, data: one.data.map(() => NaN) })) };
    const load = () => Promise.resolve(new Uint8Array(3 * size ** 2));
    const one = reconstruct({ device, vae: broken, size, count: 1, load, nameOf: () => 'black.png' });
    await expect(one.next()).rejects.toMatchObject({ code: 'latents.notFinite', details: { pictures: ['black.png'] } });
  });

  it('counts a picture that comes back without error as one with the least error there is', () => {
    const row = (id: string, decibels: number | null) => ({ id, source: id, psnr: decibels, ssim: 1 });
    const about = { vae: { name: 'v', hash: 'h' }, checkedAt: '2026-01-01T00:00:00.000Z', ofPictures: 2 };
    const { check, rows } = sumUp(about, [row('same', null), row('worse', 20)], 300);
    expect(rows.map(({ id }) => id)).toEqual(['worse', 'same']);
    expect(check.psnrMean).toBeCloseTo(
      (20 + psnr(new Uint8Array(300), Uint8Array.of(1, ...new Uint8Array(299)))) / 2,
      12,
    );
  });

  it('reads no file of a newer version', async () => {
    const { project, check } = await rig(1);
    await check();
    const path = join(project, 'checks', tiny.hash, 'check.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"schemaVersion": 1', '"schemaVersion": 2'));
    await expect(readCheck(project, 'tiny-f16')).rejects.toMatchObject({ code: 'storage.newerVersion' });
  });
});
