/** Runs on disk: `runs/<id>/run.json`, metrics, checkpoints and sample sheets. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import { makeFolder, removeUnfinished, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { runMigrations } from './migrations.ts';
import { runLogRowSchema, runRecordSchema, sampleSheetSchema } from './schema.ts';
import type { RunLogRow, RunRecord, SampleSheet } from './schema.ts';

const format: JsonFormat<RunRecord> = { version: 2, schema: runRecordSchema, migrations: runMigrations };

export const runFolder = (project: string, id: string): string => join(project, 'runs', id);
const recordFile = (project: string, id: string): string => join(runFolder(project, id), 'run.json');
const logFile = (project: string, id: string): string => join(runFolder(project, id), 'log.jsonl');
const sheetsFile = (project: string, id: string): string => join(runFolder(project, id), 'samples', 'sheets.jsonl');

/** Ids that were ever used, oldest first: a deleted run leaves its empty folder. */
async function usedIds(project: string): Promise<string[]> {
  const names = await readdir(join(project, 'runs'), { withFileTypes: true }).catch(() => []);
  return names.flatMap((entry) => (entry.isDirectory() && /^run-\d+$/.test(entry.name) ? [entry.name] : [])).sort();
}

/** All runs, oldest first. */
export async function listRuns(project: string): Promise<RunRecord[]> {
  const records = await Promise.all((await usedIds(project)).map((id) => readJson(recordFile(project, id), format)));
  return records.filter((record) => record !== undefined);
}

/** A run by id. Throws `run.unknown`. */
export async function readRun(project: string, id: string): Promise<RunRecord> {
  const record = (await usedIds(project)).includes(id) ? await readJson(recordFile(project, id), format) : undefined;
  if (record) return record;
  throw studioError('run.unknown', { run: id, known: (await listRuns(project)).map((run) => run.id) });
}

export const writeRun = (project: string, record: RunRecord): Promise<void> =>
  writeJson(recordFile(project, record.id), format, record);

/** Makes the folder of a new run and returns its id: never one that was used before. */
export async function createRunFolder(project: string): Promise<string> {
  const used = (await usedIds(project)).map((id) => Number(id.slice(4)));
  const id = `run-${String(Math.max(0, ...used) + 1).padStart(3, '0')}`;
  await makeFolder(join(runFolder(project, id), 'samples'));
  return id;
}

/** Deletes all of a run but its empty folder: pictures in the gallery name their run, and no other may have that id. */
export async function deleteRun(project: string, id: string): Promise<void> {
  const { id: known } = await readRun(project, id);
  const folder = runFolder(project, known);
  await withFileErrors(folder, () => rm(folder, { recursive: true }));
  await makeFolder(folder);
}

/**
 * Marks runs that a process left as running or paused when it died, by the `reason` where it is known, and removes what
 * it was writing. They can be resumed from their last checkpoint.
 */
export async function markInterrupted(project: string, reason?: StudioError): Promise<void> {
  const error = reason && { code: reason.code, ...reason.words };
  for (const run of await listRuns(project)) {
    if (run.status !== 'running' && run.status !== 'paused') continue;
    await removeUnfinished(runFolder(project, run.id));
    await writeRun(project, { ...run, status: 'interrupted', ...(error ? { error } : {}) });
  }
}

/** One sheet for each step and number of sampling steps: one that had to be made again replaces the first. */
export async function readSheets(project: string, id: string): Promise<readonly SampleSheet[]> {
  const { rows } = await readJsonl(sheetsFile(project, id), sampleSheetSchema);
  return [...new Map(rows.map((sheet) => [`${sheet.step} ${sheet.nfe}`, sheet])).values()];
}

export const addSheet = (project: string, id: string, sheet: SampleSheet): Promise<void> =>
  appendRow(sheetsFile(project, id), sheet);

/** What happened to a run, oldest first. */
export async function readLog(project: string, id: string): Promise<readonly RunLogRow[]> {
  return (await readJsonl(logFile(project, id), runLogRowSchema)).rows;
}

export const addToLog = (project: string, id: string, row: RunLogRow): Promise<void> =>
  appendRow(logFile(project, id), row);

async function appendRow(path: string, row: object): Promise<void> {
  const writer = await JsonlWriter.open(path);
  try {
    await writer.append([row]);
  } finally {
    await writer.close();
  }
}

/** Forgets sheets made after `step`, which is trained again. */
export async function truncateSheets(project: string, id: string, step: number): Promise<void> {
  const sheets = await readSheets(project, id);
  const keep = sheets.filter((sheet) => sheet.step <= step);
  if (keep.length < sheets.length) await writeJsonl(sheetsFile(project, id), keep);
}
