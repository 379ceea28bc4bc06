/** A dataset with what was done about its pictures. */
import { expect, it } from 'vitest';
import { manifestPath, settingsFormat, settingsPath } from '../../../main/datasets/layout.ts';
import { datasetHash } from '../../../main/datasets/manifest.ts';
import { unadjusted } from '../../../main/datasets/operations/adjustments.ts';
import { addOperation, undoOperation } from '../../../main/datasets/operations/log.ts';
import { countAdjusted, readPictures, readPresent } from '../../../main/datasets/present.ts';
import { writeJson } from '../../../main/storage/json.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { settings } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { noisePictures } from '../../support/tiny-vae.ts';

const pictures = noisePictures(5, settings.size);
const ids = pictures.map(({ id }) => id);
const now = () => new Date(0);

async function projectOf(count: number): Promise<string> {
  const project = await temporaryFolder();
  await writeJson(settingsPath(project), settingsFormat, settings);
  // In another order than that of their ids.
  await writeJsonl(manifestPath(project), pictures.slice(0, count).toReversed());
  return project;
}

it('pictures that are left out are as if they had never been imported, until that is undone', async () => {
  const project = await projectOf(5);
  const all = await readPictures(project);
  expect(all).toMatchObject({ settings, adjustments: unadjusted, hash: datasetHash(pictures, settings) });
  expect(all.pictures).toEqual(pictures);
  await addOperation(project, { kind: 'leaveOut', pictures: [ids[1]!, ids[4]!] }, now);
  const fewer = await readPictures(project);
  const [a, , c, d] = pictures;
  expect(fewer.pictures).toEqual([a, c, d]);
  expect(fewer.hash).toBe(datasetHash([a!, c!, d!], settings));
  // What a run began with, whatever was done since.
  expect(await readPictures(project, unadjusted)).toEqual(all);
  await undoOperation(project, 1, now);
  expect(await readPictures(project)).toEqual(all);
});

it('only pictures in use count as left out, weighed down, framed anew or clipped', () => {
  const framing = { kind: 'whole', background: '#000000' } as const;
  const adjustments = {
    ...unadjusted,
    leftOut: [ids[0]!, ids[3]!],
    weights: { [ids[1]!]: 0.5, [ids[3]!]: 0.5, [ids[4]!]: 0.1 },
    framings: { [ids[0]!]: framing, [ids[1]!]: framing },
  };
  expect(countAdjusted(pictures, adjustments)).toEqual({ leftOut: 2, weighed: 3, reframed: 2, clipped: 0 });
  expect(countAdjusted(pictures.slice(0, 2), adjustments)).toEqual({ leftOut: 1, weighed: 1, reframed: 2, clipped: 0 });
  // All but one, which is not clipped, and one that is.
  const clip = { all: 8, pictures: { [ids[0]!]: null, [ids[1]!]: 3 } };
  expect(countAdjusted(pictures, { ...unadjusted, clip }).clipped).toBe(4);
  expect(countAdjusted(pictures, { ...unadjusted, clip: { ...clip, all: null } }).clipped).toBe(1);
});

it('says whether there are no pictures, or none that is not left out', async () => {
  const nothing = await temporaryFolder();
  expect(await readPresent(nothing)).toBeUndefined();
  await expect(readPictures(nothing)).rejects.toMatchObject({ code: 'dataset.empty' });
  await expect(readPictures(await projectOf(0))).rejects.toMatchObject({ code: 'dataset.empty' });
  const project = await projectOf(2);
  await addOperation(project, { kind: 'leaveOut', pictures: ids.slice(0, 2) }, now);
  await expect(readPictures(project)).rejects.toMatchObject({ code: 'dataset.allLeftOut', details: { pictures: 2 } });
});
