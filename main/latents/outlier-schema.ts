/** What the studio knows about outliers of latents: the most extreme values, the pictures that have them, and the places. */
import { z } from 'zod';
import { latentShapeSchema } from './schema.ts';

const index = z.int().nonnegative();
const cellSchema = z.strictObject({ row: index, col: index });
const fences = z.tuple([z.number(), z.number()]);

/** `outliers.json` of one set of latents; the numbers are in `outliers.safetensors`. Mirror images of pictures are not in it. */
export const outlierFactsSchema = z.strictObject({
  pictures: z.int().positive(),
  shape: latentShapeSchema,
  /** By what values are judged, of each channel. */
  channels: z.array(
    z.strictObject({
      median: z.number(),
      mad: z.number().nonnegative(),
      std: z.number().nonnegative(),
      innerFences: fences,
      outerFences: fences,
    }),
  ),
  /** Values of the pictures beyond the fences. */
  inner: index,
  outer: index,
  /** How many of them, the most extreme, are listed one by one. */
  indexed: index,
});
export type OutlierFacts = z.infer<typeof outlierFactsSchema>;

/** Where a value is, and how far from the others: `z` is the robust z of its channel. `row` and `col` count from the top left. */
export const placedOutlierSchema = z.strictObject({
  channel: index,
  ...cellSchema.shape,
  value: z.number(),
  z: z.number(),
});
export type PlacedOutlier = z.infer<typeof placedOutlierSchema>;

/** What is let through; what is not said is not looked at. */
export const outlierFilterSchema = z.strictObject({
  channel: index.optional(),
  /** Bounds of the value, both included. */
  from: z.number().optional(),
  to: z.number().optional(),
  /** Beyond which fences. */
  beyond: z.enum(['inner', 'outer']).optional(),
  cell: cellSchema.optional(),
  /** Its id. */
  picture: z.string().optional(),
});
export type OutlierFilter = z.infer<typeof outlierFilterSchema>;

const pictureFields = { source: z.string(), file: z.string() };

/** Rows of the index, the most extreme first. */
export const outlierPageSchema = z.strictObject({
  /** Values beyond the inner fences in the set, and how many of them the index holds. */
  total: index,
  indexed: index,
  /** Those of the index that the filter lets through. */
  matching: index,
  rows: z.array(z.strictObject({ picture: z.string(), ...pictureFields, ...placedOutlierSchema.shape })),
});
export type OutlierPage = z.infer<typeof outlierPageSchema>;

/** Pictures, those with the largest share of values beyond the outer fences first, then those with the most extreme value. */
export const outlierPicturesSchema = z.strictObject({
  /** Pictures that the filter lets through. */
  total: index,
  rows: z.array(
    z.strictObject({
      id: z.string(),
      ...pictureFields,
      /** Of the original. */
      width: z.int().positive(),
      height: z.int().positive(),
      /** Of all its values: how many are beyond the inner and the outer fences, and the share beyond the outer ones, 0 to 1. */
      innerCount: index,
      outerCount: index,
      share: z.number().min(0).max(1),
      /** The most extreme of its values; null when none is beyond the inner fences. */
      worst: placedOutlierSchema.nullable(),
    }),
  ),
});
export type OutlierPictures = z.infer<typeof outlierPicturesSchema>;

/** Where in the latents the outliers are. */
export const outlierPositionsSchema = z.strictObject({
  shape: latentShapeSchema,
  pictures: z.int().positive(),
  /** Channel by channel, row by row: the share of the pictures that have a value beyond the outer fences there. */
  shares: z.array(z.number().min(0).max(1)),
  /** Places where most pictures have one, the largest share first: that is a habit of the VAE; all others are the pictures' own. */
  habits: z.array(z.strictObject({ channel: index, ...cellSchema.shape, share: z.number() })),
});
export type OutlierPositions = z.infer<typeof outlierPositionsSchema>;

/** All values of one picture, channel by channel, row by row: as the VAE gave them, and as robust z. */
export const pictureLatentsSchema = z.strictObject({
  shape: latentShapeSchema,
  values: z.array(z.number()),
  z: z.array(z.number()),
});
export type PictureLatents = z.infer<typeof pictureLatentsSchema>;
