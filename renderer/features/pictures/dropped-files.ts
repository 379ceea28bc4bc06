/** What a person dropped on the window or chose in a file dialog, folders read to their last file. */
import type { PickedFile } from '../../api/studio.ts';

/** The entries of a drop. They must be taken at once: the list is emptied when the event is over. */
export function droppedEntries(items: Iterable<DataTransferItem>): FileSystemEntry[] {
  return [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
}

/** Every file below these entries, with its path from the folder that was dropped. */
export async function filesBelow(entries: readonly FileSystemEntry[]): Promise<PickedFile[]> {
  const found: PickedFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
    if (entry.isDirectory) waiting.push(...(await entriesOf(entry as FileSystemDirectoryEntry)));
    else found.push({ file: await fileOf(entry as FileSystemFileEntry), path: entry.fullPath.replace(/^\//, '') });
  }
  return found;
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives at most a hundred entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** The files of an `<input type=file>`; a chosen folder gives paths, single files only names. */
export function chosenFiles(list: Iterable<File>): PickedFile[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** The names at the top: the folders or files that the person saw when choosing. */
export function topNames(files: readonly PickedFile[]): string[] {
  return [...new Set(files.map(({ path }) => path.split('/')[0]!))];
}
