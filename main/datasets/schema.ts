/** What the studio knows about pictures: import settings, manifest rows, and what an import reports. */
import { z } from 'zod';

/** How every picture of a project is brought to one shape. One project has one setting. */
export const pictureSettingsSchema = z.strictObject({
  /** Side of the square result in pixels: 32 to 512, a multiple of 8 (the VAE reduces by 8). */
  size: z.int().min(32).max(512).multipleOf(8).default(64),
  /** `crop`: the centre square; `fit`: the whole picture, with `background` beside it. */
  framing: z.enum(['crop', 'fit']).default('crop'),
  /** Colour under transparent parts and beside fitted pictures, `#rrggbb`. */
  background: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .default('#ffffff'),
});
export type PictureSettings = z.infer<typeof pictureSettingsSchema>;

/** A picture in use. `id` is the first 16 hex digits of the SHA-256 of the source bytes. */
export const usedPictureSchema = z.strictObject({
  kind: z.literal('used'),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  /** Where it came from: a path, or `archive.zip!inner/path`, or `drawn:faces:seed:index`. */
  source: z.string(),
  /** The shaped copy, relative to the project: `dataset/images/<id>.png`. */
  file: z.string(),
  /** Size of the original after EXIF rotation. */
  width: z.int().positive(),
  height: z.int().positive(),
  format: z.string(),
  bytes: z.int().nonnegative(),
});
export type UsedPicture = z.infer<typeof usedPictureSchema>;

/** A file that could not be used, and the plain reason. */
export const quarantinedPictureSchema = z.strictObject({
  kind: z.literal('quarantined'),
  source: z.string(),
  reason: z.string(),
});
export type QuarantinedPicture = z.infer<typeof quarantinedPictureSchema>;

/** A file with the same bytes as picture `of`. */
export const duplicatePictureSchema = z.strictObject({
  kind: z.literal('duplicate'),
  source: z.string(),
  of: z.string(),
});

export const manifestRowSchema = z.discriminatedUnion('kind', [
  usedPictureSchema,
  quarantinedPictureSchema,
  duplicatePictureSchema,
]);
export type ManifestRow = z.infer<typeof manifestRowSchema>;

export const pictureCountsSchema = z.strictObject({
  used: z.int().nonnegative(),
  quarantined: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
});
export type PictureCounts = z.infer<typeof pictureCountsSchema>;

/** Where pictures come from. */
export const pictureSourceSchema = z.discriminatedUnion('kind', [
  /** Folders, files and ZIP archives, by absolute path. */
  z.strictObject({ kind: z.literal('paths'), paths: z.array(z.string().min(1)).min(1) }),
  /** The studio's own drawn faces. */
  z.strictObject({
    kind: z.literal('samples'),
    count: z.int().min(16).max(100_000).default(5120),
    seed: z.int().nonnegative().default(1),
  }),
]);
export type PictureSource = z.infer<typeof pictureSourceSchema>;

export const importProgressSchema = z.strictObject({
  done: z.int().nonnegative(),
  total: z.int().nonnegative().optional(),
  perSecond: z.number().optional(),
  remainingSeconds: z.number().optional(),
  counts: pictureCountsSchema,
});
export type ImportProgress = z.infer<typeof importProgressSchema>;

export const importResultSchema = z.strictObject({
  /** Counts of the whole dataset after this import. */
  counts: pictureCountsSchema,
  /** Counts of this import alone; `known` were imported before and not decoded again. */
  added: pictureCountsSchema.extend({ known: z.int().nonnegative() }),
});
export type ImportResult = z.infer<typeof importResultSchema>;
