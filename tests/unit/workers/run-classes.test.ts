/** The classes of a run: found when it starts, refused when they are others as it goes on. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LatentManifest } from '../../../main/latents/schema.ts';
import { latentsFolder, readManifest } from '../../../main/latents/store.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { planRun } from '../../../main/training/plan.ts';
import { classesOfRun, refuseOtherClasses } from '../../../main/workers/run-classes.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { madeUpLatents } from '../../support/latents.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const config = tinyConfig({ classes: { kind: 'folders' } });

async function projectOf(labels: readonly string[]): Promise<{ project: string; latents: LatentManifest }> {
  const project = await temporaryFolder();
  const folder = latentsFolder(project, 'made-up');
  await madeUpLatents(folder, labels.length, tinyShape);
  await sortPictures(project, labels);
  return { project, latents: (await readManifest(folder))! };
}

const sortPictures = (project: string, labels: readonly string[]) =>
  writeJsonl(
    join(project, 'dataset', 'manifest.jsonl'),
    labels.map((label, i) => {
      const id = i.toString(16).padStart(16, '0');
      const file = `dataset/images/${id}.png`;
      return { kind: 'used', id, source: `${i}.png`, file, width: 8, height: 8, format: 'png', bytes: 1, label };
    }),
  );

const half = Array.from({ length: 20 }, (_, i) => (i < 10 ? 'cats' : 'dogs'));

it('a run goes on with the classes it began with, and with no others', async () => {
  const { project, latents } = await projectOf(half);
  const told = await classesOfRun(project, config, latents, 0);
  expect(told.config.classes).toEqual({ kind: 'folders', count: 2, dropout: 0.1 });
  const plan = planRun(told.config, tinyShape, 20, 5, told.classes);
  const run = { id: 'run-1', plan };
  await refuseOtherClasses(project, run, latents);
  // As many classes, but a picture moved from one to the other.
  await sortPictures(project, ['dogs', ...half.slice(1)]);
  await expect(refuseOtherClasses(project, run, latents)).rejects.toMatchObject({
    code: 'run.classesChanged',
    details: { had: ['cats (10)', 'dogs (10)'], has: ['cats (9)', 'dogs (11)'] },
  });
});

it('held-out pictures name classes and are not counted; a run without classes never looks', async () => {
  const { project, latents } = await projectOf(half);
  const { classes } = await classesOfRun(project, config, latents, 5);
  expect(classes.map(({ name }) => name)).toEqual(['cats', 'dogs']);
  expect(classes.reduce((sum, { pictures }) => sum + pictures, 0)).toBe(15);
  const plain = tinyConfig();
  expect(await classesOfRun('/nowhere', plain, latents, 0)).toEqual({ config: plain, classes: [] });
  await refuseOtherClasses('/nowhere', { id: 'run-1', plan: planRun(plain, tinyShape, 20, 5) }, latents);
});
