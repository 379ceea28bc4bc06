/**
 * Imports pictures into a project. Files are looked at in a fixed order and decoded side by side, and their rows are
 * written in that order; so an import that was cut off left a beginning of the same manifest, and goes on from there.
 */
import { dirname, relative, sep } from 'node:path';
import { studioError } from '../base/errors.ts';
import { listed } from '../base/errors/words.ts';
import { ProgressMeter } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { writeJson } from '../storage/json.ts';
import { withClass } from './classes.ts';
import { DatasetWriter } from './dataset-writer.ts';
import type { PictureDecoder } from './decoder.ts';
import type { Found, FoundPicture } from './found.ts';
import { inOrder } from './in-order.ts';
import { imageFile, imagesFolder, settingsFormat, settingsPath } from './layout.ts';
import { mostBytesInFlight } from './limits.ts';
import { countOf, noCounts } from './manifest-index.ts';
import type { ManifestIndex } from './manifest-index.ts';
import { countRows, readIndex, readSettings } from './manifest.ts';
import type { DecodeOutcome } from './protocol.ts';
import { repairDataset } from './repair.ts';
import { scanRoots, scanSamples, toRoots } from './scan.ts';
import { pictureSettingsSchema } from './schema.ts';
import type { ImportProgress, ImportResult, ManifestRow, PictureSettings, PictureSource } from './schema.ts';

export interface ImportOptions {
  /** Absolute path of the project's folder. */
  readonly project: string;
  readonly source: PictureSource;
  readonly settings: PictureSettings;
  readonly decoder: PictureDecoder;
  /** Aborting keeps what is finished and throws `api.cancelled`. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/**
 * Imports pictures: every file seen becomes a row of the manifest, and every picture a shaped copy. Importing the same
 * again decodes only what is missing or has changed.
 *
 * Throws `dataset.badSize`, `dataset.folderMissing`, `dataset.settingsDiffer` before anything is written;
 * `dataset.noPictures` and `dataset.archiveRefused` after the reasons are in the manifest; `api.cancelled`, and
 * `storage.*` when the project's disk fails. What was finished by then is kept.
 */
export async function importPictures(options: ImportOptions): Promise<ImportResult> {
  const { project, source, signal } = options;
  const settings = checkSettings(options.settings);
  const roots = source.kind === 'paths' ? await toRoots(source.paths) : [];
  const closed = [project, dirname(imagesFolder(project)), imagesFolder(project)];
  const named = namerOf(source);
  const scan = () =>
    source.kind === 'samples' ? scanSamples(source, settings) : renamed(scanRoots(roots, closed), named);

  await repairDataset(project);
  const index = await readIndex(project);
  const isNew = await areNew(settings, project, index);
  const tally = new ImportTally(await count(scan(), signal), options.onProgress);
  let refusedArchive: string | undefined;
  if (tally.total > 0) {
    if (isNew) await writeJson(settingsPath(project), settingsFormat, settings);
    refusedArchive = await importFound(scan(), index, tally, { ...options, settings });
  }
  throwIfUseless(
    tally,
    roots.map(({ path }) => named(path)),
    refusedArchive,
  );
  return { counts: countRows(index.rows()), added: tally.added };
}

/** What a path is called: itself, or relative to the source's `base`, in the way of the web on every system. */
function namerOf(source: PictureSource): (path: string) => string {
  if (source.kind !== 'paths' || source.base === undefined) return (path) => path;
  const { base } = source;
  return (path) => relative(base, path).replaceAll(sep, '/');
}

async function* renamed(scan: AsyncIterable<Found>, named: (path: string) => string): AsyncGenerator<Found> {
  for await (const found of scan) {
    const source = named(found.source);
    yield found.kind === 'picture' && found.container !== undefined
      ? { ...found, source, container: named(found.container) }
      : { ...found, source };
  }
}

function checkSettings(settings: PictureSettings): PictureSettings {
  const { size } = settings;
  if (!pictureSettingsSchema.shape.size.safeParse(size).success) throw studioError('dataset.badSize', { size });
  return settings;
}

/** Whether these settings are to be written. One project has one setting; only without pictures can it change. */
async function areNew(asked: PictureSettings, project: string, index: ManifestIndex): Promise<boolean> {
  const has = await readSettings(project);
  if (has !== undefined && describe(has) === describe(asked)) return false;
  if (index.isEmpty()) return true;
  const path = settingsPath(project);
  if (has === undefined) throw studioError('storage.damaged', { path, reason: 'it is gone, but there are pictures' });
  throw studioError('dataset.settingsDiffer', { has: describe(has), asked: describe(asked) });
}

const describe = ({ size, framing, background }: PictureSettings): string =>
  `${size} × ${size} pixels, ${framing === 'crop' ? 'cropped' : 'fitted'}, on ${background.toLowerCase()}`;

async function count(scan: AsyncIterable<Found>, signal: AbortSignal | undefined): Promise<number> {
  let total = 0;
  for await (const _ of scan) {
    throwIfCancelled(signal);
    total++;
  }
  return total;
}

/** Decodes and enters what was found. Returns why the last archive that was refused was. */
async function importFound(
  scan: AsyncIterable<Found>,
  index: ManifestIndex,
  tally: ImportTally,
  { project, settings, decoder, signal }: ImportOptions,
): Promise<string | undefined> {
  const decode = async (found: Found): Promise<DecodeOutcome | undefined> => {
    if (found.kind !== 'picture' || index.isKnown(found.source, found.stamp)) return undefined;
    const loaded = await found.load();
    return loaded.kind === 'refused' ? loaded : decoder.decode({ source: loaded, settings }, { signal });
  };
  const outcomes = inOrder(scan, {
    most: 4 * decoder.concurrency,
    mostWeight: mostBytesInFlight,
    weigh: (found) => (found.kind === 'picture' ? found.bytes : 0),
    work: decode,
    signal,
  });
  let refusedArchive: string | undefined;
  const writer = await DatasetWriter.open(project);
  try {
    for await (const [found, outcome] of outcomes) {
      throwIfCancelled(signal);
      if (found.kind === 'refusedArchive') refusedArchive = found.reason;
      if (found.kind === 'picture') await clear(found.container, index, writer);
      const row = toRow(found, outcome, index);
      tally.add(await settle(row, outcome, index, writer), outcome !== undefined);
      if (found.kind === 'picture') await classify(found, index, writer);
    }
  } finally {
    await writer.close();
    tally.report();
  }
  return refusedArchive;
}

/** A folder or archive that was quarantined before, and that pictures come out of now, is no concern any more. */
async function clear(container: string | undefined, index: ManifestIndex, writer: DatasetWriter): Promise<void> {
  if (container === undefined || !index.isQuarantined(container)) return;
  const row: ManifestRow = { kind: 'ignored', source: container, reason: 'It could not be read before; now it can.' };
  index.add(row);
  await writer.add(row);
}

/** A known picture takes the class of the folder it lies in now: importing again is how pictures are sorted anew. */
async function classify(found: FoundPicture, index: ManifestIndex, writer: DatasetWriter): Promise<void> {
  const picture = index.pictureOf(found.source, found.stamp);
  const row = picture === undefined ? undefined : withClass(picture, found);
  if (row === undefined) return;
  index.add(row);
  await writer.add(row);
}

/** Enters a row unless the manifest says the same already, and tells what to count the file as. */
async function settle(
  row: ManifestRow | undefined,
  outcome: DecodeOutcome | undefined,
  index: ManifestIndex,
  writer: DatasetWriter,
): Promise<keyof ImportResult['added']> {
  if (row === undefined) return 'known';
  const isSaid = index.says(row);
  const hasCopy = row.kind === 'used' && index.picture(row.id) !== undefined;
  if (!isSaid) {
    index.add(row);
    await writer.add(row, outcome?.kind === 'decoded' && !hasCopy ? outcome.png : undefined);
  }
  return hasCopy || (isSaid && row.kind === 'duplicate') ? 'known' : countOf[row.kind];
}

/** What the manifest says about a file from now on; undefined when it is known and unchanged. */
function toRow(found: Found, outcome: DecodeOutcome | undefined, index: ManifestIndex): ManifestRow | undefined {
  const { source } = found;
  if (found.kind === 'refusedArchive') {
    return { kind: 'quarantined', source, reason: `The archive was refused: ${found.reason}.` };
  }
  if (found.kind !== 'picture') return found;
  if (outcome === undefined) return undefined;
  if (outcome.kind === 'refused') {
    if (found.certain || outcome.recognised) return { kind: 'quarantined', source, reason: outcome.reason };
    return { kind: 'ignored', source, reason: 'Not a picture: neither its name nor its contents are those of one.' };
  }
  const { png: _png, kind: _kind, id, ...original } = outcome;
  const stamp = found.stamp === undefined ? {} : { stamp: found.stamp };
  const same = index.picture(id);
  if (same !== undefined && same.source !== source) return { kind: 'duplicate', source, of: id, ...stamp };
  const label = found.label ?? same?.label;
  return { kind: 'used', id, source, file: imageFile(id), ...original, ...stamp, ...(label ? { label } : {}) };
}

/** Counts what became of the files, and reports it at most ten times a second. */
class ImportTally {
  readonly added = { ...noCounts(), known: 0 };
  readonly total: number;
  readonly #onProgress: ((progress: ImportProgress) => void) | undefined;
  readonly #meter = new ProgressMeter();
  #done = 0;
  #decoded = 0;
  #reported = -Infinity;

  constructor(total: number, onProgress: ((progress: ImportProgress) => void) | undefined) {
    this.total = total;
    this.#onProgress = onProgress;
    this.#meter.update(0);
  }

  add(what: keyof ImportResult['added'], wasDecoded: boolean): void {
    this.added[what]++;
    this.#done++;
    if (wasDecoded) this.#decoded++;
    if (performance.now() - this.#reported >= 100) this.report();
  }

  report(): void {
    this.#reported = performance.now();
    // Files that need no decoding take no time worth counting; the rate is that of decoding alone.
    const skipped = this.#done - this.#decoded;
    const total = Math.max(this.total, this.#done);
    const { perSecond, remainingSeconds } = this.#meter.update(this.#decoded, total - skipped);
    const { known: _known, ...counts } = this.added;
    this.#onProgress?.({ done: this.#done, total, perSecond, remainingSeconds, counts });
  }
}

/** An import of which nothing can be used is an error, once its reasons are in the manifest. */
function throwIfUseless({ added, total }: ImportTally, chosen: readonly string[], refused: string | undefined): void {
  if (added.used + added.duplicates + added.known > 0) return;
  const path = listed(chosen);
  if (refused !== undefined && chosen.length === 1)
    throw studioError('dataset.archiveRefused', { path, reason: refused });
  throw studioError('dataset.noPictures', { path, files: total });
}
