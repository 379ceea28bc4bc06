/** Encoding a project whose pictures something was done about. */
import { expect, it } from 'vitest';
import { undoOperation } from '../../../main/datasets/operations/log.ts';
import { completeLatents, currentLatents } from '../../../main/latents/caches.ts';
import { drawnProject } from '../../support/encoding.ts';
import { tinyFolder } from '../../support/vaes.ts';

const now = () => new Date(0);

it('a set without the pictures left out takes over all others; undoing makes the first set count again', async () => {
  const { project, encode, latents, ids, operate } = await drawnProject(16, tinyFolder);
  const first = await encode();
  expect(first.report).toMatchObject({ pictures: 16, encoded: 16, reused: 0 });
  const before = await latents();
  const [a, b] = [ids[4]!, ids[5]!];
  await operate({ kind: 'leaveOut', pictures: [a, b] });
  expect(await currentLatents(project)).toBeUndefined();
  const second = await encode();
  expect(second.key).not.toBe(first.key);
  expect(second.report).toMatchObject({ pictures: 14, encoded: 0, reused: 14 });
  expect(second.statistics.pictures).toBe(14);
  const { [a]: _a, [b]: _b, ...others } = before;
  expect(await latents()).toEqual(others);
  await undoOperation(project, 1, now);
  expect((await completeLatents(project)).key).toBe(first.key);
  await undoOperation(project, 2, now);
  expect((await completeLatents(project)).key).toBe(second.key);
});

it('only pictures that are framed anew are encoded, and none is taken over for another framing', async () => {
  const { project, encode, latents, ids, operate } = await drawnProject(16, tinyFolder);
  const first = await encode();
  const before = await latents();
  const [a, b] = [ids[2]!, ids[9]!];
  // The copies are made by encoding here, as those that were lost are.
  await operate({ kind: 'recrop', pictures: [a, b], square: { x: 8, y: 8, side: 16 } });
  const cropped = await encode();
  expect(cropped.report).toMatchObject({ pictures: 16, encoded: 2, reused: 14 });
  const after = await latents();
  for (const id of ids) (id === a || id === b ? expect(after[id]).not : expect(after[id])).toEqual(before[id]);

  await operate({ kind: 'leaveOut', pictures: [ids[0]!] });
  await undoOperation(project, 1, now);
  // The newest set shows another part of the two, an older one the right one.
  const fewer = await encode();
  expect(fewer.report).toMatchObject({ pictures: 15, encoded: 0, reused: 15 });
  const { [ids[0]!]: _, ...others } = before;
  expect(await latents()).toEqual(others);

  await undoOperation(project, 2, now);
  expect((await completeLatents(project)).key).toBe(first.key);
  await undoOperation(project, 3, now);
  expect((await completeLatents(project)).key).toBe(cropped.key);
  // The same square again, of one of them only: its latents are there.
  await operate({ kind: 'pad', pictures: [b], background: '#000000' });
  await operate({ kind: 'recrop', pictures: [a], square: { x: 8, y: 8, side: 16 } });
  expect((await encode()).report).toMatchObject({ pictures: 16, encoded: 1, reused: 15 });
});
