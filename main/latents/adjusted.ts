/** What was done about pictures, as far as training on their latents minds it. */
import type { Adjustments } from '../datasets/operations/schema.ts';
import type { LatentAdjustments, LatentManifest } from './schema.ts';

/** What concerns the pictures of this set; undefined where nothing does. */
export function latentAdjustments(
  { weights }: Adjustments,
  { shards }: Pick<LatentManifest, 'shards'>,
): LatentAdjustments | undefined {
  const ids = new Set(shards.flatMap(({ pictures }) => pictures));
  const own = Object.entries(weights).filter(([id]) => ids.has(id));
  return own.length === 0 ? undefined : { weights: Object.fromEntries(own) };
}

/**
 * What each of these pictures counts in the loss, `copies` times one after another, divided by the mean over all of them, so that the
 * loss stays a mean; undefined where all count the same.
 */
export function weightsOf(
  ids: readonly string[],
  copies: number,
  adjusted: LatentAdjustments | undefined,
): Float64Array | undefined {
  const weights = ids.map((id) => adjusted?.weights[id] ?? 1);
  if (weights.every((weight) => weight === weights[0])) return undefined;
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return Float64Array.from(weights.flatMap((weight) => new Array<number>(copies).fill(weight / mean)));
}

/** For a run's log; nothing where nothing was done. */
export function adjustedWords(adjusted: LatentAdjustments | undefined): string {
  const weighed = Object.keys(adjusted?.weights ?? {}).length;
  if (weighed === 0) return '';
  return weighed === 1
    ? ' One picture counts less than the others.'
    : ` ${weighed} pictures count less than the others.`;
}
