/** Encoding: nothing is done twice, nothing is lost, and every way of encoding gives what it says. */
import { createHash } from 'node:crypto';
import { readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UsedPicture } from '../../../main/datasets/schema.ts';
import type { Device } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { encodePictures } from '../../../main/latents/encode.ts';
import type { EncodeOptions } from '../../../main/latents/encode.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { readAllLatents } from '../../../main/latents/reader.ts';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { latentsFolder, listLatents, readManifest } from '../../../main/latents/store.ts';
import { writeFileAtomic } from '../../../main/storage/files.ts';
import { writeJson } from '../../../main/storage/json.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { fillDisk, mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';
import { noisePictures, noisePixels, readingDevice, tinyVae } from '../../support/tiny-vae.ts';

const vae = tinyVae();
const size = 16;
/** More than one shard of 512. */
const pictures = noisePictures(600, size);
const dimensions = 2 * 4 * 4;
/** The real thing, where it matters what a latent is. */
const computing = createLocalDevice();
const reading = readingDevice();

/** Options for a project, and which pictures were asked for. */
function rig(project: string, changes: Partial<EncodeOptions> = {}) {
  const loaded: string[] = [];
  const options: EncodeOptions = {
    project,
    pictures,
    datasetHash: `${changes.pictures?.length ?? pictures.length} pictures`,
    pictureSize: size,
    shaping: 'cropped',
    vae,
    device: reading,
    loadPixels: async (picture) => {
      loaded.push(picture.id);
      return noisePixels(picture, size);
    },
    ...changes,
  };
  return { options, loaded };
}

/** Latents of each picture by id, all copies. */
async function latentsById(project: string, manifest: LatentManifest): Promise<Map<string, Float32Array>> {
  const all = await readAllLatents(latentsFolder(project, manifest.key), manifest);
  const ids = manifest.shards.flatMap((shard) => shard.pictures);
  const length = all.length / ids.length;
  return new Map(ids.map((id, i) => [id, all.subarray(i * length, (i + 1) * length)]));
}

/** The files of a set of latents, each as the hash of its bytes. */
async function bytesOf(project: string, key: string): Promise<Record<string, string>> {
  const folder = latentsFolder(project, key);
  const hash = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await hash(name)] as const)));
}

/** Ids of pictures from `from` to before `to`. */
const idsOf = (from: number, to: number) => pictures.slice(from, to).map(({ id }) => id);

/** A device that spoils the latents of some pictures, which it knows by their first pixel. */
function spoiling(ids: readonly string[], isSpoilt: (program: string) => boolean, kind?: 'webgpu'): Device {
  const device = kind ? computing : reading;
  const marks = new Set(ids.map((id) => noisePixels({ id }, size)[0]! / 127.5 - 1).map(Math.fround));
  return {
    ...device,
    info: async (input) => ({ ...(await device.info(input)), ...(kind ? { kind } : {}) }),
    run: async (input, options) => {
      const x = input.inputs['x']!.data as Float32Array;
      const rows = input.inputs['x']!.shape[0]!;
      const spoilt = Array.from({ length: rows }, (_, i) => marks.has(x[(i * x.length) / rows]!));
      const outputs = await device.run(input, options);
      const mean = outputs['mean']!.data as Float32Array;
      if (isSpoilt(input.program))
        spoilt.forEach((is, i) => is && mean.fill(NaN, i * dimensions, (i + 1) * dimensions));
      return outputs;
    },
  };
}

describe('encoding', () => {
  it('goes on after a stop at the batch where it was, and gives the bytes of an undisturbed run', async () => {
    const [stopped, whole] = [await temporaryFolder(), await temporaryFolder()];
    const controller = new AbortController();
    const first = rig(stopped, {
      signal: controller.signal,
      // In the second shard.
      onProgress: ({ done }) => void (done >= 544 && controller.abort()),
    });
    await expect(encodePictures(first.options)).rejects.toMatchObject({ code: 'api.cancelled' });
    const second = rig(stopped);
    const { manifest, report } = await encodePictures(second.options);
    expect(second.loaded.toSorted()).toEqual(idsOf(544, 600));
    expect(report).toMatchObject({ pictures: 600, encoded: 56, reused: 0, retried: 0, leftOut: [] });
    expect(manifest.shards.map((shard) => shard.pictures.length)).toEqual([512, 88]);

    await encodePictures(rig(whole).options);
    expect(await bytesOf(stopped, manifest.key)).toEqual(await bytesOf(whole, manifest.key));
    // Nothing is left to do.
    const third = rig(stopped);
    await encodePictures(third.options);
    expect(third.loaded).toEqual([]);
  });

  it('drops a batch that was torn, and keeps those before it', async () => {
    const project = await temporaryFolder();
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => void (done >= 96 && controller.abort());
    await expect(encodePictures(rig(project, { signal: controller.signal, onProgress }).options)).rejects.toMatchObject(
      { code: 'api.cancelled' },
    );
    const [key] = await listLatents(project);
    const part = join(latentsFolder(project, key!), 'unfinished.part');
    const bytes = await readFile(part);
    expect(bytes.length).toBe(96 * dimensions * 4);
    // What a power cut leaves: the file as long as it was, its last block not written.
    await writeFileAtomic(part, bytes.fill(0, 80 * dimensions * 4));
    const again = rig(project);
    await encodePictures(again.options);
    expect(again.loaded.toSorted()).toEqual(idsOf(64, 600));
    const whole = await temporaryFolder();
    await encodePictures(rig(whole).options);
    expect(await bytesOf(project, key!)).toEqual(await bytesOf(whole, key!));
  });

  it('is complete only with its statistics, normalised to a deviation of 0.5', async () => {
    const project = await temporaryFolder();
    const { manifest } = await encodePictures(rig(project, { pictures: pictures.slice(0, 100) }).options);
    const folder = latentsFolder(project, manifest.key);
    expect((await readManifest(folder))!.complete).toBe(false);
    const statistics = await finishLatents(folder, manifest, () => new Date(0));
    expect(statistics).toMatchObject({ pictures: 100, shape: [2, 4, 4] });
    expect(statistics.normalisedStd).toBeCloseTo(0.5, 5);
    expect((await readManifest(folder))!.complete).toBe(true);
  });

  it('decodes a bounded number of pictures ahead of the device, whatever their number', async () => {
    let [decoded, encoded, furthest] = [0, 0, 0];
    const { options } = rig(await temporaryFolder(), {
      loadPixels: async (picture) => {
        furthest = Math.max(furthest, ++decoded - encoded);
        return noisePixels(picture, size);
      },
      onProgress: ({ done }) => void (encoded = done),
    });
    await encodePictures(options);
    // Three batches of 32 ahead, and three that the device has or that are being kept.
    expect(furthest).toBeLessThanOrEqual(6 * 32);
    expect(furthest).toBeGreaterThan(32);
  });
});

describe('pictures that break', () => {
  it('are left out with the reason when float32 breaks, too, and the others go on', async () => {
    const project = await temporaryFolder();
    const device = spoiling(idsOf(40, 42), () => true);
    const { manifest, report } = await encodePictures(
      rig(project, { device, pictures: pictures.slice(0, 70) }).options,
    );
    expect(report).toMatchObject({ pictures: 68, retried: 0 });
    expect(report.leftOut.map(({ source }) => source)).toEqual(['picture 40.png', 'picture 41.png']);
    expect(report.leftOut[0]!.reason).toMatch(/not finite/);
    expect(manifest.shards[0]!.pictures).toEqual([...idsOf(0, 40), ...idsOf(42, 70)]);
    const whole = await encodePictures(rig(await temporaryFolder(), { pictures: pictures.slice(0, 70) }).options);
    expect((await latentsById(project, manifest)).get(idsOf(69, 70)[0]!)).toHaveLength(dimensions);
    expect(whole.report.leftOut).toEqual([]);
  });

  it('are done again in float32 when float16 was used, and counted', async () => {
    const [project, whole] = [await temporaryFolder(), await temporaryFolder()];
    const some = { pictures: pictures.slice(0, 40), precision: 'half' as const };
    const device = spoiling(idsOf(3, 5), (program) => program.endsWith('half'), 'webgpu');
    const { manifest, report } = await encodePictures(rig(project, { ...some, device }).options);
    expect(report).toMatchObject({ pictures: 40, retried: 2, leftOut: [] });
    const half = await latentsById(project, manifest);
    const { manifest: inFull } = await encodePictures(
      rig(whole, { ...some, precision: 'full', device: computing }).options,
    );
    const full = await latentsById(whole, inFull);
    for (const id of idsOf(0, 40))
      expect(half.get(id)).toBeAllClose(full.get(id)!, {
        rtol: 5e-3,
        atol: 5e-3,
        because: 'float16 has 11 bits, and a few products and sums of them lie between',
      });
    expect((await stat(join(latentsFolder(project, manifest.key), manifest.shards[0]!.file))).size).toBeLessThan(
      40 * dimensions * 2 + 200,
    );
  });

  it('leave nothing behind when there are no others', async () => {
    const project = await temporaryFolder();
    const device = spoiling(idsOf(0, 3), () => true);
    await expect(
      encodePictures(rig(project, { device, pictures: pictures.slice(0, 3) }).options),
    ).rejects.toMatchObject({
      code: 'latents.notFinite',
      details: { pictures: ['picture 0.png', 'picture 1.png', 'picture 2.png'] },
    });
    expect(await listLatents(project)).toEqual([]);
  });
});

describe('ways of encoding', () => {
  const some = pictures.slice(0, 40);
  const encode = async (changes: Partial<EncodeOptions>) => {
    const project = await temporaryFolder();
    const { manifest, report } = await encodePictures(
      rig(project, { pictures: some, device: computing, ...changes }).options,
    );
    return { manifest, report, latents: await latentsById(project, manifest) };
  };

  it('a sample of the posterior is the same for the same picture in any company, and is no other picture’s', async () => {
    const all = await encode({ posterior: 'sample' });
    const few = await encode({ posterior: 'sample', pictures: some.slice(7, 12) });
    for (const { id } of some.slice(7, 12))
      expect(few.latents.get(id)).toBeAllClose(all.latents.get(id)!, {
        rtol: 0,
        atol: 1e-5,
        because: 'the encoder may round differently at another place of a batch',
      });
    const mean = await encode({});
    expect(all.manifest.key).not.toBe(mean.manifest.key);
    // What is added to the mean are deviations times independent unit Gaussians.
    const noise = (id: string) => all.latents.get(id)!.map((z, i) => z - mean.latents.get(id)![i]!);
    const [a, b] = [noise(some[0]!.id), noise(some[1]!.id)];
    const dot = (u: Float32Array, v: Float32Array) => u.reduce((sum, x, i) => sum + x * v[i]!, 0);
    expect(dot(a, a)).toBeGreaterThan(1);
    expect(Math.abs(dot(a, b)) / Math.sqrt(dot(a, a) * dot(b, b))).toBeLessThan(0.6);
  });

  it('a VAE without a posterior refuses to be sampled', async () => {
    await expect(encode({ posterior: 'sample', vae: tinyVae({ hasPosterior: false }) })).rejects.toMatchObject({
      code: 'latents.noPosterior',
    });
  });

  it('pictures that can not be divided into cells are refused before anything is written', async () => {
    const project = await temporaryFolder();
    await expect(encodePictures(rig(project, { pictureSize: 18 }).options)).rejects.toMatchObject({
      code: 'latents.wrongSize',
      details: { size: 18, reduction: 4 },
    });
    expect(await listLatents(project)).toEqual([]);
  });

  it('mirror images are the second rows of their pictures, and those of mirrored pixels', async () => {
    const flipped = await encode({ flip: true });
    const mirror = (rgb: Uint8Array): Uint8Array => {
      const out = new Uint8Array(rgb.length);
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++)
          for (let c = 0; c < 3; c++) out[3 * (y * size + x) + c] = rgb[3 * (y * size + size - 1 - x) + c]!;
      return out;
    };
    const plain = await encode({});
    const mirrored = await encode({ loadPixels: async (picture) => mirror(noisePixels(picture, size)) });
    for (const { id } of some) {
      const both = flipped.latents.get(id)!;
      expect(both).toHaveLength(2 * dimensions);
      const because = 'the encoder may round differently at another place of a batch';
      expect(both.subarray(0, dimensions)).toBeAllClose(plain.latents.get(id)!, { rtol: 0, atol: 1e-5, because });
      expect(both.subarray(dimensions)).toBeAllClose(mirrored.latents.get(id)!, { rtol: 0, atol: 1e-5, because });
    }
  });

  it('a VAE that needs float32 stays in it, and says so', async () => {
    const { manifest, report } = await encode({ precision: 'half', vae: tinyVae({ needsFullPrecision: true }) });
    expect(manifest.precision).toBe('full');
    expect(report.fullPrecisionBecause).toMatch(/float16/);
    expect(manifest.key).toBe((await encode({})).manifest.key);
  });

  it('in tiles gives what is given at once, but for a fading share of the outermost cells of a tile', async () => {
    const side = 64;
    const changes: Partial<EncodeOptions> = {
      pictures: some.slice(0, 2),
      pictureSize: side,
      loadPixels: async (picture) => noisePixels(picture, side),
    };
    const whole = await encode(changes);
    // Tiles of 8 cells from cells 0, 4 and 8 of 16; one block sees one cell further, so only their outermost cells differ.
    const tiled = await encode({ ...changes, tile: { side: 32, overlap: 16 } });
    const seams = new Set([4, 7, 8, 11]);
    for (const { id } of changes.pictures!) {
      const [a, b] = [whole.latents.get(id)!, tiled.latents.get(id)!];
      const spread = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0) / a.length);
      let atSeams = 0;
      a.forEach((value, i) => {
        const [y, x] = [Math.floor(i / 16) % 16, i % 16];
        const difference = Math.abs(value - b[i]!);
        if (seams.has(x) || seams.has(y)) atSeams = Math.max(atSeams, difference);
        else expect(difference).toBeLessThan(1e-5);
      });
      // An outermost cell has an eighth of the weight: half a cell of an overlap of four.
      expect(atSeams).toBeGreaterThan(1e-4);
      expect(atSeams).toBeLessThan(0.5 * spread);
    }
  });
});

describe('what another set has already', () => {
  const encode = async (project: string, some: readonly UsedPicture[], changes: Partial<EncodeOptions> = {}) => {
    const { options, loaded } = rig(project, {
      pictures: some,
      datasetHash: some.map(({ id }) => id).join(),
      ...changes,
    });
    const { manifest, report } = await encodePictures(options);
    return { manifest, report, loaded: loaded.toSorted() };
  };

  it('is taken over when pictures are added: whole shards as the same bytes on the disk, only the new ones encoded', async () => {
    const project = await temporaryFolder();
    const before = await encode(project, pictures.slice(0, 580));
    const after = await encode(project, pictures);
    expect(after.report).toMatchObject({ pictures: 600, reused: 580, encoded: 20 });
    expect(after.loaded).toEqual(idsOf(580, 600));
    const inode = async ({ key }: LatentManifest, i: number) =>
      (await stat(join(latentsFolder(project, key), before.manifest.shards[i]!.file))).ino;
    expect(await inode(after.manifest, 0)).toBe(await inode(before.manifest, 0));
    const [old, present] = [await latentsById(project, before.manifest), await latentsById(project, after.manifest)];
    for (const [id, latent] of old) expect(present.get(id)).toEqual(latent);
  });

  it('is gathered from shards of which some pictures were removed, and the old set stays as it was', async () => {
    const project = await temporaryFolder();
    const before = await encode(project, pictures);
    const old = await bytesOf(project, before.manifest.key);
    const kept = pictures.filter((_, i) => i % 3 !== 0 && i < 550);
    const after = await encode(project, kept);
    expect(after.report).toMatchObject({ pictures: kept.length, reused: kept.length, encoded: 0 });
    expect(after.report.idleShare).toBeUndefined();
    const [all, some] = [await latentsById(project, before.manifest), await latentsById(project, after.manifest)];
    expect([...some.keys()].toSorted()).toEqual(kept.map(({ id }) => id));
    for (const [id, latent] of some) expect(latent).toEqual(all.get(id));
    expect(await bytesOf(project, before.manifest.key)).toEqual(old);
  });

  it('is taken over from a set that was never finished, too', async () => {
    const project = await temporaryFolder();
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }) => void (done >= 64 && controller.abort());
    await encode(project, pictures.slice(0, 100), { signal: controller.signal, onProgress }).catch(() => undefined);
    const { report, loaded } = await encode(project, pictures.slice(0, 120));
    expect(report).toMatchObject({ pictures: 120, reused: 64, encoded: 56 });
    expect(loaded).toEqual(idsOf(64, 120));
  });

  it('is left alone when it was made in another way, or can not be read', async () => {
    const project = await temporaryFolder();
    const some = pictures.slice(0, 20);
    const first = await encode(project, some);
    for (const changes of [{ shaping: 'fitted' }, { flip: true }, { vae: tinyVae({ hash: 'other' }) }])
      expect((await encode(project, pictures.slice(0, 30), changes)).report.reused).toBe(0);
    await writeFileAtomic(join(latentsFolder(project, first.manifest.key), first.manifest.shards[0]!.file), 'damaged');
    expect((await encode(project, pictures.slice(0, 31))).report).toMatchObject({ reused: 0, encoded: 31 });
  });
});

it('reads sets of version 1, and finds them by the same key', async () => {
  const project = await temporaryFolder();
  const { manifest } = await encodePictures(rig(project, { pictures: pictures.slice(0, 10) }).options);
  const {
    posterior: _p,
    flip: _f,
    precision: _h,
    reused: _r,
    retried: _t,
    leftOut: _l,
    shaping: _s,
    ...kept
  } = manifest;
  const folder = latentsFolder(project, manifest.key);
  const old = { version: 1, schema: { parse: (value: unknown) => value as object } };
  await writeJson(join(folder, 'manifest.json'), old, { ...kept, precision: 'float32' });
  const { shaping: _, ...expected } = manifest;
  expect(await readManifest(folder)).toEqual(expected);
  const again = rig(project, { pictures: pictures.slice(0, 10) });
  await encodePictures(again.options);
  expect(again.loaded).toEqual([]);
});

it('a disk that fills up in the middle of a shard costs what did not fit: with room again it goes on', async (context) => {
  const disk = mountSmallDisk(join(await temporaryFolder(), 'disk'), '1m');
  if (!disk) return context.skip(whyNoSmallDisk);
  try {
    const filler = join(disk.folder, 'filler');
    const onProgress = ({ done }: { done: number }) => void (done === 128 && fillDisk(filler));
    await expect(encodePictures(rig(disk.folder, { onProgress }).options)).rejects.toMatchObject({
      code: 'storage.diskFull',
    });
    await rm(filler);
    const again = rig(disk.folder);
    const { manifest } = await encodePictures(again.options);
    expect(again.loaded.toSorted()).toEqual(idsOf(128, 600));
    const whole = await temporaryFolder();
    await encodePictures(rig(whole).options);
    expect(await bytesOf(disk.folder, manifest.key)).toEqual(await bytesOf(whole, manifest.key));
  } finally {
    disk.unmount();
  }
});
