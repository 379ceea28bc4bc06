/** What crosses to the threads that decode pictures: plain data only. */
import { z } from 'zod';
import { uint8Array } from '../base/schemas.ts';
import { pictureSettingsSchema, squareSchema, usedPictureSchema } from './schema.ts';

/** One picture to bring into shape. `bytes` may be handed over instead of copied. */
export const decodeRequestSchema = z.strictObject({
  source: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('file'), path: z.string() }),
    z.strictObject({ kind: z.literal('bytes'), bytes: uint8Array }),
    /** One of the studio's own drawn faces. */
    z.strictObject({ kind: z.literal('drawn'), seed: z.int().nonnegative(), index: z.int().nonnegative() }),
  ]),
  settings: pictureSettingsSchema,
  /** Only this part of the picture; it must lie within. */
  square: squareSchema.optional(),
});
export type DecodeRequest = z.infer<typeof decodeRequestSchema>;

/** The shaped copy of a picture as PNG (RGB, 8 bits, square), and what is known about the original. */
export const decodedPictureSchema = z.strictObject({
  kind: z.literal('decoded'),
  png: uint8Array,
  ...usedPictureSchema.pick({ id: true, width: true, height: true, format: true, bytes: true, frames: true }).shape,
});
export type DecodedPicture = z.infer<typeof decodedPictureSchema>;

/** Why a file can not be used, in plain words. `recognised`: its contents are a picture's, if perhaps a damaged one's. */
export const refusedPictureSchema = z.strictObject({
  kind: z.literal('refused'),
  reason: z.string(),
  recognised: z.boolean(),
});
export type RefusedPicture = z.infer<typeof refusedPictureSchema>;

export const decodeOutcomeSchema = z.discriminatedUnion('kind', [decodedPictureSchema, refusedPictureSchema]);
export type DecodeOutcome = z.infer<typeof decodeOutcomeSchema>;
