/** Projects on disk: making, opening and locking the folder that everything lives in. */
import { access, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { makeFolder, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { takeLock } from '../storage/lock.ts';
import type { Lock } from '../storage/lock.ts';
import { version } from '../base/version.ts';
import { projectFileSchema } from './schema.ts';
import type { ProjectFile } from './schema.ts';

const format: JsonFormat<ProjectFile> = { version: 1, schema: projectFileSchema };
const fileOf = (path: string): string => join(path, 'project.json');
export const projectExtension = '.cauchy';

export interface OpenProject {
  /** Absolute. */
  readonly path: string;
  readonly file: ProjectFile;
  close(): Promise<void>;
}

/** Names that Windows keeps for devices, with any ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Checks a name for every system, because projects are carried between computers. Throws `project.badName`. */
export function checkProjectName(name: string): string {
  const trimmed = name.trim().normalize('NFC');
  const bad = (reason: string) => studioError('project.badName', { name, reason });
  if (trimmed === '') throw bad('it is empty');
  if (trimmed.length > 100) throw bad('it is longer than 100 characters');
  // eslint-disable-next-line no-control-regex -- control characters are what must not be in it
  if (/[\\/:*?"<>|\u0000-\u001f]/.test(trimmed)) throw bad('it contains one of \\ / : * ? " < > |');
  if (trimmed.startsWith('.') || trimmed.endsWith('.')) throw bad('it begins or ends with a full stop');
  if (reserved.test(trimmed)) throw bad('Windows keeps this name for itself');
  return trimmed;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes `<parent>/<name>.cauchy` and opens it. Throws `project.badName`, `project.exists`, `storage.…`. */
export async function createProject(parent: string, name: string, program: string): Promise<OpenProject> {
  const checked = checkProjectName(name);
  const path = join(parent, `${checked}${projectExtension}`);
  if (await exists(path)) throw studioError('project.exists', { path });
  return createProjectAt(path, checked, program);
}

/** Makes a project at exactly `path`, which may be an empty folder, and opens it. */
export async function createProjectAt(path: string, name: string, program: string): Promise<OpenProject> {
  await makeFolder(path);
  const file: ProjectFile = { name, createdAt: new Date().toISOString(), createdBy: version };
  const lock = await lockProject(path, program);
  await writeJson(fileOf(path), format, file);
  return { path, file, close: () => lock.release() };
}

/** Opens a project. Throws `project.notAProject`, `project.openElsewhere`, `storage.newerVersion`, `storage.damaged`. */
export async function openProject(path: string, program: string): Promise<OpenProject> {
  await withFileErrors(path, () => stat(path));
  const file = await readJson(fileOf(path), format);
  if (!file) throw studioError('project.notAProject', { path });
  const lock = await lockProject(path, program);
  return { path, file, close: () => lock.release() };
}

/** Opens the project at `path`, or makes one there when the folder is absent or has no project. For the terminal. */
export async function openOrCreateProject(path: string, program: string): Promise<OpenProject> {
  if ((await readJson(fileOf(path), format)) !== undefined) return openProject(path, program);
  return createProjectAt(path, basename(path, projectExtension), program);
}

const lockProject = (path: string, program: string): Promise<Lock> =>
  takeLock(join(path, 'project.lock'), { program, project: path });
export const projectExists = (path: string): Promise<boolean> => exists(fileOf(path));
