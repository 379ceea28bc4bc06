/** The log of operations: what is written, what is read back, and what is refused. */
import { appendFile, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { manifestPath } from '../../../../main/datasets/layout.ts';
import {
  addOperation,
  operationsPath,
  readAdjustments,
  readOperations,
  undoOperation,
} from '../../../../main/datasets/operations/log.ts';
import type { Operation } from '../../../../main/datasets/operations/schema.ts';
import { writeJsonl } from '../../../../main/storage/jsonl.ts';
import { temporaryFolder } from '../../../support/folders.ts';
import { noisePictures } from '../../../support/tiny-vae.ts';

const pictures = noisePictures(4, 32);
const [a, b, c] = pictures.map(({ id }) => id) as [string, string, string, string];
const leaveOut = (...ids: string[]): Operation => ({ kind: 'leaveOut', pictures: ids });
const now = () => new Date(0);

async function projectWithPictures(): Promise<string> {
  const project = await temporaryFolder();
  await writeJsonl(manifestPath(project), pictures);
  return project;
}
const leftOut = async (project: string) => [...(await readAdjustments(project)).leftOut];

it('a project without the file has no operations', async () => {
  const project = await temporaryFolder();
  expect(await readOperations(project)).toEqual([]);
  expect(await leftOut(project)).toEqual([]);
});

it('operations are rows one after another; undoing adds a row, and undoing that does it again', async () => {
  const project = await projectWithPictures();
  await addOperation(project, leaveOut(a, b), now);
  await addOperation(project, { kind: 'putBack', pictures: [b] }, now);
  expect(await leftOut(project)).toEqual([a]);
  await undoOperation(project, 2, now);
  expect(await leftOut(project)).toEqual([a, b]);
  await undoOperation(project, 1, now);
  expect(await leftOut(project)).toEqual([]);
  await undoOperation(project, 4, now);
  expect(await leftOut(project)).toEqual([a, b]);
  const at = new Date(0).toISOString();
  expect(await readOperations(project)).toEqual([
    { id: 1, at, kind: 'leaveOut', pictures: [a, b] },
    { id: 2, at, kind: 'putBack', pictures: [b] },
    { id: 3, at, kind: 'undo', of: 2 },
    { id: 4, at, kind: 'undo', of: 1 },
    { id: 5, at, kind: 'undo', of: 4 },
  ]);
});

it('unknown pictures and operations are refused by name, and nothing is written', async () => {
  const project = await projectWithPictures();
  await expect(addOperation(project, leaveOut(a, 'f'.repeat(16)), now)).rejects.toMatchObject({
    code: 'dataset.unknownPictures',
    details: { pictures: ['f'.repeat(16)] },
  });
  await expect(readFile(operationsPath(project))).rejects.toThrow('ENOENT');
  await addOperation(project, leaveOut(c), now);
  await expect(undoOperation(project, 7, now)).rejects.toMatchObject({
    code: 'dataset.unknownOperation',
    details: { id: 7, known: [1] },
  });
  await undoOperation(project, 1, now);
  await expect(undoOperation(project, 1, now)).rejects.toMatchObject({ code: 'dataset.alreadyUndone' });
  expect(await readOperations(project)).toHaveLength(2);
});

it('a torn last line is cut off by the next operation; a bad line in the middle is damage', async () => {
  const project = await projectWithPictures();
  await addOperation(project, leaveOut(a), now);
  await appendFile(operationsPath(project), '{"kind":"leaveOut","pictu');
  expect(await leftOut(project)).toEqual([a]);
  await addOperation(project, leaveOut(b), now);
  expect(await leftOut(project)).toEqual([a, b]);
  await appendFile(operationsPath(project), '{"id":3,"at":"1970-01-01T00:00:00.000Z","kind":"burn","pictures":[]}\n');
  await expect(readOperations(project)).rejects.toMatchObject({ code: 'storage.damaged' });
});
