/** What an operation on pictures would do to the latents. Browser-safe. */
import { z } from 'zod';
import { clippedCountSchema, histogramSchema } from '../schema.ts';

const count = z.int().nonnegative();
const fences = z.tuple([z.number(), z.number()]);

/** The latents of the pictures that are trained on, as training reads them. */
export const previewSideSchema = z.strictObject({
  pictures: z.int().positive(),
  /** Pictures that are to be trained on and are not encoded yet: they are missing here. */
  unencoded: count,
  /** Absent where nothing is to be clipped. */
  clipped: clippedCountSchema.optional(),
  /** Values beyond the fences, of all channels. */
  beyondInner: count,
  beyondOuter: count,
  channels: z.array(
    z.strictObject({
      channel: count,
      n: z.int().positive(),
      q1: z.number(),
      median: z.number(),
      q3: z.number(),
      innerFences: fences,
      outerFences: fences,
      beyondInner: count,
      beyondOuter: count,
      histogram: histogramSchema,
    }),
  ),
});
export type PreviewSide = z.infer<typeof previewSideSchema>;

export const latentPreviewSchema = z.strictObject({
  /** The set whose VAE, shaping and options it is about. */
  key: z.string(),
  /** With what was done until now, and with the operation besides. */
  before: previewSideSchema,
  after: previewSideSchema,
});
export type LatentPreview = z.infer<typeof latentPreviewSchema>;
