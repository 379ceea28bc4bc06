/**
 * The manifest in memory. On disk it only grows; a later row about the same file replaces an earlier one, except that
 * a used picture stays: it is a copy in the project, whatever becomes of its source.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ManifestRow, PictureCounts, UsedPicture } from './schema.ts';

export const noCounts = (): PictureCounts => ({ used: 0, quarantined: 0, duplicates: 0, ignored: 0 });

/** The count that a row adds to. */
export const countOf = {
  used: 'used',
  quarantined: 'quarantined',
  duplicate: 'duplicates',
  ignored: 'ignored',
} as const satisfies Record<ManifestRow['kind'], keyof PictureCounts>;

/** What rows are about: a used picture is its contents, anything else its path. */
const usedKey = (id: string): string => `used ${id}`;
const sourceKey = (source: string): string => `source ${source}`;
const stampKey = (source: string, stamp: string | undefined): string => `${stamp ?? ''} ${source}`;

export class ManifestIndex {
  readonly #rows = new Map<string, ManifestRow>();
  /** Stamp and source of every file whose contents are known → the id of these contents. */
  readonly #contents = new Map<string, string>();

  constructor(rows: Iterable<ManifestRow> = []) {
    for (const row of rows) this.add(row);
  }

  add(row: ManifestRow): void {
    if (row.kind === 'used') {
      this.#rows.delete(sourceKey(row.source));
      this.#rows.set(usedKey(row.id), row);
    } else {
      this.#rows.set(sourceKey(row.source), row);
    }
    if (row.kind === 'used') this.#contents.set(stampKey(row.source, row.stamp), row.id);
    if (row.kind === 'duplicate') this.#contents.set(stampKey(row.source, row.stamp), row.of);
  }

  /** One row per file, in the order of import. */
  rows(): ManifestRow[] {
    return [...this.#rows.values()];
  }

  picture(id: string): UsedPicture | undefined {
    const row = this.#rows.get(usedKey(id));
    return row?.kind === 'used' ? row : undefined;
  }

  /** Whether this very file, unchanged, is in the dataset already. */
  isKnown(source: string, stamp: string | undefined): boolean {
    return this.pictureOf(source, stamp) !== undefined;
  }

  /** The picture in use with the contents of this very file, unchanged; undefined for a file that is not known. */
  pictureOf(source: string, stamp: string | undefined): UsedPicture | undefined {
    const id = this.#contents.get(stampKey(source, stamp));
    return id === undefined ? undefined : this.picture(id);
  }

  /** Whether no picture is in use. */
  isEmpty(): boolean {
    return !this.rows().some(({ kind }) => kind === 'used');
  }

  isQuarantined(source: string): boolean {
    return this.#rows.get(sourceKey(source))?.kind === 'quarantined';
  }

  /** Whether the manifest says the same about this file already. */
  says(row: ManifestRow): boolean {
    const before = this.#rows.get(row.kind === 'used' ? usedKey(row.id) : sourceKey(row.source));
    return isDeepStrictEqual(before, row);
  }
}
