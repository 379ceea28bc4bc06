/** Reading a dataset: its rows, counts and pages, what identifies it, and its pictures' pixels. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { StudioError, studioError } from '../base/errors.ts';
import { fileVersion, readIfPresent } from '../storage/files.ts';
import { readJson } from '../storage/json.ts';
import { readJsonl } from '../storage/jsonl.ts';
import { manifestPath, settingsFormat, settingsPath } from './layout.ts';
import { classesOf } from './classes.ts';
import { ManifestIndex, countOf, noCounts } from './manifest-index.ts';
import { unadjusted } from './operations/adjustments.ts';
import { framedName } from './operations/framing.ts';
import type { Adjustments } from './operations/schema.ts';
import { manifestRowSchema } from './schema.ts';
import type {
  DatasetSummary,
  ManifestRow,
  PictureCounts,
  PictureFilter,
  PicturePage,
  PictureSettings,
  UsedPicture,
} from './schema.ts';
import { decodeRgb } from './sharp.ts';

/** The manifest that was read last: screens ask for page after page of one that does not change. */
let last: { readonly path: string; readonly version: string; readonly rows: readonly ManifestRow[] } | undefined;

/**
 * The manifest of a project: one row per file seen, in the order of import. No manifest is an empty one. Throws
 * `storage.damaged` for a bad line that is not a torn last one.
 */
export async function readManifest(project: string): Promise<readonly ManifestRow[]> {
  const path = manifestPath(project);
  const version = await fileVersion(path);
  if (last?.path !== path || last.version !== version) {
    last = { path, version, rows: (await readIndex(project)).rows() };
  }
  return last.rows;
}

/** The manifest as an index of its own to add to. Throws like `readManifest`. */
export async function readIndex(project: string): Promise<ManifestIndex> {
  return new ManifestIndex((await readJsonl(manifestPath(project), manifestRowSchema)).rows);
}

/** How the pictures of a project were brought to one shape; undefined before the first import. */
export async function readSettings(project: string): Promise<PictureSettings | undefined> {
  return readJson(settingsPath(project), settingsFormat);
}

/** How many rows are of each kind. */
export function countRows(rows: readonly ManifestRow[]): PictureCounts {
  const counts = noCounts();
  for (const { kind } of rows) counts[countOf[kind]]++;
  return counts;
}

/** The pictures in use, ordered by id: the same pictures give the same order, however they were imported. */
export function usedPictures(rows: readonly ManifestRow[]): UsedPicture[] {
  return rows.filter((row) => row.kind === 'used').sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Rows `offset` … `offset + limit` of those that `filter` lets through, in the order of import. */
export function pageOf(
  rows: readonly ManifestRow[],
  { filter, offset, limit }: { readonly filter: PictureFilter; readonly offset: number; readonly limit: number },
): PicturePage {
  const listed = filter === 'all' ? rows : rows.filter(({ kind }) => kind === filter);
  return { rows: listed.slice(offset, offset + limit), total: listed.length };
}

/** What there is to know at a glance. */
export function summarise(rows: readonly ManifestRow[], settings: PictureSettings): DatasetSummary {
  const summary: DatasetSummary = {
    counts: countRows(rows),
    formats: {},
    enlarged: 0,
    firstFrames: 0,
    classes: classesOf(rows),
  };
  let [fewest, most] = [Infinity, -Infinity];
  for (const { source, width, height, format, frames } of usedPictures(rows)) {
    summary.formats[format] = (summary.formats[format] ?? 0) + 1;
    if (frames !== undefined) summary.firstFrames++;
    if (isEnlarged({ width, height }, settings)) summary.enlarged++;
    if (width * height < fewest) summary.smallest = { source, width, height };
    if (width * height > most) summary.largest = { source, width, height };
    fewest = Math.min(fewest, width * height);
    most = Math.max(most, width * height);
  }
  return summary;
}

/** Whether an original of this size had to be enlarged: cropped by its short side, fitted by its long one. */
export function isEnlarged(
  { width, height }: { readonly width: number; readonly height: number },
  { size, framing }: PictureSettings,
): boolean {
  return (framing === 'crop' ? Math.min(width, height) : Math.max(width, height)) < size;
}

/**
 * What identifies a dataset: SHA-256 (64 hex digits) over the ids of the pictures that are encoded and the settings they were
 * shaped with, and what single pictures show instead. The order of import, file names, classes and quarantined files do not matter; a picture that is left out is as one
 * that never was there.
 */
export function datasetHash(
  rows: readonly ManifestRow[],
  { size, framing, background }: PictureSettings,
  { leftOut, framings }: Adjustments = unadjusted,
): string {
  const hash = createHash('sha256').update(JSON.stringify([size, framing, background.toLowerCase()]));
  const gone = new Set(leftOut);
  for (const { id } of usedPictures(rows)) if (!gone.has(id)) hash.update(framedName(id, framings[id]));
  return hash.digest('hex');
}

/**
 * The pixels of a used picture: RGB, 8 bits, 3·size² bytes, row by row. Throws `storage.notFound` and
 * `storage.damaged`.
 */
export async function loadPicture(project: string, row: UsedPicture): Promise<Uint8Array> {
  const path = join(project, row.file);
  const png = await readIfPresent(path);
  if (png === undefined) throw studioError('storage.notFound', { path });
  try {
    return (await decodeRgb(png)).data;
  } catch (thrown) {
    // A missing decoder is not the picture's fault.
    if (thrown instanceof StudioError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw studioError('storage.damaged', { path, reason }, thrown);
  }
}
