/** What a window hears about operations on pictures. */
import { expect, it } from 'vitest';
import { operationHandlers } from '../../../main/api/handlers/operations.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import { summarise } from '../../../main/api/handlers/summary.ts';
import { manifestPath } from '../../../main/datasets/layout.ts';
import { writeJsonl } from '../../../main/storage/jsonl.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { noisePictures } from '../../support/tiny-vae.ts';

const pictures = noisePictures(5, 32);
const ids = pictures.map(({ id }) => id);
const context = { signal: new AbortController().signal, progress: () => undefined as never };

async function rig() {
  const path = await temporaryFolder();
  await writeJsonl(manifestPath(path), pictures);
  let changes = 0;
  const project = { path, file: { name: 'Noise' } };
  const session = { project, projectChanged: () => void changes++ } as unknown as Session;
  const handlers = operationHandlers(session);
  return {
    operate: (kind: 'leaveOut' | 'putBack', ...names: string[]) =>
      handlers['dataset.operate']({ operation: { kind, pictures: names } }, context),
    undo: (id: number) => handlers['dataset.undo']({ id }, context),
    list: () => handlers['dataset.operations']({}, context),
    changes: () => changes,
    summary: () => summarise(project as unknown as Session['project']),
  };
}

it('says what was done in words, what of it holds, and what it comes to', async () => {
  const { operate, undo, list, changes, summary } = await rig();
  expect(await list()).toEqual({ operations: [], adjustments: { leftOut: [], weights: {} } });
  expect((await summary()).adjusted).toBeUndefined();
  await operate('leaveOut', ...ids.slice(0, 4));
  await operate('putBack', ids[3]!);
  await undo(1);
  await undo(3);
  const { operations, adjustments } = await undo(2);
  expect(operations.map(({ row: { id }, words, inForce }) => `${id} ${words} ${inForce}`)).toEqual([
    '1 Left out: 4 pictures (picture 0.png, picture 1.png, picture 2.png and 1 more) true',
    '2 Used again: picture 3.png false',
    '3 Undone: Left out: 4 pictures (picture 0.png, picture 1.png, picture 2.png and 1 more) false',
    '4 Done again: operation 1 true',
    '5 Undone: Used again: picture 3.png true',
  ]);
  expect(adjustments).toEqual({ leftOut: ids.slice(0, 4), weights: {} });
  expect(changes()).toBe(5);
  expect(await summary()).toMatchObject({ pictures: { used: 5 }, adjusted: { leftOut: 4, weighed: 0 } });
});

it('numbers operations that come at the same time one after another, and goes on after one that is refused', async () => {
  const { operate, list, changes } = await rig();
  const refused = operate('leaveOut', 'f'.repeat(16));
  await Promise.all([
    expect(refused).rejects.toMatchObject({ code: 'dataset.unknownPictures' }),
    ...ids.map((id) => operate('leaveOut', id)),
  ]);
  const { operations } = await list();
  expect(operations.map(({ row }) => row.id)).toEqual([1, 2, 3, 4, 5]);
  expect(changes()).toBe(5);
});
