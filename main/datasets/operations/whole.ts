/** A picture as its source is, to choose a part of it. */
import { studioError } from '../../base/errors.ts';
import type { PictureDecoder } from '../decoder.ts';
import { readPresent } from '../present.ts';
import { loadSources } from '../sources.ts';
import { unadjusted } from './adjustments.ts';

/** Side of the square into which the picture is fitted, in pixels: enough to choose by. */
const side = 512;

/**
 * PNG of 512 × 512 pixels with the whole picture in its middle, as large as fits. Throws `dataset.unknownPictures` for one that is not in
 * use, and `dataset.sourceGone` where its file can not be read any more or is another one by now.
 */
export async function readWhole(
  project: string,
  id: string,
  decoder: PictureDecoder,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const present = await readPresent(project, unadjusted);
  const picture = present?.pictures.find((each) => each.id === id);
  if (!present || !picture) throw studioError('dataset.unknownPictures', { pictures: [id] });
  const { source } = picture;
  for await (const [, loaded] of loadSources([picture])) {
    const settings = { ...present.settings, size: side, framing: 'fit' } as const;
    const outcome = loaded.kind === 'refused' ? loaded : await decoder.decode({ source: loaded, settings }, { signal });
    if (outcome.kind === 'refused') throw studioError('dataset.sourceGone', { source, reason: outcome.reason });
    if (outcome.id === id) return outcome.png;
  }
  throw studioError('dataset.sourceGone', { source, reason: 'It is another picture by now.' });
}
