/** How a VAE is trained on a person's own pictures, and what such a run leaves on the disk. Browser-safe. */
import { z } from 'zod';
import { adjustmentsSchema } from '../datasets/operations/schema.ts';
import { deviceKindSchema } from '../engine/schema.ts';

const positive = z.number().positive();

/** Every choice, its default and its reason (main/vae/README.md). */
export const vaeTrainingConfigSchema = z.strictObject({
  /** Pixels a latent cell covers in each direction: 4 keeps more detail, 8 makes latents a quarter as large. */
  reduction: z.union([z.literal(4), z.literal(8)]).default(8),
  /** Numbers a latent cell has: more keep more detail and are harder to learn from. */
  latentChannels: z.int().min(4).max(16).default(4),
  /** Values of a cell inside the network. */
  width: z.int().min(32).max(1024).multipleOf(8).default(192),
  encoderBlocks: z.int().min(1).max(24).default(3),
  decoderBlocks: z.int().min(1).max(24).default(6),
  /** Begins with the starter VAE's weights wherever shapes agree, instead of with random ones. */
  startFromStarter: z.boolean().default(true),
  loss: z
    .strictObject({
      /** Of the mean absolute difference of pixels. */
      l1: z.number().min(0).default(1),
      /** Of 1 − multi-scale structural similarity. */
      structure: z.number().min(0).default(0.1),
      /** Of the peak signal-to-noise ratio, as the mean logarithm of each picture's squared error: exactness in every picture alike. */
      psnr: z.number().min(0).default(0.2),
      /** Of the KL divergence from a unit Gaussian, per element, once warmed up. */
      kl: z.number().min(0).default(4e-3),
      /** Share of the steps over which the KL weight rises from 0. */
      klWarmUp: z.number().min(0).max(1).default(0.1),
      /** A second network that learns to tell patches of real pictures from reconstructed ones: sharper, slower, less exact. */
      discriminator: z
        .discriminatedUnion('kind', [
          z.strictObject({ kind: z.literal('none') }),
          z.strictObject({
            kind: z.literal('patch'),
            weight: positive.default(0.1),
            /** Share of the steps before it begins. */
            after: z.number().min(0).max(1).default(0.5),
          }),
        ])
        .prefault({ kind: 'none' }),
    })
    .prefault({}),
  learningRate: positive.default(1e-3),
  batchSize: z.int().min(1).max(256).default(16),
  /** Mirrors every other visit of a picture. */
  flip: z.boolean().default(true),
  length: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('steps'), steps: z.int().min(1) }),
      /** The number of steps is measured at the start and then fixed. */
      z.strictObject({ kind: z.literal('minutes'), minutes: positive }),
    ])
    .prefault({ kind: 'minutes', minutes: 20 }),
  checkpointMinutes: positive.default(5),
  /** How many sheets of reconstructions a run makes besides the one at step 0. */
  sampleSheets: z.int().min(0).max(200).default(20),
  seed: z.int().nonnegative().default(0),
});
export type VaeTrainingConfig = z.infer<typeof vaeTrainingConfigSchema>;
export type VaeTrainingConfigInput = z.input<typeof vaeTrainingConfigSchema>;

/** How well pictures that were kept aside come back. */
export const vaeScoreSchema = z.strictObject({
  step: z.int().nonnegative(),
  /** Means over the pictures: dB, and structural similarity. */
  psnr: z.number(),
  ssim: z.number(),
  pictures: z.int().positive(),
});
export type VaeScore = z.infer<typeof vaeScoreSchema>;

/** `runs/vae-NNN/run.json`, besides its schema version. */
export const vaeRunRecordSchema = z.strictObject({
  kind: z.literal('vae'),
  id: z.string().regex(/^vae-[a-z0-9-]+$/),
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  config: vaeTrainingConfigSchema,
  plan: z.strictObject({
    steps: z.int().positive(),
    parameters: z.int().positive(),
    pictureSize: z.int().positive(),
    trainingPictures: z.int().positive(),
    heldOutPictures: z.int().nonnegative(),
  }),
  status: z.enum(['running', 'paused', 'stopped', 'finished', 'failed', 'interrupted']),
  step: z.int().nonnegative(),
  seconds: z.number().nonnegative(),
  skipped: z.int().nonnegative(),
  scores: z.array(vaeScoreSchema),
  /** Of the pictures that it trains on, and how they were shaped. */
  datasetHash: z.string(),
  /** What was done about them when it started; it goes on with that. Absent where nothing was. */
  adjusted: adjustmentsSchema.pick({ leftOut: true }).optional(),
  /** How well the starter VAE gives the same pictures back, in dB: whether training was worth it. */
  starterPsnr: z.number().optional(),
  error: z.strictObject({ code: z.string(), what: z.string(), means: z.string(), advice: z.string() }).optional(),
  device: z.strictObject({ kind: deviceKindSchema, name: z.string() }).optional(),
});
export type VaeRunRecord = z.infer<typeof vaeRunRecordSchema>;

/** One line of such a run's metrics.jsonl. Null where a number was not finite: that step was rolled back. */
export const vaeMetricsRowSchema = z.strictObject({
  /** Steps done, counting from 1. */
  step: z.int().positive(),
  loss: z.number().nullable(),
  l1: z.number().nullable(),
  /** 1 − multi-scale structural similarity. */
  structure: z.number().nullable(),
  kl: z.number().nullable(),
  klWeight: z.number(),
  /** Of the batch's reconstructions, in dB. */
  psnr: z.number().nullable(),
  /** How real the discriminator finds reconstructions, and its own loss; absent without one. */
  adversarial: z.number().nullable().optional(),
  discriminatorLoss: z.number().nullable().optional(),
  gradNorm: z.number().nullable(),
  learningRate: z.number(),
  stepSeconds: z.number(),
  seconds: z.number(),
  skipped: z.int().nonnegative(),
});
export type VaeMetricsRow = z.infer<typeof vaeMetricsRowSchema>;
