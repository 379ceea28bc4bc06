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

/** The first 16 hex digits of the SHA-256 of a picture's source bytes. */
export const pictureIdSchema = z.string().regex(/^[0-9a-f]{16}$/);

/**
 * Tells without reading the file whether it is still the one imported: its size, with its time of change (files) or
 * its checksum (archives). Absent for drawn pictures, which never change.
 */
const stampSchema = z.string().optional();

/** A picture in use. */
export const usedPictureSchema = z.strictObject({
  kind: z.literal('used'),
  id: pictureIdSchema,
  /** Where it came from: a path, or `archive.zip!inner/path`, or `drawn:faces:seed:index`. */
  source: z.string(),
  /** The shaped copy, relative to the project: `dataset/images/<id>.png`. */
  file: z.string(),
  /** Size of the original after EXIF rotation. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** `jpeg`, `png`, `webp`, `avif`, `gif`, `tiff` or `drawn`. */
  format: z.string(),
  /** Size of the source in bytes. */
  bytes: z.int().nonnegative(),
  /** How many frames or pages the file has, when more than the one that is used, the first. */
  frames: z.int().min(2).optional(),
  stamp: stampSchema,
  /** Its class: the name of the folder it was sorted into. Absent without one, and in projects of before there were classes. */
  label: z.string().min(1).optional(),
});
export type UsedPicture = z.infer<typeof usedPictureSchema>;

/** A file that could not be used, and the plain reason. */
export const quarantinedPictureSchema = z.strictObject({
  kind: z.literal('quarantined'),
  source: z.string(),
  reason: z.string(),
});
export type QuarantinedPicture = z.infer<typeof quarantinedPictureSchema>;

/** A file with the same bytes as the picture with the id `of`. */
export const duplicatePictureSchema = z.strictObject({
  kind: z.literal('duplicate'),
  source: z.string(),
  of: pictureIdSchema,
  stamp: stampSchema,
});
export type DuplicatePicture = z.infer<typeof duplicatePictureSchema>;

/** A file or folder that is plainly no picture (a text, a hidden file, a program's own folder), and why it was left. */
export const ignoredFileSchema = z.strictObject({
  kind: z.literal('ignored'),
  source: z.string(),
  reason: z.string(),
});
export type IgnoredFile = z.infer<typeof ignoredFileSchema>;

/** One file that was seen. Every file seen has exactly one row. */
export const manifestRowSchema = z.discriminatedUnion('kind', [
  usedPictureSchema,
  quarantinedPictureSchema,
  duplicatePictureSchema,
  ignoredFileSchema,
]);
export type ManifestRow = z.infer<typeof manifestRowSchema>;

/** How many files became what. */
export const pictureCountsSchema = z.strictObject({
  used: z.int().nonnegative(),
  quarantined: z.int().nonnegative(),
  duplicates: z.int().nonnegative(),
  ignored: z.int().nonnegative(),
});
export type PictureCounts = z.infer<typeof pictureCountsSchema>;

/** Where pictures come from. */
export const pictureSourceSchema = z.discriminatedUnion('kind', [
  /** Folders, files and ZIP archives, by absolute path. */
  z.strictObject({
    kind: z.literal('paths'),
    paths: z.array(z.string().min(1)).min(1),
    /** A folder that sources are named from: that of an upload, whose own place says nothing to anyone. */
    base: z.string().min(1).optional(),
  }),
  /** The studio's own drawn faces. */
  z.strictObject({
    kind: z.literal('samples'),
    count: z.int().min(16).max(100_000).default(5120),
    seed: z.int().nonnegative().default(1),
  }),
]);
export type PictureSource = z.infer<typeof pictureSourceSchema>;

export const importProgressSchema = z.strictObject({
  /** Files looked at so far, of `total`. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative().optional(),
  /** Pictures decoded per second, and what remains at that rate; absent until measured. */
  perSecond: z.number().optional(),
  remainingSeconds: z.number().optional(),
  /** Counts of this import so far. */
  counts: pictureCountsSchema,
});
export type ImportProgress = z.infer<typeof importProgressSchema>;

export const importResultSchema = z.strictObject({
  /** Counts of the whole dataset after this import. */
  counts: pictureCountsSchema,
  /**
   * What became of the files that this import saw; they add up to all of them. `known` were in the dataset before and
   * were not decoded again.
   */
  added: pictureCountsSchema.extend({ known: z.int().nonnegative() }),
});
export type ImportResult = z.infer<typeof importResultSchema>;

/** Which rows a screen lists. */
export const pictureFilterSchema = z.enum(['all', 'used', 'quarantined', 'duplicate', 'ignored']);
export type PictureFilter = z.infer<typeof pictureFilterSchema>;

/** A part of the list of files, in the order in which they were imported. */
export const picturePageSchema = z.strictObject({
  rows: z.array(manifestRowSchema),
  /** All rows that the filter lets through. */
  total: z.int().nonnegative(),
});
export type PicturePage = z.infer<typeof picturePageSchema>;

const extremePictureSchema = z.strictObject({
  source: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
});

/** A class and how many pictures in use it has. */
export const pictureClassSchema = z.strictObject({ name: z.string().min(1), pictures: z.int().positive() });
export type PictureClass = z.infer<typeof pictureClassSchema>;

/** What there is to know about a dataset at a glance. */
export const datasetSummarySchema = z.strictObject({
  counts: pictureCountsSchema,
  /** Pictures per file format. */
  formats: z.record(z.string(), z.int().positive()),
  /** Used pictures whose originals were smaller than the shaped copy, so that it is blurred. */
  enlarged: z.int().nonnegative(),
  /** Used pictures of which only the first of several frames or pages was taken. */
  firstFrames: z.int().nonnegative(),
  /** The folders that pictures were sorted into, by name; pictures without one are in none. */
  classes: z.array(pictureClassSchema),
  /** The originals with the fewest and the most pixels; absent in an empty dataset. */
  smallest: extremePictureSchema.optional(),
  largest: extremePictureSchema.optional(),
});
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;
