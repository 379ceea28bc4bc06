import { expect, it } from 'vitest';
import type { RunRecord } from '../../../main/runs/schema.ts';
import { createRunFolder, readLog, readRun } from '../../../main/runs/store.ts';
import { planRun } from '../../../main/training/plan.ts';
import { RunJournal } from '../../../main/workers/run-journal.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

it('tells of steps that are not finite in plain words, and keeps how often the learning rate was halved', async () => {
  const project = await temporaryFolder();
  const id = await createRunFolder(project);
  const config = tinyConfig();
  const record: RunRecord = {
    ...{ id, name: 'A run', createdAt: new Date(0).toISOString(), latentsKey: 'k', vae: 'starter', config },
    ...{ plan: planRun(config, tinyShape, 48, 12), status: 'running', step: 0, seconds: 0, skipped: 0, halvings: 0 },
    scores: [],
  };
  const journal = new RunJournal(project, () => undefined);
  await journal.trouble(record, { kind: 'rolledBack', step: 4, count: 1 });
  await journal.trouble(record, { kind: 'rolledBack', step: 70, count: 10 });
  await journal.trouble({ ...record, halvings: 1 }, { kind: 'halved', step: 200, count: 101, learningRate: 5e-4 });
  expect((await readLog(project, id)).map(({ step, kind, text }) => `${step} ${kind}: ${text}`)).toEqual([
    '4 trouble: The numbers of this step were not finite (NaN). It was rolled back: nothing of it is in the weights.',
    '70 trouble: 10 steps were rolled back by now, because their numbers were not finite (NaN).',
    '200 trouble: 101 steps were rolled back because their numbers were not finite (NaN), so the learning rate is halved: from here on it is 0.0005.',
  ]);
  expect((await readRun(project, id)).halvings).toBe(1);
});
