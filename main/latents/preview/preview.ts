/**
 * What an operation on pictures would do to histograms and fence counts, without doing it: the latents that there are, of the pictures
 * that would be trained on, are measured as those of a set are. Exactly: fences move when pictures leave.
 */
import { studioError } from '../../base/errors.ts';
import type { ClipBounds } from '../../datasets/operations/schema.ts';
import { clipOf, clipsAny } from '../adjusted.ts';
import { measureChannels } from '../measure/measure.ts';
import type { MeasureOptions } from '../measure/measure.ts';
import { hasAllNumbers } from '../schema.ts';
import type { ChannelStatistics, ClippedCount, LatentManifest, StoredStatistics } from '../schema.ts';
import { latentsFolder, readStatistics } from '../store.ts';
import { nameIn, siblingsOf } from '../take-over.ts';
import { ChosenRows } from './chosen-rows.ts';
import type { ChosenShard } from './chosen-rows.ts';
import type { LatentPreview, PreviewSide } from './schema.ts';

/** What would be trained on. */
export interface PreviewedState {
  /** Pictures with what they show in one name (`framedName` of main/datasets/operations). */
  readonly names: readonly string[];
  readonly clip: ClipBounds;
}

/** A set of latents, and where it is. */
export interface PlacedSet {
  readonly folder: string;
  readonly manifest: LatentManifest;
}

export interface PreviewOptions extends Omit<MeasureOptions, 'mostExtremes'> {
  readonly project: string;
  /** The set whose VAE, shaping and options it is about. */
  readonly base: LatentManifest;
  readonly before: PreviewedState;
  readonly after: PreviewedState;
  /** Latents that were made for this preview alone. */
  readonly extra?: PlacedSet | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The sets that have latents as this one has, itself first. */
export async function setsLike(project: string, base: LatentManifest): Promise<PlacedSet[]> {
  const all = [base, ...(await siblingsOf(project, base))];
  return all.map((manifest) => ({ folder: latentsFolder(project, manifest.key), manifest }));
}

/** Which of these names no set has. */
export function missingIn(sets: readonly PlacedSet[], names: readonly string[]): string[] {
  const has = new Set(sets.flatMap(({ manifest }) => namesIn(manifest)));
  return names.filter((name) => !has.has(name));
}
const namesIn = (manifest: LatentManifest): string[] =>
  manifest.shards.flatMap(({ pictures }) => pictures.map(nameIn(manifest)));

/** The shards that have these pictures, each picture once. */
function choose(sets: readonly PlacedSet[], names: readonly string[]): ChosenShard[] {
  const wanted = new Set(names);
  return sets.flatMap(({ folder, manifest }) =>
    manifest.shards.flatMap((shard) => {
      const name = nameIn(manifest);
      const chosen = [...shard.pictures.keys()].filter((i) => wanted.delete(name(shard.pictures[i]!)));
      return chosen.length === 0 ? [] : [{ folder, manifest, shard, chosen }];
    }),
  );
}

/** Throws `latents.missing` where no picture of a side is encoded, and what measuring throws. */
export async function previewLatents(options: PreviewOptions): Promise<LatentPreview> {
  const { project, base, before, after, extra } = options;
  const sets = [...(await setsLike(project, base)), ...(extra ? [extra] : [])];
  const known = await readStatistics(latentsFolder(project, base.key));
  const sideOf = new SideMeasure(sets, known, options);
  return { key: base.key, before: await sideOf.of(before), after: await sideOf.of(after) };
}

interface Measured {
  readonly channels: readonly ChannelStatistics[];
  readonly clipped?: ClippedCount | undefined;
}

class SideMeasure {
  readonly #sets: readonly PlacedSet[];
  readonly #known: StoredStatistics | undefined;
  readonly #options: PreviewOptions;
  /** What was measured of pictures that are not clipped, by their names: both sides may have the same. */
  readonly #unclipped = new Map<string, Promise<Measured>>();

  constructor(sets: readonly PlacedSet[], known: StoredStatistics | undefined, options: PreviewOptions) {
    this.#sets = sets;
    this.#known = known;
    this.#options = options;
  }

  async of({ names, clip }: PreviewedState): Promise<PreviewSide> {
    const shards = choose(this.#sets, names);
    const pictures = shards.reduce((sum, { chosen }) => sum + chosen.length, 0);
    if (pictures === 0) throw studioError('latents.missing', {});
    const key = names.join();
    const unclipped = this.#unclipped.get(key) ?? this.#measure(shards);
    this.#unclipped.set(key, unclipped);
    const ids = shards.flatMap(({ shard, chosen }) => chosen.map((i) => shard.pictures[i]!));
    const { channels, clipped } = clipsAny(clip, ids)
      ? await this.#measure(shards, clip, (await unclipped).channels)
      : await unclipped;
    return sideOf(channels, { pictures, unencoded: names.length - pictures, ...(clipped ? { clipped } : {}) });
  }

  /** @param channels of these pictures, which say how far out a bound is */
  async #measure(
    shards: readonly ChosenShard[],
    clip?: ClipBounds,
    channels: readonly ChannelStatistics[] = [],
  ): Promise<Measured> {
    const { base, signal } = this.#options;
    if (!clip && this.#known && hasAllNumbers(this.#known) && isWhole(base, shards)) return this.#known;
    const rows = new ChosenRows(shards, clip && clipOf(clip, channels), signal);
    // Outliers are not listed here; one is the least that can be asked for.
    const results = await measureChannels(rows, { ...this.#options, mostExtremes: 1 });
    return { channels: results.map(({ statistics }) => statistics), clipped: rows.clipped };
  }
}

/** Whether these are all pictures of the set, and no others: its statistics are there. */
const isWhole = (set: LatentManifest, shards: readonly ChosenShard[]): boolean =>
  shards.length === set.shards.length &&
  shards.every(({ manifest, shard, chosen }) => manifest === set && chosen.length === shard.pictures.length);

function sideOf(
  channels: readonly ChannelStatistics[],
  facts: Pick<PreviewSide, 'pictures' | 'unencoded' | 'clipped'>,
): PreviewSide {
  const rows = channels.map(({ channel, n, q1, median, q3, innerFences, outerFences, histogram, ...shares }) => ({
    ...{ channel, n, q1, median, q3, innerFences, outerFences },
    beyondInner: shares.outlierCount,
    // A share is a count divided by n.
    beyondOuter: Math.round(shares.outerShare * n),
    histogram,
  }));
  const sum = (of: (row: PreviewSide['channels'][number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    ...facts,
    beyondInner: sum(({ beyondInner }) => beyondInner),
    beyondOuter: sum(({ beyondOuter }) => beyondOuter),
    channels: rows,
  };
}
