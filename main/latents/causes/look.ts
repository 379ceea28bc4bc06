/** Likely causes for a picture of a project, as a picture thread finds them: its shaped copy, and the file that it came from. */
import type { Loaded } from '../../datasets/found.ts';
import { loadPicture } from '../../datasets/manifest.ts';
import type { UsedPicture } from '../../datasets/schema.ts';
import type { LikelyCauses, LookedAtPlace } from './schema.ts';
import { lookAtSource, shownSide } from './source.ts';
import type { Shown } from './source.ts';
import { likelyCauses } from './tags.ts';

export interface LookRequest {
  readonly project: string;
  readonly picture: UsedPicture;
  readonly source: Loaded;
  readonly shown: Shown;
  readonly place?: LookedAtPlace | undefined;
}

export async function lookForCauses({ project, picture, source, shown, place }: LookRequest): Promise<LikelyCauses> {
  const { size } = shown.settings;
  return likelyCauses({
    picture: { rgb: await loadPicture(project, picture), side: size },
    sourceSide: shownSide(picture, shown),
    isWhole: picture.width === size && picture.height === size && !shown.square,
    source: await lookAtSource(picture, source, shown),
    place,
  });
}
