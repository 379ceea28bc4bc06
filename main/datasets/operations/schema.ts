/** What can be done about pictures of a dataset, as recorded: every row is one operation, or takes one back. Browser-safe. */
import { z } from 'zod';
import { colourSchema, pictureIdSchema, squareSchema } from '../schema.ts';

const pictures = z.array(pictureIdSchema).min(1);

/** The pictures stay in the project, but are neither encoded nor trained on. */
const leaveOutSchema = z.strictObject({ kind: z.literal('leaveOut'), pictures });
/** Some that were left out are used again. */
const putBackSchema = z.strictObject({ kind: z.literal('putBack'), pictures });

/** In training the pictures count so much, of a picture that nothing was done about; 1 takes earlier weights away. */
const weighSchema = z.strictObject({ kind: z.literal('weigh'), pictures, weight: z.number().positive().max(1) });

/** Robust deviations (1.4826 · MAD) from the median of a channel; null for no bound. */
const boundSchema = z.number().positive().nullable();
/**
 * In training, values of latents further out than this are set to it: those of the pictures named, or of all, which takes back what was
 * said of single ones before.
 */
const clipSchema = z.strictObject({ kind: z.literal('clip'), k: boundSchema, pictures: pictures.optional() });
/** Shows this square of the pictures instead of what the import took. */
const recropSchema = z.strictObject({ kind: z.literal('recrop'), pictures, square: squareSchema });
/** Shows the pictures whole, with this colour beside them and under what is see-through. */
const padSchema = z.strictObject({ kind: z.literal('pad'), pictures, background: colourSchema });

export const operationSchema = z.discriminatedUnion('kind', [
  leaveOutSchema,
  putBackSchema,
  weighSchema,
  clipSchema,
  recropSchema,
  padSchema,
]);
export type Operation = z.infer<typeof operationSchema>;
export type OperationKind = Operation['kind'];

/** Rows are numbered from 1 in the order in which they were written. */
const row = { id: z.int().positive(), at: z.iso.datetime() };

/** Takes back the row `of`, whatever was done since; taking that back does it again. */
const undoSchema = z.strictObject({ ...row, kind: z.literal('undo'), of: z.int().positive() });
export type Undo = z.infer<typeof undoSchema>;

/** A line of `dataset/operations.jsonl`. */
export const operationRowSchema = z.discriminatedUnion('kind', [
  leaveOutSchema.extend(row),
  putBackSchema.extend(row),
  weighSchema.extend(row),
  clipSchema.extend(row),
  recropSchema.extend(row),
  padSchema.extend(row),
  undoSchema,
]);
export type OperationRow = z.infer<typeof operationRowSchema>;

/** What is shown of a picture instead of what the import took. */
export const framingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('square'), square: squareSchema }),
  z.strictObject({ kind: z.literal('whole'), background: colourSchema }),
]);
export type Framing = z.infer<typeof framingSchema>;

/** How far out values of latents may be in training. */
export const clipBoundsSchema = z.strictObject({
  all: boundSchema,
  /** Of pictures for which it is another than for all. */
  pictures: z.record(pictureIdSchema, boundSchema),
});
export type ClipBounds = z.infer<typeof clipBoundsSchema>;

/** What the rows in force come to. */
export const adjustmentsSchema = z.strictObject({
  /** Neither encoded nor trained on; sorted. */
  leftOut: z.array(pictureIdSchema),
  /** Of pictures that count less in training, more than 0 and less than 1. */
  weights: z.record(pictureIdSchema, z.number()),
  /** Of pictures that are framed in another way than the import did. */
  framings: z.record(pictureIdSchema, framingSchema),
  clip: clipBoundsSchema,
});
export type Adjustments = z.infer<typeof adjustmentsSchema>;

/** Pictures in use that adjustments are about. */
export const adjustedCountsSchema = z.strictObject({
  leftOut: z.int().nonnegative(),
  weighed: z.int().nonnegative(),
  reframed: z.int().nonnegative(),
  /** Whose latents are clipped in training, however far. */
  clipped: z.int().nonnegative(),
});
export type AdjustedCounts = z.infer<typeof adjustedCountsSchema>;

/** The log as a person reads it, the oldest row first, and what it comes to. */
export const operationListSchema = z.strictObject({
  operations: z.array(
    z.strictObject({
      row: operationRowSchema,
      /** What was done, in plain words. */
      words: z.string(),
      /** Nothing has taken it back. */
      inForce: z.boolean(),
    }),
  ),
  adjustments: adjustmentsSchema,
});
export type OperationList = z.infer<typeof operationListSchema>;
