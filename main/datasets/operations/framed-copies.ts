/** Makes the shaped copies of pictures that are framed in another way than the import did, from the files they came from. */
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import { ProgressMeter } from '../../base/progress.ts';
import type { Progress } from '../../base/progress.ts';
import { throwIfCancelled } from '../../base/rpc.ts';
import { writeFileAtomic } from '../../storage/files.ts';
import type { PictureDecoder } from '../decoder.ts';
import type { Loaded } from '../found.ts';
import { inOrder } from '../in-order.ts';
import { mostBytesInFlight } from '../limits.ts';
import type { DecodeOutcome } from '../protocol.ts';
import type { PictureSettings, UsedPicture } from '../schema.ts';
import { loadSources } from '../sources.ts';
import { decodingOf, withFraming } from './framing.ts';
import type { Adjustments } from './schema.ts';

export interface FramedCopiesOptions {
  readonly project: string;
  /** Those without a framing are passed over. */
  readonly pictures: readonly UsedPicture[];
  readonly framings: Adjustments['framings'];
  readonly settings: PictureSettings;
  readonly decoder: PictureDecoder;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Makes what is missing. Throws `dataset.sourceGone` for the first picture whose file can not be read any more or is another one by
 * now, `api.cancelled`, and `storage.*`; what was made until then is removed.
 */
export async function makeFramedCopies(options: FramedCopiesOptions): Promise<void> {
  const { project, settings, framings, decoder, signal, onProgress } = options;
  const missing = await missingCopies(options);
  const meter = new ProgressMeter();
  onProgress?.(meter.update(0, missing.length));
  const outcomes = inOrder(loadSources(missing), {
    most: 4 * decoder.concurrency,
    mostWeight: mostBytesInFlight,
    weigh: ([{ bytes }]) => bytes,
    work: async ([{ id }, loaded]: [UsedPicture, Loaded]): Promise<DecodeOutcome> =>
      loaded.kind === 'refused'
        ? loaded
        : decoder.decode({ source: loaded, ...decodingOf(framings[id]!, settings) }, { signal }),
    signal,
  });
  const made: string[] = [];
  try {
    for await (const [[picture], outcome] of outcomes) {
      throwIfCancelled(signal);
      const { id, source } = picture;
      if (outcome.kind === 'refused') throw studioError('dataset.sourceGone', { source, reason: outcome.reason });
      if (outcome.id !== id)
        throw studioError('dataset.sourceGone', { source, reason: 'It is another picture by now.' });
      const path = join(project, withFraming(picture, { framings }).file);
      await writeFileAtomic(path, outcome.png);
      made.push(path);
      onProgress?.(meter.update(made.length, missing.length));
    }
  } catch (thrown) {
    for (const path of made) await rm(path, { force: true });
    throw thrown;
  }
}

/** Pictures whose framed copy is not there. */
async function missingCopies({ project, pictures, framings }: FramedCopiesOptions): Promise<UsedPicture[]> {
  const missing: UsedPicture[] = [];
  for (const picture of pictures) {
    if (framings[picture.id] === undefined) continue;
    const path = join(project, withFraming(picture, { framings }).file);
    const isThere = await stat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) missing.push(picture);
  }
  return missing;
}
