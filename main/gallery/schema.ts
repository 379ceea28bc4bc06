/** The gallery: generated pictures and exported grids. */
import { z } from 'zod';
import { sampledSchema } from '../generation/schema.ts';

/** One line of gallery/pictures.jsonl. */
export const galleryPictureSchema = z.strictObject({
  id: z.string(),
  /** Relative to the project: `gallery/<id>.png`. */
  file: z.string(),
  run: z.string(),
  step: z.int().nonnegative(),
  ...sampledSchema.shape,
  seed: z.int().nonnegative(),
  size: z.int().positive(),
  createdAt: z.iso.datetime(),
});
export type GalleryPicture = z.infer<typeof galleryPictureSchema>;

export const gridResultSchema = z.strictObject({
  /** Relative to the project when it lies inside, else absolute. */
  file: z.string(),
  absolutePath: z.string(),
  width: z.int().positive(),
  height: z.int().positive(),
  bytes: z.int().positive(),
});
export type GridResult = z.infer<typeof gridResultSchema>;
/** More would not open in common viewers; it is checked before anything is made. */
export const mostGridMegapixels = 100;
