/** Temporal-difference residuals, student − teacher: what is stored of them. Browser-safe. */
import { z } from 'zod';

/** One line of residuals.jsonl: samples of one step, as the step had them. The lists are equally long. */
export const residualRowSchema = z.strictObject({
  /** Steps done, counting from 1. */
  step: z.int().positive(),
  /** Root-mean-square of student − teacher of each sample. */
  r: z.array(z.number()),
  /** Its student's noise level. */
  sigma: z.array(z.number()),
  /** λ, by which its loss is multiplied. */
  weight: z.array(z.number()),
});
export type ResidualRow = z.infer<typeof residualRowSchema>;
