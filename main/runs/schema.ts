/** A training run as the project keeps it. */
import { z } from 'zod';
import { deviceKindSchema } from '../engine/schema.ts';
import { runConfigSchema, runPlanSchema } from '../training/schema.ts';

/** `interrupted`: the process died; the run offers to resume from its last checkpoint. */
export const runStatusSchema = z.enum(['running', 'paused', 'stopped', 'finished', 'failed', 'interrupted']);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runErrorSchema = z.strictObject({
  code: z.string(),
  what: z.string(),
  means: z.string(),
  advice: z.string(),
});

/** Fréchet distances between 1-step EMA samples and held-out latents; lower is better, `floor` is training against held-out. */
export const runScoreSchema = z.strictObject({
  step: z.int().nonnegative(),
  frechet: z.number(),
  floor: z.number(),
  samples: z.int().positive(),
});
export type RunScore = z.infer<typeof runScoreSchema>;

/** `run.json`, besides its schema version. */
export const runRecordSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  preset: z.string().optional(),
  latentsKey: z.string(),
  vae: z.string(),
  config: runConfigSchema,
  plan: runPlanSchema,
  status: runStatusSchema,
  /** Steps of the newest checkpoint, and active seconds until then. */
  step: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  skipped: z.int().nonnegative(),
  /** How often the learning rate was halved because steps were not finite. */
  halvings: z.int().nonnegative(),
  /** Pictures that were last on the device at once; found by trying where it was left to the studio. */
  microBatch: z.int().positive().optional(),
  /** Memory ran out in the run: the step at which it last did. */
  memoryRanOutAt: z.int().nonnegative().optional(),
  scores: z.array(runScoreSchema),
  error: runErrorSchema.optional(),
  /** What it trained on last; runs of the first version do not say. */
  device: z.strictObject({ kind: deviceKindSchema, name: z.string() }).optional(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** One line of `log.jsonl`: what happened to a run, for people. */
export const runLogRowSchema = z.strictObject({
  at: z.iso.datetime(),
  step: z.int().nonnegative(),
  kind: z.enum(['note', 'trouble']),
  text: z.string(),
});
export type RunLogRow = z.infer<typeof runLogRowSchema>;

/** A sheet of samples made from the same seeds throughout the run. */
export const sampleSheetSchema = z.strictObject({
  step: z.int().nonnegative(),
  /** Relative to the project. */
  file: z.string(),
  nfe: z.int().positive(),
  rows: z.int().positive(),
  columns: z.int().positive(),
});
export type SampleSheet = z.infer<typeof sampleSheetSchema>;
