/** Which discretisation steps are measured, and what each stands for. */
import { studioError } from '../../base/errors.ts';
import type { LevelPair } from '../objectives/objective.ts';

/** As many as the paper's figure of residuals shows at most. */
const most = 21;

/** A pair and its place among all. */
export interface ChosenPair extends LevelPair {
  readonly index: number;
}

/** At most `most` of `count` places, evenly spread, first and last among them. */
const spread = (count: number): number[] =>
  count <= most
    ? Array.from({ length: count }, (_, i) => i)
    : Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));

/**
 * The pairs at `asked` places, or up to 21 spread over all, from the most noise down. The share of each is that of all pairs nearest
 * to it (of two as near, to the one with more noise), so that they sum to 1. Throws `run.noDiscretisationStep`.
 */
export function choosePairs(pairs: readonly LevelPair[], asked?: readonly number[]): ChosenPair[] {
  const chosen = asked ? [...new Set(asked)].sort((a, b) => a - b) : spread(pairs.length);
  const missing = chosen.find((index) => index >= pairs.length);
  if (missing !== undefined) throw studioError('run.noDiscretisationStep', { asked: missing, last: pairs.length - 1 });
  const shares = chosen.map(() => 0);
  let nearest = 0;
  pairs.forEach(({ share }, i) => {
    while (nearest + 1 < chosen.length && chosen[nearest + 1]! - i < i - chosen[nearest]!) nearest++;
    shares[nearest] = shares[nearest]! + share;
  });
  return chosen.map((index, j) => ({ ...pairs[index]!, index, share: shares[j]! }));
}
