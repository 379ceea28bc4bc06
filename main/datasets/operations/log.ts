/** `dataset/operations.jsonl`: what was done about a project's pictures. It only grows; no file is one without operations. */
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import { JsonlWriter, readJsonl } from '../../storage/jsonl.ts';
import { readManifest } from '../manifest.ts';
import { adjustmentsOf, picturesNamed, rowsInForce } from './adjustments.ts';
import { operationRowSchema } from './schema.ts';
import type { Adjustments, Operation, OperationRow } from './schema.ts';

export const operationsPath = (project: string): string => join(project, 'dataset', 'operations.jsonl');

/** All rows, the oldest first. A torn last line is not read. Throws `storage.damaged`. */
export async function readOperations(project: string): Promise<readonly OperationRow[]> {
  return (await readJsonl(operationsPath(project), operationRowSchema)).rows;
}

export const readAdjustments = async (project: string): Promise<Adjustments> =>
  adjustmentsOf(await readOperations(project));

async function append(project: string, row: OperationRow): Promise<void> {
  const log = await JsonlWriter.open(operationsPath(project));
  try {
    await log.append([row]);
  } finally {
    await log.close();
  }
}

const nextId = (rows: readonly OperationRow[]): number => (rows.at(-1)?.id ?? 0) + 1;

/** Throws `dataset.unknownPictures` unless the operation is about pictures in use. */
export async function checkOperation(project: string, operation: Operation): Promise<void> {
  const used = new Set((await readManifest(project)).flatMap((row) => (row.kind === 'used' ? [row.id] : [])));
  const pictures = picturesNamed(operation).filter((id) => !used.has(id));
  if (pictures.length > 0) throw studioError('dataset.unknownPictures', { pictures });
}

/** Records an operation. One at a time for a project. Throws `dataset.unknownPictures`. */
export async function addOperation(project: string, operation: Operation, now: () => Date): Promise<void> {
  await checkOperation(project, operation);
  const rows = await readOperations(project);
  await append(project, { ...operation, id: nextId(rows), at: now().toISOString() });
}

/**
 * Takes the row `of` back; a row that took one back is taken back, too, which does it again. One at a time for a project. Throws
 * `dataset.unknownOperation` and `dataset.alreadyUndone`.
 */
export async function undoOperation(project: string, of: number, now: () => Date): Promise<void> {
  const rows = await readOperations(project);
  const inForce = rowsInForce(rows);
  if (!rows.some(({ id }) => id === of)) throw studioError('dataset.unknownOperation', { id: of, known: [...inForce] });
  if (!inForce.has(of)) throw studioError('dataset.alreadyUndone', { id: of });
  await append(project, { kind: 'undo', of, id: nextId(rows), at: now().toISOString() });
}
