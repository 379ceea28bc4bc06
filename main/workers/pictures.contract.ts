/** What the picture threads do: decode, load and encode pictures, away from everything else. */
import { z } from 'zod';
import { nothing, uint8Array } from '../base/schemas.ts';
import { decodeOutcomeSchema, decodeRequestSchema } from '../datasets/protocol.ts';

const rgbPicture = z.strictObject({ rgb: uint8Array, size: z.int().positive() });

export const picturesContract = {
  methods: {
    decode: { input: decodeRequestSchema, output: decodeOutcomeSchema },
    /** RGB bytes of a PNG of ours. */
    load: { input: z.strictObject({ path: z.string() }), output: rgbPicture },
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
