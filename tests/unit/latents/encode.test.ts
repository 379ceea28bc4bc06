import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import type { UsedPicture } from '../../../main/datasets/schema.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { encodePictures } from '../../../main/latents/encode.ts';
import type { EncodeOptions } from '../../../main/latents/encode.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { readAllLatents } from '../../../main/latents/reader.ts';
import { latentsFolder, listLatents, readManifest } from '../../../main/latents/store.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { temporaryFolder } from '../../support/folders.ts';

const vae = await loadVae('starter', { resources: join(import.meta.dirname, '..', '..', '..', 'resources') });
const size = 32;
/** More than one shard of 512. */
const count = 600;

const pictures = Array.from({ length: count }, (_, i): UsedPicture => {
  const id = i.toString(16).padStart(16, '0');
  return {
    kind: 'used',
    id,
    source: `picture ${i}.png`,
    file: `dataset/images/${id}.png`,
    stamp: '1 1',
    width: size,
    height: size,
    format: 'png',
    bytes: 1,
  };
});

/** Noise of its own for every picture. */
function pixelsOf({ id }: UsedPicture): Uint8Array {
  const random = new Random({ seed: 3, stream: 'test', index: parseInt(id, 16) });
  return Uint8Array.from({ length: 3 * size * size }, () => 256 * random.uniform());
}

/** Options for a project, and which pictures were asked for. */
function rig(project: string, changes: Partial<EncodeOptions> = {}) {
  const loaded: string[] = [];
  const options: EncodeOptions = {
    project,
    pictures,
    datasetHash: 'a hash',
    pictureSize: size,
    vae,
    device: createLocalDevice(),
    loadPixels: async (picture) => {
      loaded.push(picture.id);
      return pixelsOf(picture);
    },
    ...changes,
  };
  return { options, loaded };
}

describe('encoding', () => {
  it('goes on after a stop without encoding anything twice, and gives what an undisturbed one gives', async () => {
    const [stopped, whole] = [await temporaryFolder(), await temporaryFolder()];
    const controller = new AbortController();
    const first = rig(stopped, {
      signal: controller.signal,
      // In the second shard.
      onProgress: ({ done }) => void (done >= 544 && controller.abort()),
    });
    await expect(encodePictures(first.options)).rejects.toMatchObject({ code: 'api.cancelled' });
    const second = rig(stopped);
    const manifest = await encodePictures(second.options);
    expect(second.loaded.toSorted()).toEqual(pictures.slice(512).map(({ id }) => id));
    expect(manifest.shards.map((shard) => shard.pictures.length)).toEqual([512, 88]);

    const undisturbed = rig(whole);
    await encodePictures(undisturbed.options);
    const read = async (project: string) => {
      const folder = latentsFolder(project, manifest.key);
      return readAllLatents(folder, (await readManifest(folder))!);
    };
    expect(await read(stopped)).toEqual(await read(whole));
    // Nothing is left to do.
    const third = rig(stopped);
    await encodePictures(third.options);
    expect(third.loaded).toEqual([]);
  });

  it('is complete only with its statistics, normalised to a deviation of 0.5', async () => {
    const project = await temporaryFolder();
    const manifest = await encodePictures({ ...rig(project).options, pictures: pictures.slice(0, 100) });
    const folder = latentsFolder(project, manifest.key);
    expect((await readManifest(folder))!.complete).toBe(false);
    const statistics = await finishLatents(folder, manifest, () => new Date(0));
    expect(statistics).toMatchObject({ pictures: 100, shape: [4, 4, 4] });
    expect(statistics.normalisedStd).toBeCloseTo(0.5, 5);
    expect((await readManifest(folder))!.complete).toBe(true);
  });

  it('names the pictures whose latents are not finite, and keeps nothing of their shard', async () => {
    const project = await temporaryFolder();
    const spoilt = vae.parameters.map((parameter) =>
      parameter.name === 'encoder.out.bias' ? { ...parameter, data: parameter.data.map(() => NaN) } : parameter,
    );
    const { options } = rig(project, { vae: { ...vae, parameters: spoilt }, pictures: pictures.slice(0, 3) });
    await expect(encodePictures(options)).rejects.toMatchObject({
      code: 'latents.notFinite',
      details: { pictures: ['picture 0.png', 'picture 1.png', 'picture 2.png'] },
    });
    expect(await listLatents(project)).toEqual([]);
  });
});
