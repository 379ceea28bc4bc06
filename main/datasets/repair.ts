/** Looks whether every used picture still has its shaped copy, and puts the manifest right where one is gone. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withFileErrors } from '../storage/files.ts';
import { readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { imageFile, imagesFolder, manifestPath } from './layout.ts';
import { ManifestIndex } from './manifest-index.ts';
import { manifestRowSchema } from './schema.ts';
import type { UsedPicture } from './schema.ts';

export interface RepairReport {
  /** Pictures whose copy is gone. They are quarantined now; importing their source again brings them back. */
  readonly missing: readonly UsedPicture[];
  /** Files of an import that was killed: written in part, or not entered in the manifest yet. They were removed. */
  readonly leftovers: number;
  /** Bytes of an unfinished last line of the manifest, which are not read. */
  readonly tornBytes: number;
}

/** Checks a dataset; for when a project is opened, and before an import. A whole dataset is not written to. */
export async function repairDataset(project: string): Promise<RepairReport> {
  const { rows, tornBytes } = await readJsonl(manifestPath(project), manifestRowSchema);
  const index = new ManifestIndex(rows);
  const present = new Set(await filesOf(imagesFolder(project)));
  const kept = index.rows();
  const missing = kept.filter((row) => row.kind === 'used').filter(({ file }) => !present.has(basename(file)));
  if (missing.length > 0) {
    const gone = new Set(missing.map(({ id }) => id));
    await writeJsonl(
      manifestPath(project),
      kept.map((row) => (row.kind === 'used' && gone.has(row.id) ? quarantine(row) : row)),
    );
  }
  // Only names that an import gives are ever removed.
  const leftovers = [...present].filter((name) => {
    const id = /^([0-9a-f]{16})\.png(\.tmp)?$/.exec(name);
    return id !== null && (id[2] !== undefined || index.picture(id[1]!) === undefined);
  });
  for (const name of leftovers) {
    const path = join(imagesFolder(project), name);
    await withFileErrors(path, () => rm(path, { force: true }));
  }
  return { missing, leftovers: leftovers.length, tornBytes };
}

const quarantine = ({ id, source }: UsedPicture) => ({
  kind: 'quarantined',
  source,
  reason: `Its shaped copy ${imageFile(id)} is gone from the project. Import it again to bring it back.`,
});

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    return withFileErrors(folder, () => Promise.reject(thrown as Error));
  }
}
