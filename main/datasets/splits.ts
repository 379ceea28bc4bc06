/** Sets some pictures aside: training never sees them, so that what it learnt can be told from what it remembers. */
import { assertThat, studioError } from '../base/errors.ts';
import { Random } from '../base/random.ts';

export interface Split {
  /** Ids, sorted. */
  readonly training: readonly string[];
  /** Ids, sorted. */
  readonly heldOut: readonly string[];
}

/**
 * The `heldOut` pictures with the lowest rank are held out, the others are for training. A picture's rank is a random
 * number that depends on its id alone, so that adding pictures moves few of the others. Throws `dataset.tooFew` when
 * nothing would be left for training.
 *
 * @param ids 16 hex digits each, all different, in any order
 */
export function split({ ids, heldOut }: { readonly ids: readonly string[]; readonly heldOut: number }): Split {
  assertThat(Number.isInteger(heldOut) && heldOut >= 0, 'a number of pictures to hold out', heldOut);
  assertThat(new Set(ids).size === ids.length, 'ids that are all different');
  if (heldOut >= ids.length) throw studioError('dataset.tooFew', { found: ids.length, needed: heldOut + 1 });
  const ranked = ids.map((id) => ({ id, rank: rankOf(id) }));
  ranked.sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const sorted = (part: typeof ranked) => part.map(({ id }) => id).sort();
  return { heldOut: sorted(ranked.slice(0, heldOut)), training: sorted(ranked.slice(heldOut)) };
}

/** The id is the key of the random sequence: 48 of its bits are the seed, 16 the index. */
function rankOf(id: string): number {
  const seed = Number.parseInt(id.slice(0, 12), 16);
  const index = Number.parseInt(id.slice(12), 16);
  return new Random({ seed, stream: 'split', index }).word();
}
