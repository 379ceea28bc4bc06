/** Files of an experiment: what is compared, and what each run gave. */
import { z } from 'zod';
import { runConfigSchema } from '../training/schema.ts';

/** Scores of one way of sampling. */
export const sampledScoreSchema = z.strictObject({
  /** Fréchet distance of the samples to held-out latents. */
  frechet: z.number(),
  precision: z.number(),
  recall: z.number(),
});

/** `runs/<variant>-<seed>.json`: one finished run. */
export const runResultSchema = z.strictObject({
  variant: z.string(),
  seed: z.int().nonnegative(),
  config: runConfigSchema,
  steps: z.int().positive(),
  skipped: z.int().nonnegative(),
  /** Seconds of the run, beside whatever else this computer did. */
  seconds: z.number(),
  lastLoss: z.number(),
  /** By number of network evaluations per sample. */
  scores: z.strictObject({ '1': sampledScoreSchema, '2': sampledScoreSchema }),
});
export type RunResult = z.infer<typeof runResultSchema>;

/** What a worker is asked to do. */
export const runRequestSchema = z.strictObject({
  variant: z.string(),
  config: runConfigSchema,
  /** The latents' folder, and how many pictures are kept aside to measure with. */
  latents: z.string(),
  heldOut: z.int().positive(),
  vae: z.string(),
  resources: z.string(),
  /** Where the result goes, and a sheet of pictures for each number of evaluations. */
  result: z.string(),
  sheets: z.strictObject({ '1': z.string(), '2': z.string() }),
  /** Samples that are scored. */
  samples: z.int().positive(),
});
export type RunRequest = z.infer<typeof runRequestSchema>;

/** `experiment.json`: fixed when the experiment begins, so that it can be gone on with. */
export const experimentSchema = z.strictObject({
  steps: z.int().positive(),
  /** What the steps were chosen for, where they were not given. */
  minutes: z.number().positive().optional(),
  seeds: z.array(z.int().nonnegative()).min(1),
  samples: z.int().positive(),
  heldOut: z.int().positive(),
  latentsKey: z.string(),
  vae: z.string(),
  shape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  /** Fréchet distance, precision and recall of training latents to held-out ones: as good as real pictures are. */
  floor: sampledScoreSchema,
  /** Share of values beyond Tukey's outer fences, of the latents as the VAE gave them and of the normalised ones; 2.3e-6 for a bell curve. */
  outliers: z.strictObject({ raw: z.array(z.number()), normalised: z.number() }),
});
export type Experiment = z.infer<typeof experimentSchema>;
