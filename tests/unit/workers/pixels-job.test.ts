/** Pixels are measured of what pictures show now, and of nothing else. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { loadPicture } from '../../../main/datasets/manifest.ts';
import { adjusted, unadjusted } from '../../../main/datasets/operations/adjustments.ts';
import { makeFramedCopies } from '../../../main/datasets/operations/framed-copies.ts';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../main/datasets/operations/schema.ts';
import { readPictures } from '../../../main/datasets/present.ts';
import { countLevels, readPixels } from '../../../main/latents/pixels.ts';
import { latentsFolder } from '../../../main/latents/store.ts';
import { pixelsJob } from '../../../main/workers/pixels-job.ts';
import { paint } from '../../corpus/pictures.ts';
import { settings, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { madeUpLatents } from '../../support/latents.ts';

const { size } = settings;
const decoder = localDecoder(1);
const now = () => new Date(0);

/** Pictures twice as wide as high, black on the left and light on the right: imported, their middle is half black. */
async function rig(count = 4) {
  const [folder, project] = [await temporaryFolder(), await temporaryFolder()];
  for (let i = 0; i < count; i++) {
    const half = await paint(2 * size, size, (x) => (x < size ? [0, 0, 0] : [200 + i, 200 + i, 200 + i]))
      .png()
      .toBuffer();
    await writeFiles(folder, { [`${i}.png`]: half });
  }
  await importPictures({ project, source: { kind: 'paths', paths: [folder] }, settings, decoder });
  const { pictures } = await readPictures(project);
  const idOf = (i: number) => pictures.find(({ source }) => source === join(folder, `${i}.png`))!.id;
  const shards = [{ file: 'shard-00000.safetensors', pictures: pictures.map(({ id }) => id) }];
  await madeUpLatents(latentsFolder(project, 'k'), count, [4, 4, 4], { key: 'k', shards });
  return {
    project,
    idOf,
    operate: async (operation: Operation) => {
      const { framings } = adjusted(unadjusted, operation);
      await makeFramedCopies({ project, pictures, framings, settings, decoder });
      await addOperation(project, operation, now);
    },
    measured: async () => {
      await pixelsJob(
        {
          decoder,
          pictures: () => ({
            countLevels: async ({ picture }) => ({ counts: countLevels(await loadPicture(project, picture)) }),
          }),
        },
        { project, key: 'k', signal: new AbortController().signal, onProgress: () => undefined },
      );
      return (await readPixels(latentsFolder(project, 'k')))!;
    },
  };
}
const level = (value: number) => value / 127.5 - 1;
/** The mean of red of what four pictures show: by how much of each is black. */
const meanOf = (blackShares: readonly number[]) =>
  blackShares.reduce((sum, black, i) => sum + black * level(0) + (1 - black) * level(200 + i), 0) / blackShares.length;

describe('pixels of a set of latents', () => {
  it('are those of pictures as they are framed now: cropped anew, padded, and as before when that is undone', async () => {
    const { project, idOf, operate, measured } = await rig();
    const before = await measured();
    expect(before.pictures).toBe(4);
    expect(before.channels[0]!.n).toBe(4 * size * size);
    expect(before.channels[0]!.mean).toBeCloseTo(meanOf([0.5, 0.5, 0.5, 0.5]), 6);

    await operate({ kind: 'recrop', pictures: [idOf(0)], square: { x: 0, y: 0, side: size } });
    const cropped = await measured();
    expect(cropped.channels[0]!.mean).toBeCloseTo(meanOf([1, 0.5, 0.5, 0.5]), 6);

    // All of it is half as high now, and red above and below.
    await operate({ kind: 'pad', pictures: [idOf(1)], background: '#ff0000' });
    const padded = await measured();
    const shift = (padded.channels[0]!.mean - cropped.channels[0]!.mean) * 4;
    expect(shift).toBeGreaterThan(0.25);
    expect(padded.channels[0]!.mean).toBeGreaterThan(padded.channels[1]!.mean);
    expect(cropped.channels[0]!.mean).toBe(cropped.channels[1]!.mean);

    await undoOperation(project, 2, now);
    await undoOperation(project, 1, now);
    expect(await measured()).toEqual(before);
  });

  it('are not measured of a set whose pictures are not all there any more', async () => {
    const { idOf, operate, measured } = await rig();
    await operate({ kind: 'leaveOut', pictures: [idOf(2)] });
    await expect(measured()).rejects.toMatchObject({ code: 'latents.missing' });
  });
});
