/** What the picture threads do: decode, load and encode pictures, away from everything else. */
import { z } from 'zod';
import { nothing, uint32Array, uint8Array } from '../base/schemas.ts';
import { decodeOutcomeSchema, decodeRequestSchema, refusedPictureSchema } from '../datasets/protocol.ts';
import { pictureSettingsSchema, squareSchema, usedPictureSchema } from '../datasets/schema.ts';
import { likelyCausesSchema, lookedAtPlaceSchema } from '../latents/causes/schema.ts';

export const picturesContract = {
  methods: {
    decode: { input: decodeRequestSchema, output: decodeOutcomeSchema },
    /** RGB bytes of the shaped copy of a picture in use. */
    load: {
      input: z.strictObject({ project: z.string(), picture: usedPictureSchema }),
      output: z.strictObject({ rgb: uint8Array }),
    },
    /** How often each level occurs in the shaped copy of a picture in use: of R, then of G, then of B. */
    countLevels: {
      input: z.strictObject({ project: z.string(), picture: usedPictureSchema }),
      output: z.strictObject({ counts: uint32Array }),
    },
    /** What in a picture in use may be why its latent has extreme values; `source` is the file that it came from. */
    causes: {
      input: z.strictObject({
        project: z.string(),
        picture: usedPictureSchema,
        source: z.union([decodeRequestSchema.shape.source, refusedPictureSchema]),
        shown: z.strictObject({ settings: pictureSettingsSchema, square: squareSchema.optional() }),
        place: lookedAtPlaceSchema.optional(),
      }),
      output: likelyCausesSchema,
    },
    /** Writes square pictures as one PNG, `columns` a row, `margin` pixels between and around them, with a text chunk. */
    writeGrid: {
      input: z.strictObject({
        path: z.string(),
        pictures: z.array(z.union([uint8Array, z.string()])),
        size: z.int().positive(),
        columns: z.int().positive(),
        margin: z.int().nonnegative(),
        text: z.strictObject({ keyword: z.string(), value: z.string() }).optional(),
      }),
      output: z.strictObject({ width: z.int(), height: z.int(), bytes: z.int() }),
    },
    ping: { input: nothing, output: nothing },
  },
  events: {},
} as const;
