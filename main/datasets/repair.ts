/** Looks whether every used picture still has its shaped copy, and puts the manifest right where one is gone. */
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { withFileErrors } from '../storage/files.ts';
import { readJsonl, writeJsonl } from '../storage/jsonl.ts';
import { imageFile, imagesFolder, manifestPath } from './layout.ts';
import { ManifestIndex } from './manifest-index.ts';
import { manifestRowSchema } from './schema.ts';
import { adjusted, unadjusted } from './operations/adjustments.ts';
import { framedName } from './operations/framing.ts';
import { readOperations } from './operations/log.ts';
import type { UsedPicture } from './schema.ts';

export interface RepairReport {
  /** Pictures whose copy is gone. They are quarantined now; importing their source again brings them back. */
  readonly missing: readonly UsedPicture[];
  /** Files of an import or a framing that was killed: written in part, or not entered anywhere yet. They were removed. */
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
  const framed = await framedNames(project);
  // Only names that the studio gives are ever removed.
  const leftovers = [...present].filter((name) => {
    const copy = /^([0-9a-f]{16})(-[0-9a-f]{8})?\.png((?:\.[0-9a-f]{8})?\.tmp)?$/.exec(name);
    if (copy === null) return false;
    const [, id = '', framing, unfinished] = copy;
    return unfinished !== undefined || (framing ? !framed.has(id + framing) : index.picture(id) === undefined);
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

/** Names of the framed copies that an operation speaks of, undone or not: undoing that must not need the source. */
async function framedNames(project: string): Promise<Set<string>> {
  const operations = (await readOperations(project)).filter((row) => row.kind !== 'undo');
  return new Set(
    operations.flatMap((row) => {
      const { framings } = adjusted(unadjusted, row);
      return Object.entries(framings).map(([id, framing]) => framedName(id, framing));
    }),
  );
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    return withFileErrors(folder, () => Promise.reject(thrown as Error));
  }
}
