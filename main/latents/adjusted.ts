/** What was done about pictures, as far as training on their latents minds it. */
import { boundOf } from '../datasets/operations/adjustments.ts';
import type { Adjustments, ClipBounds } from '../datasets/operations/schema.ts';
import { robustDeviation } from './clip.ts';
import type { Spread } from './outliers/robust-z.ts';
import type { ClippedCount, LatentAdjustments, LatentClip, LatentManifest } from './schema.ts';

type Shards = Pick<LatentManifest, 'shards'>;
export const idsIn = ({ shards }: Shards): string[] => shards.flatMap(({ pictures }) => pictures);

/** Whether latents of any of these pictures are to be clipped. */
export const clipsAny = (bounds: ClipBounds, ids: readonly string[]): boolean =>
  ids.some((id) => boundOf(bounds, id) !== null);

/** How latents with such channels are clipped. */
export const clipOf = (bounds: ClipBounds, channels: readonly Spread[]): LatentClip => ({
  bounds,
  channels: channels.map((channel) => ({ median: channel.median, deviation: robustDeviation(channel) })),
});

/** What concerns the pictures of this set, whose channels are such; undefined where nothing does. */
export function latentAdjustments(
  { weights, clip: { all, pictures } }: Adjustments,
  set: Shards,
  channels: readonly Spread[],
): LatentAdjustments | undefined {
  const ids = idsIn(set);
  const own = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(ids.flatMap((id) => (Object.hasOwn(values, id) ? [[id, values[id]!]] : [])));
  const bounds = { all, pictures: own(pictures) };
  const isClipped = clipsAny(bounds, ids);
  const weighed = own(weights);
  if (!isClipped && Object.keys(weighed).length === 0) return undefined;
  return { weights: weighed, ...(isClipped ? { clip: clipOf(bounds, channels) } : {}) };
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
export function adjustedWords(adjusted: LatentAdjustments | undefined, clipped: ClippedCount | undefined): string {
  const weighed = Object.keys(adjusted?.weights ?? {}).length;
  const words = [
    ...(weighed === 0
      ? []
      : [`${weighed === 1 ? 'One picture counts' : `${weighed} pictures count`} less than others.`]),
    ...(clipped ? [`Of the latents ${clipped.values} values of ${clipped.pictures} pictures are clipped.`] : []),
  ];
  return words.map((sentence) => ` ${sentence}`).join('');
}
