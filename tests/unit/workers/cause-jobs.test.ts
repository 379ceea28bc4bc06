/** Why a value is extreme, by the code that the engine runs: a planted pattern is found to be the cause, and nothing else is. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { loadPicture, readManifest as readDataset, usedPictures } from '../../../main/datasets/manifest.ts';
import { makeFramedCopies } from '../../../main/datasets/operations/framed-copies.ts';
import { addOperation } from '../../../main/datasets/operations/log.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { checkCause } from '../../../main/latents/causes/check.ts';
import { lookForCauses } from '../../../main/latents/causes/look.ts';
import type { LookRequest } from '../../../main/latents/causes/look.ts';
import { finishLatents, readMeasured } from '../../../main/latents/finish.ts';
import { OutlierIndex } from '../../../main/latents/outliers/query.ts';
import { readLatent } from '../../../main/latents/reader.ts';
import { latentsFolder, readManifest, writeManifest } from '../../../main/latents/store.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { causesJob, checkCauseJob } from '../../../main/workers/cause-jobs.ts';
import type { CheckCauseJob } from '../../../main/workers/cause-jobs.ts';
import { encodeJob } from '../../../main/workers/encode-job.ts';
import type { Threads } from '../../../main/workers/threads.ts';
import { tinyVae } from '../../support/tiny-vae.ts';
import { resources } from '../../support/vaes.ts';

const side = 64;
const count = 60;
const settings = { size: side, framing: 'crop' as const, background: '#ffffff' };
/** The checkerboard lies on 3 × 3 cells: rows 5 to 7, columns 0 to 2. */
const [left, top, wide] = [0, 40, 24];
const device = createLocalDevice(1);

async function draw(path: string, grey: (x: number, y: number) => number): Promise<void> {
  const rgb = Uint8Array.from({ length: 3 * side * side }, (_, i) => {
    return Math.round(grey(Math.floor(i / 3) % side, Math.floor(i / 3 / side)));
  });
  await sharp(rgb, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
}

/** Soft grey pictures, encoded; one of them has a checkerboard. */
async function plantedProject() {
  const root = await mkdtemp(join(tmpdir(), 'cauchy-causes-'));
  const [project, folder] = [join(root, 'p.cauchy'), join(root, 'pictures')];
  await mkdir(folder);
  for (let i = 0; i < count; i++) {
    const random = new Random({ seed: 1, stream: 'test', index: i });
    const [a, b, c] = [random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6), random.uniform(90, 160)];
    const isIn = (x: number, y: number) => i === 7 && x >= left && x < left + wide && y >= top && y < top + wide;
    await draw(join(folder, `${i}.png`), (x, y) =>
      isIn(x, y)
        ? ((Math.floor(x / 8) + Math.floor(y / 8)) % 2) * 255
        : c + a * (x - 32) + b * (y - 32) + random.normal(0, 3),
    );
  }
  await importPictures({ project, settings, decoder: localDecoder(1), source: { kind: 'paths', paths: [folder] } });
  type Finish = Parameters<Threads['maths']['finishLatents']>[0];
  type Load = Pick<LookRequest, 'picture'>;
  const threads = {
    ...{ device, decoder: localDecoder(1) },
    maths: { finishLatents: ({ folder: at, manifest }: Finish) => finishLatents(at, manifest, () => new Date(0)) },
    pictures: () => ({
      load: async ({ picture }: Load) => ({ rgb: await loadPicture(project, picture) }),
      causes: (request: LookRequest) => lookForCauses(request),
    }),
  } as unknown as Threads;
  const place = { project, resources, library: '' };
  const signal = new AbortController().signal;
  const { key } = await encodeJob(threads, { ...place, vae: 'starter', signal, onProgress: () => undefined });
  const rows = usedPictures(await readDataset(project));
  const planted = rows.find(({ source }) => source.endsWith('/7.png'))!;
  const setFolder = latentsFolder(project, key);
  const { outliers } = (await readMeasured(setFolder))!;
  const index = new OutlierIndex(outliers);
  const manifest = (await readManifest(setFolder))!;
  const inSet = manifest.shards.flatMap(({ pictures }) => pictures).indexOf(planted.id);
  return { ...{ project, threads, place, key, rows, planted, setFolder, index, manifest, inSet }, root };
}

let rig: Awaited<ReturnType<typeof plantedProject>>;
beforeAll(async () => {
  rig = await plantedProject();
}, 120_000);
afterAll(() => rm(rig.root, { recursive: true, force: true }));

const check = (changes: Partial<CheckCauseJob> & Pick<CheckCauseJob, 'channel' | 'row' | 'col'>) =>
  checkCauseJob(rig.threads, {
    ...{ ...rig.place, key: rig.key, picture: rig.planted.id },
    ...{ signal: new AbortController().signal, onProgress: () => undefined, ...changes },
  });
const worst = () => rig.index.outliers({ picture: rig.inSet }, 0, 1).rows[0]!;

describe('checking a cause', () => {
  it('finds that a planted pattern is it: with that blurred the value is within the fences', async () => {
    const { channel, row, col, value, z } = worst();
    expect([5, 6, 7]).toContain(row);
    expect([0, 1, 2]).toContain(col);
    const progress: number[] = [];
    const found = await check({ channel, row, col, onProgress: ({ done }) => progress.push(done) });
    expect(found.stored).toEqual({ value, z, within: 'neither' });
    expect(found).toMatchObject({ cell: 8, verdict: 'local', isSame: true });
    expect(found.blurred.map(({ cells }) => cells)).toEqual([1, 3, 5]);
    const { channels } = rig.index.data.facts;
    const [low, high] = channels[channel]!.innerFences;
    const last = found.blurred[2]!;
    expect(last.value).toBeGreaterThanOrEqual(low);
    expect(last.value).toBeLessThanOrEqual(high);
    expect(last.z).toBeCloseTo((0.6745 * (last.value - channels[channel]!.median)) / channels[channel]!.mad, 9);
    expect(Math.abs(last.z)).toBeLessThan(0.2 * Math.abs(z));
    expect([progress[0], progress.at(-1)]).toEqual([0, 4]);
  });

  it('finds no cause where a value is ordinary, and the cause elsewhere where blurring does not reach it', async () => {
    // Far from the pattern the picture is like the others.
    const far = await check({ channel: 0, row: 0, col: 7 });
    expect(far).toMatchObject({ verdict: 'ordinary', isSame: true });
    expect(far.now.within).toBe('inner');
    // The value of the pattern's place, judged as if it were that of a place far away: nothing there has to do with it.
    const { channel, row, col } = worst();
    const rgb = await loadPicture(rig.project, rig.planted);
    const latent = await readLatent(rig.setFolder, rig.manifest, rig.inSet);
    const [, height, width] = rig.manifest.shape;
    const element = (channel * height + row) * width + col;
    /** The encoder's cells turned around, so that a value comes from the other corner. */
    const turned = {
      ...device,
      run: async (...given: Parameters<typeof device.run>) => {
        const outputs = await device.run(...given);
        const mean = outputs['mean']!.data as Float32Array;
        for (let c = 0; c < mean.length; c += height * width) mean.subarray(c, c + height * width).reverse();
        return outputs;
      },
    };
    const found = await checkCause({
      ...{ device: turned, vae: await loadVae('starter', { resources }), manifest: rig.manifest, rgb },
      ...{ channels: rig.index.data.facts.channels, picture: rig.planted.id },
      place: { channel, row: height - 1 - row, col: width - 1 - col },
      latent: latent.map(() => latent[element]!),
    });
    expect(found).toMatchObject({ verdict: 'elsewhere', isSame: true });
    // What the network sees besides a cell and its neighbours is a hundredth of the value.
    for (const { z } of found.blurred) expect(Math.abs(z / found.now.z - 1)).toBeLessThan(0.02);
  });

  it('notices that the set has another value, and leaves programs of the same device alone', async () => {
    const { channel, row, col } = worst();
    const loaded: string[] = [];
    const watched = {
      ...device,
      load: (...given: Parameters<typeof device.load>) => {
        loaded.push(given[0].program);
        return device.load(...given);
      },
      unload: (...given: Parameters<typeof device.unload>) => {
        loaded.push(`− ${given[0].program}`);
        return device.unload(...given);
      },
    };
    const vae = tinyVae({ reduction: 4 });
    const latent = new Float32Array(2 * 16 * 16).fill(40);
    const rgb = await loadPicture(rig.project, rig.planted);
    const channels = Array.from({ length: 2 }, () => ({
      ...{ median: 0, mad: 0.1, std: 1 },
      innerFences: [-0.3, 0.3] as [number, number],
      outerFences: [-0.6, 0.6] as [number, number],
    }));
    const found = await checkCause({
      ...{ device: watched, vae, rgb, latent, channels, picture: rig.planted.id },
      manifest: { pictureSize: side, shape: [2, 16, 16], posterior: 'mean', precision: 'full' },
      place: { channel: channel % 2, row: 2 * row, col: 2 * col },
    });
    expect(found.isSame).toBe(false);
    expect(found.words).toMatch(/The set has another value for this picture/);
    expect(found.cell).toBe(4);
    expect(loaded).toEqual(['cause 64 full', '− cause 64 full']);
  });

  it('refuses what is not there, and stops when that is wished', async () => {
    const place = { channel: 0, row: 0, col: 0 };
    await expect(check({ ...place, key: 'gone' })).rejects.toMatchObject({ code: 'latents.missing' });
    await expect(check({ ...place, picture: '0123456789abcdef' })).rejects.toMatchObject({ code: 'storage.notFound' });
    await expect(check({ ...place, row: 8 })).rejects.toMatchObject({ code: 'storage.notFound' });
    await expect(check({ ...place, channel: 4 })).rejects.toMatchObject({ code: 'storage.notFound' });
    const controller = new AbortController();
    let encoded = 0;
    const onProgress = ({ done }: { done: number }) => {
      encoded = done;
      if (done === 1) controller.abort();
    };
    await expect(check({ ...place, signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'api.cancelled',
    });
    expect(encoded).toBeLessThan(4);
    const { manifest, setFolder } = rig;
    const name = (vae: string, hash = manifest.vae.hash) =>
      writeManifest(setFolder, { ...manifest, vae: { name: vae, hash } });
    await name('a VAE that is gone');
    await expect(check(place)).rejects.toMatchObject({ code: 'vae.unknown' });
    await name('starter', 'other');
    await expect(check(place)).rejects.toMatchObject({ code: 'vae.changed' });
    await writeManifest(setFolder, manifest);
  });
});

describe('likely causes', () => {
  it('are found in the picture as it is framed, and around a place of it', async () => {
    const ask = (row: number, col: number, picture = rig.planted.id) =>
      causesJob(rig.threads, { project: rig.project, picture, place: { row, col, cells: 8 } });
    const there = await ask(6, 1);
    expect(there.untested).toEqual([]);
    expect(there.tags.map(({ kind, where }) => `${kind} ${where}`)).toEqual(
      expect.arrayContaining(['contrast place', 'lineArt place', 'flat place']),
    );
    expect((await ask(0, 7)).tags).toEqual([]);
    const other = rig.rows.find(({ id }) => id !== rig.planted.id)!;
    expect(await causesJob(rig.threads, { project: rig.project, picture: other.id })).toEqual({
      tags: [],
      untested: [],
    });
    await expect(ask(0, 0, '0123456789abcdef')).rejects.toMatchObject({ code: 'storage.notFound' });
  });

  it('follow what is done about the picture, and say what a lost file leaves untested', async () => {
    const { project, threads, planted } = rig;
    const square = { x: left, y: top, side: wide };
    await addOperation(project, { kind: 'recrop', pictures: [planted.id], square }, () => new Date(0));
    const framings = { [planted.id]: { kind: 'square' as const, square } };
    await makeFramedCopies({ project, pictures: [planted], framings, settings, decoder: localDecoder(1) });
    const shown = await causesJob(threads, { project, picture: planted.id });
    expect(shown.tags.find(({ kind }) => kind === 'upscaled')).toMatchObject({
      where: 'picture',
      evidence: side / wide,
    });
    await rm(planted.source);
    expect((await causesJob(threads, { project, picture: planted.id })).untested).toEqual(['transparency', 'blocky']);
    await writeFile(planted.source, 'another');
    expect((await causesJob(threads, { project, picture: planted.id })).untested).toEqual(['transparency', 'blocky']);
  });
});
