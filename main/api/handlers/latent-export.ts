/** Writes what is known of the latents that count: a page for people, a file for scripts, or tables. */
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { version } from '../../base/version.ts';
import { readManifest } from '../../datasets/manifest.ts';
import { readAdjustments } from '../../datasets/operations/log.ts';
import { countAdjusted } from '../../datasets/present.ts';
import { currentLatents } from '../../latents/caches.ts';
import { jsonOf } from '../../latents/exports/described.ts';
import type { ExportedLatents } from '../../latents/exports/described.ts';
import type { ExportFormat, ExportResult } from '../../latents/exports/schema.ts';
import { tablesOf } from '../../latents/exports/tables.ts';
import type { OutlierFilter } from '../../latents/outlier-schema.ts';
import { reportPage, worstInReport } from '../../latents/report/page.ts';
import type { WorstPicture } from '../../latents/report/page.ts';
import { withFileErrors, writeFileAtomic } from '../../storage/files.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { LatentLab } from './latent-lab.ts';
import type { Session } from './session.ts';

interface Rows<Row> {
  readonly rows: readonly Row[];
}

/** All rows of a list that comes in pages. */
export async function allRows<Row>(
  pageFrom: (offset: number, limit: number) => Promise<Rows<Row>> | Rows<Row>,
  most = Infinity,
): Promise<Row[]> {
  const rowsPerPage = 500;
  const rows: Row[] = [];
  while (rows.length < most) {
    const limit = Math.min(rowsPerPage, most - rows.length);
    const page = await pageFrom(rows.length, limit);
    rows.push(...page.rows);
    if (page.rows.length < limit) break;
  }
  return rows;
}

export type LatentExportMethods = 'latents.export';

export const latentExportHandlers = (
  session: Session,
  lab: LatentLab,
): Pick<Handlers<StudioContract>, LatentExportMethods> => ({
  'latents.export': ({ format }) => exportLatents(session, lab, { format }),
});

/**
 * @param path the file, or the folder of the tables; without it they go below `exports/` of the project. Files that are there are replaced.
 * Throws `latents.missing`.
 */
export async function exportLatents(
  session: Session,
  lab: LatentLab,
  { format, path }: { readonly format: ExportFormat; readonly path?: string | undefined },
): Promise<ExportResult> {
  const { path: project } = session.project;
  const exportedAt = new Date().toISOString();
  const latents = await collect(session, lab, exportedAt);
  const name = `latents-${exportedAt.replace(/[:.]/g, '-')}`;
  const usual = format === 'csv' ? name : `${name}.${format}`;
  const target = path ?? join(project, 'exports', usual);
  const files =
    format === 'csv'
      ? tablesOf(latents).map(({ name: file, text }) => ({ path: join(target, file), text }))
      : [{ path: target, text: format === 'json' ? jsonOf(latents) : await report(session, lab, latents) }];
  for (const file of files) await writeFileAtomic(file.path, file.text);
  return {
    absolutePath: target,
    files: files.map((file) => ({
      file: relative(project, file.path).split(sep).join('/'),
      bytes: Buffer.byteLength(file.text),
    })),
  };
}

async function collect({ project }: Session, lab: LatentLab, exportedAt: string): Promise<ExportedLatents> {
  const statistics = await lab.statistics();
  const manifest = await currentLatents(project.path);
  if (!statistics || !manifest) throw studioError('latents.missing', {});
  const filter: OutlierFilter = { beyond: 'outer' };
  return {
    ...{ project: project.file.name, version, exportedAt, vae: manifest.vae.name, pictureSize: manifest.pictureSize },
    ...{ encodedAt: manifest.encodedAt, statistics, pixels: await lab.pixels() },
    outliers: await allRows((offset, limit) => lab.outliers({ filter: {}, offset, limit })),
    pictures: await allRows((offset, limit) => lab.pictures({ filter, offset, limit })),
  };
}

async function report({ project }: Session, lab: LatentLab, latents: ExportedLatents): Promise<string> {
  const rows = latents.pictures.slice(0, worstInReport);
  return reportPage({
    ...latents,
    positions: await lab.positions(),
    adjusted: countAdjusted(await readManifest(project.path), await readAdjustments(project.path)),
    worst: await Promise.all(rows.map((row) => worstPicture(project.path, lab, row))),
  });
}

async function worstPicture(project: string, lab: LatentLab, row: WorstPicture['row']): Promise<WorstPicture> {
  const path = join(project, row.file);
  const bytes = await withFileErrors(path, () => readFile(path));
  const filter: OutlierFilter = { picture: row.id, beyond: 'outer' };
  const outliers = await allRows((offset, limit) => lab.outliers({ filter, offset, limit }));
  // Several channels can have one at the same place.
  const cells = new Map(outliers.map(({ row: y, col: x }) => [`${y} ${x}`, { row: y, col: x }]));
  return { row, image: `data:image/png;base64,${bytes.toString('base64')}`, cells: [...cells.values()] };
}
