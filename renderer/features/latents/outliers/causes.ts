/** What is asked and said about why an outlier is there. */
import type { CauseCheck, LikelyCauses, PlacedOutlier } from '../../../api/studio.ts';
import { zWords } from './picture.ts';

/** One outlier of one picture: what was found about another one is not shown for it. */
export const causeKey = (picture: string, { channel, row, col }: PlacedOutlier): string =>
  [picture, channel, row, col].join(' ');

/** What is said below the tags; undefined where there is nothing to say. */
export function untestedWords({ untested }: LikelyCauses): string | undefined {
  if (untested.length === 0) return undefined;
  return untested.includes('blocky')
    ? 'The original file can not be read any more, so transparency and JPEG blocks were not tested.'
    : 'The original file can not be read any more, so transparency was not tested.';
}

export interface CheckColumn {
  readonly what: string;
  /** For those who hear it. */
  readonly spoken: string;
  readonly z: string;
  readonly beyond: string;
}

/** Which fence a value is beyond. */
const beyondWords = { inner: 'none', outer: 'inner', neither: 'outer' } as const;

/** The table of a check: as it is, then each square that was blurred, by its side. */
export function checkColumns({ cell, now, blurred }: CauseCheck): CheckColumn[] {
  return [
    { what: 'as it is', spoken: 'As it is', z: zWords(now.z), beyond: beyondWords[now.within] },
    ...blurred.map(({ cells, z, within }) => ({
      what: `${cells * cell} px`,
      spoken: `${cells} × ${cells} cells, ${cells * cell} pixels, blurred`,
      z: zWords(z),
      beyond: beyondWords[within],
    })),
  ];
}
