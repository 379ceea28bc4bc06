/** What the studio knows about latents: how they were made and how they are distributed. */
import { z } from 'zod';
import { clipBoundsSchema } from '../datasets/operations/schema.ts';

/** A histogram with equal bins from `from` to `to`; values outside are in `below` and `above`, never dropped. */
export const histogramSchema = z.strictObject({
  from: z.number(),
  to: z.number(),
  counts: z.array(z.int().nonnegative()),
  below: z.int().nonnegative(),
  above: z.int().nonnegative(),
});

/** channels, height, width */
export const latentShapeSchema = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]);

/** One channel of the latents, over all pictures and positions, as the VAE gave them (before normalisation). */
export const channelStatisticsSchema = z.strictObject({
  channel: z.int().nonnegative(),
  n: z.int().positive(),
  mean: z.number(),
  std: z.number(),
  min: z.number(),
  q1: z.number(),
  median: z.number(),
  q3: z.number(),
  max: z.number(),
  /** Median absolute deviation: the median of the distances from the median. */
  mad: z.number().nonnegative(),
  /** None of the quartiles, the median and the MAD is further from the exact one; 0 where they are exact. */
  orderError: z.number().nonnegative(),
  /** Excess kurtosis: 0 for a bell curve, positive for heavy tails. */
  kurtosis: z.number(),
  /** Tukey's fences: inner at 1.5, outer at 3 interquartile ranges beyond the quartiles. */
  innerFences: z.tuple([z.number(), z.number()]),
  outerFences: z.tuple([z.number(), z.number()]),
  /** Share of values beyond the fences, 0 to 1. */
  innerShare: z.number(),
  outerShare: z.number(),
  /** The most extreme values in each direction among those actually stored, and a bounded sample of outliers for dots. */
  whiskers: z.tuple([z.number(), z.number()]),
  outlierSample: z.array(z.number()),
  outlierCount: z.int().nonnegative(),
  histogram: histogramSchema,
});
export type ChannelStatistics = z.infer<typeof channelStatisticsSchema>;

/** What latents of one VAE are known to be like: of each channel, means and deviations of the elements, averaged over the positions. */
export const knownLatentsSchema = z.strictObject({
  of: z.string(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  /** What others multiply these latents by. */
  factor: z.number(),
});
export type KnownLatents = z.infer<typeof knownLatentsSchema>;

/** These latents beside those that the same VAE is known to give. */
export const sanitySchema = z.strictObject({
  /** What the known values are of. */
  of: z.string(),
  mean: z.array(z.number()),
  std: z.array(z.number()),
  /** Geometric mean over the channels of the deviations here to the known ones. */
  ratio: z.number(),
  verdict: z.enum(['asKnown', 'farOff']),
  /** What that means, in plain words. */
  words: z.string(),
});
export type Sanity = z.infer<typeof sanitySchema>;

/** `statistics.json` of one set of latents, besides the per-element tensors. */
export const latentStatisticsSchema = z.strictObject({
  pictures: z.int().positive(),
  /** Latents of each picture, where there is more than one. */
  copies: z.int().positive().optional(),
  shape: latentShapeSchema,
  channels: z.array(channelStatisticsSchema),
  /** Standard deviation of all elements after normalisation; asserted to be 0.5. */
  normalisedStd: z.number(),
  /** Elements that have the same value in every picture: they are only centred, because dividing by 0 has no meaning. */
  constantElements: z.int().nonnegative(),
  /** For a VAE whose latents are known. */
  sanity: sanitySchema.optional(),
});
export type LatentStatistics = z.infer<typeof latentStatisticsSchema>;

/** What `statistics.json` of before there was a MAD holds. */
export const storedStatisticsSchema = latentStatisticsSchema.extend({
  channels: z.array(channelStatisticsSchema.partial({ mad: true, orderError: true })),
});
export type StoredStatistics = z.infer<typeof storedStatisticsSchema>;

export const hasAllNumbers = (statistics: StoredStatistics): statistics is LatentStatistics =>
  statistics.channels.every(({ mad, orderError }) => mad !== undefined && orderError !== undefined);

/** `pixels.json` of one set of latents: R, G and B of its pictures, from −1 to 1; mirror images have the same. All exact. */
export const pixelStatisticsSchema = z.strictObject({
  pictures: z.int().positive(),
  channels: z.array(channelStatisticsSchema).length(3),
});
export type PixelStatistics = z.infer<typeof pixelStatisticsSchema>;

/** What of a picture is encoded, and how. */
export const encodingOptionsSchema = z.strictObject({
  /** The posterior's mean, or one sample of it: the same for the same picture. */
  posterior: z.enum(['mean', 'sample']).default('mean'),
  /** A mirrored copy of each picture is encoded, too. */
  flip: z.boolean().default(false),
  /** `half`: float16 where a GPU gains by it; a picture that breaks is done again in float32. */
  precision: z.enum(['full', 'half']).default('full'),
});
export type EncodingOptions = z.infer<typeof encodingOptionsSchema>;
/** What is not said is as the schema has it. */
export type EncodingWishes = { readonly [Option in keyof EncodingOptions]?: EncodingOptions[Option] | undefined };

/** A picture that a VAE could not encode. */
export const unencodedPictureSchema = z.strictObject({ id: z.string(), source: z.string(), reason: z.string() });

/** One set of latents, as the page of caches shows it. */
export const latentCacheSchema = z.strictObject({
  key: z.string(),
  vae: z.strictObject({ name: z.string(), hash: z.string() }),
  ...encodingOptionsSchema.shape,
  pictureSize: z.int().positive(),
  pictures: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  complete: z.boolean(),
  /** Of the pictures as they are now; otherwise pictures were added or removed since. */
  upToDate: z.boolean(),
  /** Training starts from this one. */
  chosen: z.boolean(),
  encodedAt: z.iso.datetime().optional(),
  /** Runs that were trained on it, by name. */
  usedBy: z.array(z.string()),
  /** Pictures that gave numbers that are not finite: done again in float32, and left out. */
  retried: z.int().nonnegative(),
  leftOut: z.array(unencodedPictureSchema),
});
export type LatentCache = z.infer<typeof latentCacheSchema>;

/** `manifest.json` of one set of latents. */
export const latentManifestSchema = z.strictObject({
  key: z.string(),
  vae: z.strictObject({ name: z.string(), hash: z.string() }),
  datasetHash: z.string(),
  pictureSize: z.int().positive(),
  /** How the pictures were brought to that size; absent in sets of before this was kept, from which nothing is taken over. */
  shaping: z.string().optional(),
  /** What single pictures show instead of what the shaping takes of them: a name of that, by the picture's id. */
  framings: z.record(z.string(), z.string()).optional(),
  shape: latentShapeSchema,
  ...encodingOptionsSchema.shape,
  /**
   * A shard has as many rows for each of its pictures as the set has copies, one after another: the picture, then its mirror
   * image.
   */
  shards: z.array(z.strictObject({ file: z.string(), pictures: z.array(z.string()) })),
  /** True once every picture is encoded and the statistics are written. */
  complete: z.boolean(),
  encodedAt: z.iso.datetime().optional(),
  /** Pictures whose latents were taken over from another set. */
  reused: z.int().nonnegative(),
  /** Pictures that gave numbers that are not finite, and were done again in float32. */
  retried: z.int().nonnegative(),
  leftOut: z.array(unencodedPictureSchema),
});
export type LatentManifest = z.infer<typeof latentManifestSchema>;

/** How the latents of a set are clipped in training: values of a channel beyond median ± k · deviation are set to that. */
export const latentClipSchema = z.strictObject({
  /** k for the set's pictures. */
  bounds: clipBoundsSchema,
  /** Of each channel, as the VAE gave it. */
  channels: z.array(z.strictObject({ median: z.number(), deviation: z.number().nonnegative() })),
});
export type LatentClip = z.infer<typeof latentClipSchema>;

/** How many values were set to a bound, and of how many pictures. */
export const clippedCountSchema = z.strictObject({ values: z.int().nonnegative(), pictures: z.int().nonnegative() });
export type ClippedCount = z.infer<typeof clippedCountSchema>;

/** What was done about a set's pictures that training minds, as a run keeps it: it goes on with that, whatever is done later. */
export const latentAdjustmentsSchema = z.strictObject({
  /** Of the set's pictures that count less, by id: more than 0 and less than 1. */
  weights: z.record(z.string(), z.number()),
  /** Absent where nothing is clipped. */
  clip: latentClipSchema.optional(),
});
export type LatentAdjustments = z.infer<typeof latentAdjustmentsSchema>;

/** `chosen.json` beside the sets: the one that training starts from. */
export const chosenLatentsSchema = z.strictObject({ key: z.string() });

/** What encoding did this time. */
export const encodingReportSchema = z.strictObject({
  /** Pictures in the set, taken over from other sets this time, and encoded this time. */
  pictures: z.int().nonnegative(),
  reused: z.int().nonnegative(),
  encoded: z.int().nonnegative(),
  retried: z.int().nonnegative(),
  leftOut: z.array(unencodedPictureSchema),
  /** Share of its time that the device waited for pictures, 0 to 1; absent when it had nothing to do. */
  idleShare: z.number().optional(),
  /** Why float16 was not used although it was asked for. */
  fullPrecisionBecause: z.string().optional(),
});
export type EncodingReport = z.infer<typeof encodingReportSchema>;

/** How many pictures these latents are of. */
export const picturesIn = ({ shards }: Pick<LatentManifest, 'shards'>): number =>
  shards.reduce((sum, { pictures }) => sum + pictures.length, 0);

/** Latents of each picture: its own, and that of its mirror image. */
export const copiesIn = ({ flip }: Pick<EncodingOptions, 'flip'>): number => (flip ? 2 : 1);
