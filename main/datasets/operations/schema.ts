/** What can be done about pictures of a dataset, as recorded: every row is one operation, or takes one back. Browser-safe. */
import { z } from 'zod';
import { pictureIdSchema } from '../schema.ts';

const pictures = z.array(pictureIdSchema).min(1);

/** The pictures stay in the project, but are neither encoded nor trained on. */
const leaveOutSchema = z.strictObject({ kind: z.literal('leaveOut'), pictures });
/** Some that were left out are used again. */
const putBackSchema = z.strictObject({ kind: z.literal('putBack'), pictures });

/** In training the pictures count so much, of a picture that nothing was done about; 1 takes earlier weights away. */
const weighSchema = z.strictObject({ kind: z.literal('weigh'), pictures, weight: z.number().positive().max(1) });

export const operationSchema = z.discriminatedUnion('kind', [leaveOutSchema, putBackSchema, weighSchema]);
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
  undoSchema,
]);
export type OperationRow = z.infer<typeof operationRowSchema>;

/** What the rows in force come to. */
export const adjustmentsSchema = z.strictObject({
  /** Neither encoded nor trained on; sorted. */
  leftOut: z.array(pictureIdSchema),
  /** Of pictures that count less in training, more than 0 and less than 1. */
  weights: z.record(pictureIdSchema, z.number()),
});
export type Adjustments = z.infer<typeof adjustmentsSchema>;

/** Pictures in use that adjustments are about. */
export const adjustedCountsSchema = z.strictObject({
  leftOut: z.int().nonnegative(),
  weighed: z.int().nonnegative(),
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
