import { expect, it } from 'vitest';
import type { RunRecord, SampleSheet } from '../../../main/runs/schema.ts';
import {
  addSheet,
  addToLog,
  createRunFolder,
  deleteRun,
  listRuns,
  readLog,
  readRun,
  readSheets,
  truncateSheets,
  writeRun,
} from '../../../main/runs/store.ts';
import { planRun } from '../../../main/training/plan.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const sheet = (step: number, nfe: number, file = `${step}-${nfe}.png`): SampleSheet => ({
  step,
  nfe,
  file,
  rows: 4,
  columns: 4,
});

it('a sheet that had to be made again replaces the first, and sheets after a checkpoint are forgotten', async () => {
  const project = await temporaryFolder();
  const run = await createRunFolder(project);
  for (const made of [sheet(0, 1), sheet(0, 2), sheet(5, 1), sheet(5, 1, 'again.png'), sheet(5, 2)])
    await addSheet(project, run, made);
  expect(await readSheets(project, run)).toEqual([sheet(0, 1), sheet(0, 2), sheet(5, 1, 'again.png'), sheet(5, 2)]);
  await truncateSheets(project, run, 4);
  expect(await readSheets(project, run)).toEqual([sheet(0, 1), sheet(0, 2)]);
});

it('what happened to a run is kept in order', async () => {
  const project = await temporaryFolder();
  const run = await createRunFolder(project);
  expect(await readLog(project, run)).toEqual([]);
  const rows = [1, 2, 3].map((step) => ({
    at: new Date(step).toISOString(),
    step,
    kind: 'note' as const,
    text: `${step}`,
  }));
  for (const row of rows) await addToLog(project, run, row);
  expect(await readLog(project, run)).toEqual(rows);
});

it('ids of runs are never used twice, because pictures in the gallery name their run', async () => {
  const project = await temporaryFolder();
  expect([await createRunFolder(project), await createRunFolder(project)]).toEqual(['run-001', 'run-002']);
  const config = tinyConfig();
  const plan = planRun(config, tinyShape, 48, 12);
  const record: RunRecord = {
    ...{ id: 'run-002', name: 'A run', createdAt: new Date(0).toISOString(), latentsKey: 'k', vae: 'starter' },
    ...{ config, plan, status: 'stopped', step: 0, seconds: 0, skipped: 0, halvings: 0, scores: [] },
  };
  await writeRun(project, record);
  expect(await readRun(project, 'run-002')).toEqual(record);
  // The folder of run-001 holds no record: it is no run to choose.
  await expect(readRun(project, 'run-001')).rejects.toMatchObject({ details: { known: ['run-002'] } });
  await deleteRun(project, 'run-002');
  expect(await listRuns(project)).toEqual([]);
  await expect(readRun(project, 'run-002')).rejects.toMatchObject({ code: 'run.unknown' });
  expect(await createRunFolder(project)).toBe('run-003');
});
