/** What the host-maths thread does: batches with their noise and coupling, statistics of latents, scores. */
import { z } from 'zod';
import { float32Array, nothing } from '../base/schemas.ts';
import { clipBoundsSchema } from '../datasets/operations/schema.ts';
import { latentPreviewSchema } from '../latents/preview/schema.ts';
import {
  channelStatisticsSchema,
  clippedCountSchema,
  knownLatentsSchema,
  latentAdjustmentsSchema,
  latentManifestSchema,
  latentStatisticsSchema,
} from '../latents/schema.ts';
import { runConfigSchema } from '../training/schema.ts';

/** Pictures that were read, of all passes. */
const measuringProgress = z.strictObject({ done: z.int().nonnegative(), total: z.int().nonnegative() });

const previewedStateSchema = z.strictObject({ names: z.array(z.string()), clip: clipBoundsSchema });

export const mathsContract = {
  methods: {
    /** Loads latents for a run; `data` names them in later calls. */
    open: {
      input: z.strictObject({
        data: z.string(),
        folder: z.string(),
        heldOut: z.int().nonnegative(),
        adjusted: latentAdjustmentsSchema.optional(),
      }),
      output: z.strictObject({ training: z.int(), heldOut: z.int(), clipped: clippedCountSchema.optional() }),
    },
    close: { input: z.strictObject({ data: z.string() }), output: nothing },
    /** The batch of step k (from 0), of `steps`. */
    batch: {
      input: z.strictObject({
        data: z.string(),
        config: runConfigSchema,
        steps: z.int().positive(),
        k: z.int().nonnegative(),
      }),
      output: z.strictObject({
        x_0: float32Array,
        noise: float32Array,
        inputs: z.record(z.string(), float32Array),
        counts: float32Array.optional(),
        levels: z.int().optional(),
        c: z.number().optional(),
      }),
    },
    /** Fréchet distance of these latents to the held-out ones, and of the training latents to the held-out ones. */
    score: {
      input: z.strictObject({ data: z.string(), samples: float32Array }),
      output: z.strictObject({ frechet: z.number(), floor: z.number() }),
    },
    /** How these values are distributed. */
    distribution: {
      input: z.strictObject({ values: float32Array }),
      output: channelStatisticsSchema.omit({ channel: true }),
    },
    /** Statistics, outliers and normalisation of a fully encoded set; writes them and marks it complete. */
    finishLatents: {
      input: z.strictObject({
        folder: z.string(),
        manifest: latentManifestSchema,
        known: knownLatentsSchema.optional(),
      }),
      output: latentStatisticsSchema,
      progress: measuringProgress,
    },
    /** Measures a complete set again: one of before there was so much to measure, or without an index of its outliers. */
    measureAgain: {
      input: z.strictObject({ folder: z.string() }),
      output: latentStatisticsSchema,
      progress: measuringProgress,
    },
    /** What the latents of other pictures, or clipped ones, are like (main/latents/preview). `key` is the set it is about. */
    preview: {
      input: z.strictObject({
        project: z.string(),
        key: z.string(),
        before: previewedStateSchema,
        after: previewedStateSchema,
        extra: z.strictObject({ folder: z.string(), manifest: latentManifestSchema }).optional(),
      }),
      output: latentPreviewSchema,
    },
  },
  events: {},
} as const;
