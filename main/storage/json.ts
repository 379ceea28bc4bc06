/** JSON files with a schema version: parsed on reading, migrated when old, refused when newer. */
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import type { Schema } from '../base/rpc.ts';
import { readIfPresent, writeFileAtomic } from './files.ts';

/** How one kind of file is stored. `migrations[v]` turns version v into version v + 1. */
export interface JsonFormat<T> {
  readonly version: number;
  readonly schema: Schema<T>;
  readonly migrations?: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>>;
}

/** Reads a versioned JSON file; undefined when there is none. Throws `storage.newerVersion` and `storage.damaged`. */
export async function readJson<T>(path: string, format: JsonFormat<T>): Promise<T | undefined> {
  const bytes = await readIfPresent(path);
  return bytes === undefined ? undefined : parseJson(path, bytes.toString('utf8'), format);
}

/** Parses one versioned JSON text that came from `path`. */
export function parseJson<T>(path: string, text: string, format: JsonFormat<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw studioError('storage.damaged', { path, reason: 'it is not complete JSON' }, thrown);
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('schemaVersion' in value) ||
    typeof value.schemaVersion !== 'number'
  ) {
    throw studioError('storage.damaged', { path, reason: 'it has no schema version' });
  }
  if (value.schemaVersion > format.version) {
    throw studioError('storage.newerVersion', { path, found: value.schemaVersion, known: format.version });
  }
  let { schemaVersion, ...record } = value as { schemaVersion: number } & Record<string, unknown>;
  for (; schemaVersion < format.version; schemaVersion++) {
    const migrate = format.migrations?.[schemaVersion];
    if (!migrate)
      throw studioError('storage.damaged', { path, reason: `version ${schemaVersion} can not be read any more` });
    record = migrate(record);
  }
  try {
    return format.schema.parse(record);
  } catch (thrown) {
    throw studioError('storage.damaged', { path, reason: problemsOf(thrown).join('; ') }, thrown);
  }
}

/** Writes a versioned JSON file atomically, readable without the app. */
export async function writeJson<T extends object>(path: string, format: JsonFormat<T>, value: T): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify({ schemaVersion: format.version, ...value }, null, 2)}\n`);
}
