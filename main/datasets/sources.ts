/** Reads the files again that pictures came from: a folder's, an archive's, or the studio's own drawings. */
import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { scanArchive } from './archive.ts';
import type { Loaded } from './found.ts';
import type { UsedPicture } from './schema.ts';

const refused = (reason: string): Loaded => ({ kind: 'refused', reason, recognised: true });

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isFile() ?? false;

/** The archive that a source lies in: the first beginning up to a `!` that is a file. */
async function archiveOf(source: string): Promise<string | undefined> {
  for (let at = source.indexOf('!'); at >= 0; at = source.indexOf('!', at + 1)) {
    const path = source.slice(0, at);
    if (await isFile(path)) return path;
  }
  return undefined;
}

/** Each picture with what to hand to the decoder, or why there is nothing; an archive is looked through once. */
export async function* loadSources(pictures: readonly UsedPicture[]): AsyncGenerator<[UsedPicture, Loaded]> {
  const inArchives = new Map<string, Map<string, UsedPicture>>();
  for (const picture of pictures) {
    const { source } = picture;
    const drawn = /^drawn:faces:(\d+):(\d+)$/.exec(source);
    if (drawn) yield [picture, { kind: 'drawn', seed: Number(drawn[1]), index: Number(drawn[2]) }];
    // What was uploaded is named by its place in the upload, which is gone.
    else if (!isAbsolute(source)) yield [picture, refused('It was uploaded, and the upload was not kept.')];
    else if (await isFile(source)) yield [picture, { kind: 'file', path: source }];
    else {
      const archive = await archiveOf(source);
      if (archive === undefined) yield [picture, refused('It is not there any more.')];
      else inArchives.set(archive, (inArchives.get(archive) ?? new Map<string, UsedPicture>()).set(source, picture));
    }
  }
  for (const [archive, wanted] of inArchives) {
    for await (const found of scanArchive(archive)) {
      const picture = wanted.get(found.source);
      if (picture === undefined || found.kind !== 'picture') continue;
      wanted.delete(found.source);
      yield [picture, await found.load()];
      if (wanted.size === 0) break;
    }
    for (const picture of wanted.values()) yield [picture, refused('It is not in the archive any more.')];
  }
}
