/**
 * The class of a picture is the folder it lies in, as people sort pictures before they teach a model kinds of things.
 * Which folder that is follows from what was chosen; the README says the rules.
 */
import { isHidden, judgeName } from './formats.ts';
import type { ManifestRow, PictureClass, UsedPicture } from './schema.ts';

/** The class of files that lie directly in a folder, and how it goes on in the folders below. */
export interface FolderClass {
  readonly label: string | undefined;
  below(name: string): FolderClass;
}

/** One class for everything in a folder and below it. Mac archives decompose letters (“e” + “´”): one class, not two. */
export function oneClass(name: string): FolderClass {
  const here: FolderClass = { label: name === '' ? undefined : name.normalize('NFC'), below: () => here };
  return here;
}

/** A folder whose sub-folders are the classes; what lies directly in it has none. */
export const classPerFolder: FolderClass = { label: undefined, below: oneClass };

/** Whether files of these names make a folder a class of its own, where several folders are chosen side by side. */
export const holdsPictures = (fileNames: Iterable<string>): boolean =>
  [...fileNames].some((name) => looksLikePicture(name, 'folder'));

function looksLikePicture(name: string, container: 'folder' | 'archive'): boolean {
  const verdict = judgeName(name, container);
  return verdict.kind === 'open' && verdict.certain;
}

/**
 * Classes of the pictures of an archive, from the names of all its entries. Folders that everything lies in are looked
 * through first (archives are often one folder, packed), unless pictures lie directly in the last of them.
 */
export class ArchiveClasses {
  #common: string[] | undefined;
  #shallowest = Infinity;

  add(entryName: string): void {
    const [folders, name] = split(entryName);
    if (folders.some(isHidden) || !looksLikePicture(name, 'archive')) return;
    this.#shallowest = Math.min(this.#shallowest, folders.length);
    this.#common ??= [...folders];
    const same = this.#common.findIndex((folder, i) => folder !== folders[i]);
    if (same >= 0) this.#common.length = same;
  }

  /** @param ownName what the archive is called when it is a class itself: one of several, with pictures at its top */
  labelOf(entryName: string, ownName: string | undefined): string | undefined {
    const common = this.#common?.length ?? 0;
    const hasPicturesThere = this.#shallowest === common;
    if (hasPicturesThere && common === 0 && ownName !== undefined) return oneClass(ownName).label;
    const root = hasPicturesThere ? Math.max(0, common - 1) : common;
    return oneClass(split(entryName)[0][root] ?? '').label;
  }
}

/** Folders and name of an entry. Some programs write backslashes. */
function split(entryName: string): [folders: string[], name: string] {
  const parts = entryName.split(/[\\/]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  return [parts.slice(0, -1), parts.at(-1) ?? ''];
}

/** The classes of the pictures in use, sorted by code units: the order that numbers them. */
export function classesOf(rows: readonly ManifestRow[]): PictureClass[] {
  const counts = new Map<string, number>();
  for (const row of rows)
    if (row.kind === 'used' && row.label !== undefined) counts.set(row.label, (counts.get(row.label) ?? 0) + 1);
  return [...counts.keys()].sort().map((name) => ({ name, pictures: counts.get(name)! }));
}

/**
 * The picture's row with the class that a file with its contents was found in; undefined where nothing changes. The
 * picture's own file decides; another one with the same bytes only names a class where there is none.
 */
export function withClass(
  picture: UsedPicture,
  found: { readonly source: string; readonly label?: string | undefined },
): UsedPicture | undefined {
  const { label } = found;
  if (label === undefined || label === picture.label) return undefined;
  if (picture.label !== undefined && picture.source !== found.source) return undefined;
  return { ...picture, label };
}
