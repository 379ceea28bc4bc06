/** What is known about a run before it starts: what it will do, what it needs, and what could be changed where that is too much. */
import { z } from 'zod';
import { memoryPlanSchema } from './schema.ts';

/** What a run that does not fit could change. */
export const remedySchema = z.discriminatedUnion('kind', [
  /** Fewer pictures at once than were asked for. */
  z.strictObject({ kind: z.literal('microBatch') }),
  /** Computing layers twice, with few pictures at once. */
  z.strictObject({ kind: z.literal('recompute') }),
  /** A device with so many bytes free, enough for what needs the least. */
  z.strictObject({ kind: z.literal('memory'), bytes: z.number().positive() }),
]);
export type Remedy = z.infer<typeof remedySchema>;

/** The model and the data of a run to be. */
export const runDataSchema = z.strictObject({
  parameters: z.int().positive(),
  latentShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  trainingPictures: z.int().nonnegative(),
  /** Latents of each of them, where there is more than one: mirror images. */
  copies: z.int().positive().optional(),
  heldOutPictures: z.int().nonnegative(),
});
export type RunData = z.infer<typeof runDataSchema>;

/** What a run will do, before it starts. What can not be known yet is absent. */
export const runOutlookSchema = z.strictObject({
  ...runDataSchema.shape,
  steps: z.int().positive().optional(),
  /** Whether the number of steps follows from a measured step, for a run that a time ends. */
  stepsAreEstimated: z.boolean(),
  /** Times that every training picture is seen. */
  epochs: z.number().positive().optional(),
  /** In the order in which they come; empty for objectives without any. */
  stages: z.array(z.strictObject({ levels: z.int().positive().optional(), steps: z.int().positive().optional() })),
  averages: z.array(z.strictObject({ rate: z.number().optional(), halfLife: z.number().nonnegative().optional() })),
  /** Seconds of a step, measured by a run like this one or, without a name, by the check of the device. */
  step: z.strictObject({ seconds: z.number().positive(), run: z.string().optional() }).optional(),
  seconds: z.number().positive().optional(),
});
export type RunOutlook = z.infer<typeof runOutlookSchema>;

/** Everything that is known about a run before it starts. */
export const runEstimateSchema = z.strictObject({
  ...memoryPlanSchema.shape,
  /** Empty where the run fits. */
  remedies: z.array(remedySchema),
  plan: runOutlookSchema,
});
export type RunEstimate = z.infer<typeof runEstimateSchema>;
