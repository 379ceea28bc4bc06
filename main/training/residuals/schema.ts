/** Temporal-difference residuals, student − teacher: what is stored of them. Browser-safe. */
import { z } from 'zod';
import { deviceKindSchema } from '../../engine/schema.ts';
import { channelStatisticsSchema } from '../../latents/schema.ts';

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

/** All elements of the residuals at one discretisation step, beside what training makes of that step. */
export const measuredPairSchema = channelStatisticsSchema.omit({ channel: true }).extend({
  /** i of sigma(i), from the most noise down; where there is no grid, a place among levels that are drawn equally often. */
  index: z.int().nonnegative(),
  /** The student's noise level, and the teacher's. */
  sigma: z.number(),
  teacherSigma: z.number(),
  /** λ of samples here. */
  weight: z.number(),
  /** How often training draws this step or one that is nearest to it, 0 to 1. */
  share: z.number(),
});
export type MeasuredPair = z.infer<typeof measuredPairSchema>;

/** Residuals of a checkpoint, at some discretisation steps: all have the same latents and the same noise. */
export const residualMeasurementSchema = z.strictObject({
  /** Steps that the checkpoint had made. */
  step: z.int().nonnegative(),
  measuredAt: z.iso.datetime(),
  device: z.strictObject({ kind: deviceKindSchema, name: z.string() }),
  /** Noise levels N of its stage, where there is a grid. */
  levels: z.int().positive().optional(),
  /** Samples at each discretisation step, and the elements of each. */
  pictures: z.int().positive(),
  elements: z.int().positive(),
  /** From the most noise down. */
  pairs: z.array(measuredPairSchema).min(1),
});
export type ResidualMeasurement = z.infer<typeof residualMeasurementSchema>;

/** A measurement, and the root-mean-square residual of each of its samples, pair by pair. */
export interface StoredResiduals {
  readonly measurement: ResidualMeasurement;
  readonly r: Float32Array;
  /** What the picture of each sample counts in the loss; absent where all count the same. */
  readonly counts?: Float32Array | undefined;
}

/** What to measure; what is absent is chosen. */
export const residualRequestSchema = z.strictObject({
  run: z.string(),
  /** Steps of one of its checkpoints; the newest where absent. */
  checkpoint: z.int().nonnegative().optional(),
  /** Discretisation steps i; up to 21 spread over the checkpoint's stage where absent. */
  steps: z.array(z.int().nonnegative()).min(1).max(64).optional(),
  /** Samples at each of them. */
  pictures: z.int().min(1).max(1024).optional(),
});
export type ResidualRequest = z.infer<typeof residualRequestSchema>;

const lossSchema = z.enum(['l2', 'pseudoHuber', 'cauchy', 'gemanMcClure']);
const byLoss = <T extends z.ZodType>(value: T) =>
  z.strictObject({ l2: value, pseudoHuber: value, cauchy: value, gemanMcClure: value });

/** A bounded part of many samples, evenly spread over them; the lists are equally long. */
export const residualSamplesSchema = z.strictObject({
  /** How many there were. */
  total: z.int().nonnegative(),
  r: z.array(z.number()),
  /** λ of each, multiplied by what its picture counts, and its discretisation step. */
  weight: z.array(z.number()),
  index: z.array(z.int().nonnegative()),
});

/** A recorded step of training: how large its residuals were. */
export const residualMomentSchema = z.strictObject({
  step: z.int().positive(),
  levels: z.int().positive().optional(),
  /** The loss's c, on the scale of r. */
  c: z.number(),
  samples: z.int().positive(),
  min: z.number(),
  q1: z.number(),
  median: z.number(),
  q3: z.number(),
  max: z.number(),
});
export type ResidualMoment = z.infer<typeof residualMomentSchema>;

/** Everything that is known of a run's residuals. */
export const runResidualsSchema = z.strictObject({
  /** Oldest checkpoint first. */
  measurements: z.array(residualMeasurementSchema.extend({ samples: residualSamplesSchema })),
  /** What training recorded, oldest first: evolution over training. */
  training: z.array(residualMomentSchema),
});
export type RunResiduals = z.infer<typeof runResidualsSchema>;

/** Whose residuals are looked at: those of the newest measured checkpoint, or those that training recorded in its last stage. */
export const lensOriginSchema = z.enum(['measurement', 'training']);
export type LensOrigin = z.infer<typeof lensOriginSchema>;

/** What each loss makes of a run's own residuals at one c. Shares are from 0 to 1, and c is on the scale of r. */
export const residualLensSchema = z.strictObject({
  /** Where the residuals come from: a checkpoint, or training until this step. */
  of: z.strictObject({
    origin: lensOriginSchema,
    step: z.int().nonnegative(),
    samples: z.int().positive(),
  }),
  /** What the run trains with. */
  loss: lossSchema,
  c: z.number().positive(),
  /** The run's own c at the stage of these residuals; 0 where its loss has none. */
  cNow: z.number().nonnegative(),
  /** c of every stage, and the number of steps before it. */
  schedule: z.array(
    z.strictObject({
      begin: z.int().nonnegative(),
      levels: z.int().positive().optional(),
      c: z.number().nonnegative(),
    }),
  ),
  losses: z.array(
    z.strictObject({
      loss: lossSchema,
      /** How much of the update the `top` share of the samples, those with the largest residuals, drives. */
      topShare: z.array(z.strictObject({ top: z.number(), share: z.number() })),
      /** The share of ordinary samples that this c suppresses, and whether that is too many. */
      suppressed: z.number(),
      warning: z.boolean(),
    }),
  ),
  /** Influence ψ(r) of each loss at some r, evenly spread on a logarithmic axis that holds all samples and every c of the schedule. */
  curve: z.strictObject({
    r: z.array(z.number()),
    psi: byLoss(z.array(z.number())),
    /** ψ'(0): divided by it, all curves begin as the line ψ = r. */
    slope: byLoss(z.number()),
    /** The r of the strongest pull; null where the pull never falls. */
    peak: byLoss(z.number().nullable()),
  }),
  /** Shares of samples in bins of equal width on a logarithmic axis from r = `from` to `to`, and of those whose r is 0. */
  histogram: z.strictObject({ from: z.number(), to: z.number(), shares: z.array(z.number()), zero: z.number() }),
});
export type ResidualLens = z.infer<typeof residualLensSchema>;
