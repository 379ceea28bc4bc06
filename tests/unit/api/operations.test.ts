/** What a window hears about operations on pictures. */
import { expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { JobBoard } from '../../../main/api/handlers/job-board.ts';
import { operationHandlers } from '../../../main/api/handlers/operations.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import { summarise } from '../../../main/api/handlers/summary.ts';
import type { Work } from '../../../main/api/handlers/work.ts';
import { unadjusted } from '../../../main/datasets/operations/adjustments.ts';
import type { Operation } from '../../../main/datasets/operations/schema.ts';
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
  let problem: Error | undefined;
  const framed: Operation[] = [];
  const engine = {
    'pictures.frame': async ({ operation }: { operation: Operation }) => {
      framed.push(operation);
      if (problem) throw problem;
      return {};
    },
    'pictures.whole': async () => ({ png: Uint8Array.of(137, 80) }),
    'latents.preview': async ({ operation }: { operation: Operation }) => ({ key: operation.kind }),
  };
  const place = { project: path, resources: '', library: '' };
  const session = {
    ...{ project, place, projectChanged: () => void changes++ },
    engine: Promise.resolve(engine),
    computingEngine: () => Promise.resolve(engine),
  } as unknown as Session;
  const board = new JobBoard(() => undefined);
  const work = { start: board.start.bind(board) } as unknown as Work;
  const handlers = operationHandlers(session, work);
  return {
    operate: (kind: 'leaveOut' | 'putBack', ...names: string[]) =>
      handlers['dataset.operate']({ operation: { kind, pictures: names } }, context),
    recrop: (side: number) =>
      handlers['dataset.operate'](
        { operation: { kind: 'recrop', pictures: [ids[0]!], square: { x: 0, y: 0, side } } },
        context,
      ),
    framed,
    preview: (operation: Operation) => handlers['latents.preview']({ operation }, context),
    fail: (error: Error | undefined) => void (problem = error),
    whole: () => handlers['pictures.whole']({ picture: ids[0]! }, context),
    jobs: () => board.list(),
    undo: (id: number) => handlers['dataset.undo']({ id }, context),
    list: () => handlers['dataset.operations']({}, context),
    changes: () => changes,
    summary: () => summarise(project as unknown as Session['project']),
  };
}

it('says what was done in words, what of it holds, and what it comes to', async () => {
  const { operate, undo, list, changes, summary } = await rig();
  expect(await list()).toEqual({ operations: [], adjustments: unadjusted });
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
  expect(adjustments).toEqual({ ...unadjusted, leftOut: ids.slice(0, 4) });
  expect(changes()).toBe(5);
  expect(await summary()).toMatchObject({
    pictures: { used: 5 },
    adjusted: { leftOut: 4, weighed: 0, reframed: 0, clipped: 0 },
  });
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

it('records a new framing once its copies are there, which is a job, and nothing when they can not be made', async () => {
  const { recrop, list, framed, fail, jobs } = await rig();
  await expect(recrop(33)).rejects.toMatchObject({ code: 'dataset.badSquare' });
  expect([framed, jobs()]).toEqual([[], []]);
  fail(studioError('dataset.sourceGone', { source: 'picture 0.png', reason: 'It is not there any more.' }));
  await expect(recrop(32)).rejects.toMatchObject({ code: 'dataset.sourceGone' });
  expect((await list()).operations).toEqual([]);
  fail(undefined);
  const { operations, adjustments } = await recrop(32);
  expect(operations.map(({ words }) => words)).toEqual(['Cropped to 32 × 32 pixels from (0, 0): picture 0.png']);
  expect(adjustments.framings).toEqual({ [ids[0]!]: { kind: 'square', square: { x: 0, y: 0, side: 32 } } });
  expect(jobs().map(({ kind, status }) => `${kind} ${status}`)).toEqual(['adjust failed', 'adjust done']);
});

it('previews what pictures are known to the project for; encoding for that is a job, and nothing is recorded', async () => {
  const { preview, list, jobs } = await rig();
  await expect(preview({ kind: 'leaveOut', pictures: ['f'.repeat(16)] })).rejects.toMatchObject({
    code: 'dataset.unknownPictures',
  });
  expect(await preview({ kind: 'leaveOut', pictures: [ids[0]!] })).toEqual({ key: 'leaveOut' });
  expect(await preview({ kind: 'clip', k: 8 })).toEqual({ key: 'clip' });
  expect(jobs()).toEqual([]);
  expect(await preview({ kind: 'pad', pictures: [ids[0]!], background: '#000000' })).toEqual({ key: 'pad' });
  expect(jobs().map(({ kind, status, title }) => `${kind} ${status}: ${title}`)).toEqual([
    'adjust done: Encoding for a preview',
  ]);
  expect((await list()).operations).toEqual([]);
});

it('hands a whole picture over as an address that needs no file', async () => {
  const { whole } = await rig();
  expect(await whole()).toEqual({ url: 'data:image/png;base64,iVA=' });
});
