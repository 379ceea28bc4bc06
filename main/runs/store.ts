/** Runs on disk: `runs/<id>/run.json`, metrics, checkpoints and sample sheets. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import type { StudioError } from '../base/errors.ts';
import { makeFolder, removeUnfinished, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { JsonlWriter, readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { vaeRunRecordSchema } from '../vae/training-schema.ts';
import type { VaeRunRecord } from '../vae/training-schema.ts';
import { runMigrations } from './migrations.ts';
import { runLogRowSchema, runRecordSchema, sampleSheetSchema } from './schema.ts';
import type { RunLogRow, RunRecord, SampleSheet } from './schema.ts';

/** What is trained, by the beginning of a run's id: a latent consistency model, or a VAE. */
interface TrainedRecords {
  run: RunRecord;
  vae: VaeRunRecord;
}
type Trained = keyof TrainedRecords;
export type AnyRun = TrainedRecords[Trained];

const formats: { readonly [T in Trained]: JsonFormat<TrainedRecords[T]> } = {
  run: { version: 2, schema: runRecordSchema, migrations: runMigrations },
  vae: { version: 1, schema: vaeRunRecordSchema },
};

export const runFolder = (project: string, id: string): string => join(project, 'runs', id);
const recordFile = (project: string, id: string): string => join(runFolder(project, id), 'run.json');
const logFile = (project: string, id: string): string => join(runFolder(project, id), 'log.jsonl');
const sheetsFile = (project: string, id: string): string => join(runFolder(project, id), 'samples', 'sheets.jsonl');

/** Ids that were ever used, oldest first: a deleted run leaves its empty folder. */
async function usedIds(project: string, what: Trained): Promise<string[]> {
  const names = await readdir(join(project, 'runs'), { withFileTypes: true }).catch(() => []);
  const ids = new RegExp(`^${what}-\\d+$`);
  return names.flatMap((entry) => (entry.isDirectory() && ids.test(entry.name) ? [entry.name] : [])).sort();
}

async function list<T extends Trained>(project: string, what: T): Promise<TrainedRecords[T][]> {
  const ids = await usedIds(project, what);
  const records = await Promise.all(ids.map((id) => readJson(recordFile(project, id), formats[what])));
  return records.filter((record) => record !== undefined);
}

async function read<T extends Trained>(project: string, what: T, id: string): Promise<TrainedRecords[T]> {
  const isUsed = (await usedIds(project, what)).includes(id);
  const record = isUsed ? await readJson(recordFile(project, id), formats[what]) : undefined;
  if (record) return record;
  throw studioError('run.unknown', { run: id, known: (await list(project, what)).map((run) => run.id) });
}

/** All runs that train models, oldest first. */
export const listRuns = (project: string): Promise<RunRecord[]> => list(project, 'run');
/** All runs that train VAEs, oldest first. */
export const listVaeRuns = (project: string): Promise<VaeRunRecord[]> => list(project, 'vae');

/** A run by id. Throws `run.unknown`. */
export const readRun = (project: string, id: string): Promise<RunRecord> => read(project, 'run', id);
export const readVaeRun = (project: string, id: string): Promise<VaeRunRecord> => read(project, 'vae', id);
export const isVaeRun = (id: string): boolean => id.startsWith('vae-');
export const readAnyRun = (project: string, id: string): Promise<AnyRun> =>
  isVaeRun(id) ? readVaeRun(project, id) : readRun(project, id);

export const writeRun = (project: string, record: AnyRun): Promise<void> =>
  'kind' in record
    ? writeJson(recordFile(project, record.id), formats.vae, record)
    : writeJson(recordFile(project, record.id), formats.run, record);

/** Makes the folder of a new run and returns its id: never one that was used before. */
export async function createRunFolder(project: string, what: Trained = 'run'): Promise<string> {
  const used = (await usedIds(project, what)).map((id) => Number(id.slice(what.length + 1)));
  const id = `${what}-${String(Math.max(0, ...used) + 1).padStart(3, '0')}`;
  await makeFolder(join(runFolder(project, id), 'samples'));
  return id;
}

/** Deletes all of a run but its empty folder: pictures in the gallery name their run, and no other may have that id. */
export async function deleteRun(project: string, id: string): Promise<void> {
  const { id: known } = await readAnyRun(project, id);
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
  for (const run of [...(await listRuns(project)), ...(await listVaeRuns(project))]) {
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
