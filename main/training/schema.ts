/** The configuration of a training run: every choice, its default and its source. Unknown keys are refused. */
import { z } from 'zod';
import { deviceMemorySchema } from '../engine/schema.ts';

const positive = z.number().positive();

/** DiT of method §6.3 (sLCT's models/network_dit.py). */
const ditConfigSchema = z.strictObject({
  kind: z.literal('dit'),
  /** Latent cells a token covers in each direction. */
  patch: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  width: z.int().min(16).max(2048),
  depth: z.int().min(1).max(48),
  heads: z.int().min(1).max(32),
  mlp: z.enum(['relu', 'gatedRelu']).default('relu'),
  /** Rotary position embedding on queries and keys. */
  rope: z.boolean().default(true),
  /** A learned filter on the tokens' Fourier transform before each MLP. */
  frequencyFilter: z.boolean().default(false),
});

/** The paper's U-Net, method §6.2; the defaults but for the width are the paper's. */
const unetConfigSchema = z.strictObject({
  kind: z.literal('unet'),
  /** Channels of the first level; the paper's is 128. GroupNorm's groups divide multiples of 32. */
  width: z.int().min(32).max(512).multipleOf(32),
  /** Channels of each level as a multiple of the width; a level has half the side of the one before. */
  multipliers: z.array(z.int().min(1).max(8)).min(1).max(5).default([1, 2, 3, 4]),
  /** Residual blocks per level. */
  blocks: z.int().min(1).max(8).default(4),
  /** Sides of the grid, in latent cells, at which blocks attend. */
  attentionSides: z.array(z.int().min(1).max(64)).max(8).default([16, 8]),
  headChannels: z.union([z.literal(32), z.literal(64)]).default(64),
  norm: z.enum(['nonScaling', 'group']).default('nonScaling'),
});

export const networkConfigSchema = z.discriminatedUnion('kind', [ditConfigSchema, unetConfigSchema]);

/** Karras noise levels and how they are drawn, method §1.2 and §1.4. */
export const noiseConfigSchema = z.strictObject({
  sigmaMin: positive.default(0.002),
  sigmaMax: positive.default(80),
  rho: positive.default(7),
  pMean: z.number().default(-1.1),
  pStd: positive.default(2),
});
export type NoiseConfig = z.infer<typeof noiseConfigSchema>;

/** Splits evenly. */
const isDivisor = (part: number, whole: number): boolean => whole % part === 0;

const runConfigShape = z.strictObject({
  network: networkConfigSchema,
  noise: noiseConfigSchema.prefault({}),
  /** Noise levels start at s0 + 1 and double to s1 + 1, method §1.3. */
  curriculum: z.strictObject({ s0: z.int().min(2).default(10), s1: z.int().min(2).default(640) }).prefault({}),
  /** Cauchy loss with the adaptive c of method §3; `constant` keeps one c. */
  loss: z
    .discriminatedUnion('schedule', [
      z.strictObject({ schedule: z.literal('adaptive') }),
      z.strictObject({ schedule: z.literal('constant'), c: positive }),
    ])
    .prefault({ schedule: 'adaptive' }),
  /** Diffusion loss on the noise levels from int(threshold · N) on, method §4. */
  diffusionLoss: z
    .strictObject({ threshold: z.number().min(0).max(1).default(0.75), weight: z.number().nonnegative().default(5) })
    .prefault({}),
  /** How noise is paired with latents in a batch, method §5. */
  coupling: z.enum(['optimalTransport', 'independent']).default('optimalTransport'),
  /** RAdam with coupled weight decay, method §1.7. */
  optimiser: z
    .strictObject({
      learningRate: positive.default(1e-4),
      beta1: z.number().min(0).lt(1).default(0.9),
      beta2: z.number().min(0).lt(1).default(0.999),
      eps: positive.default(1e-8),
      weightDecay: z.number().nonnegative().default(1e-4),
    })
    .prefault({}),
  /** Half-life of the averaged weights as a share of the run's steps (method §10.8). */
  emaHalfLifeShare: z
    .number()
    .positive()
    .max(1)
    .default(1 / 30),
  batchSize: z.int().min(1).max(512),
  /** `mixed`: float16 where a GPU gains by it (main/tensor/passes/mixed-precision.ts), with a scaled loss. */
  precision: z.enum(['full', 'mixed']).default('full'),
  /** Pictures that are on the device at once, a divisor of the batch size; `auto` finds the most that fit. */
  microBatch: z.union([z.literal('auto'), z.int().min(1)]).default('auto'),
  /** Keeps only each block's input for the gradient, and computes the rest again: less memory, more time. */
  recompute: z.boolean().default(false),
  length: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('steps'), steps: z.int().min(1) }),
    /** The number of steps is measured at the start and then fixed, so that a resumed run has the same plan. */
    z.strictObject({ kind: z.literal('minutes'), minutes: positive }),
  ]),
  /** Minutes between checkpoints; there is one on stop and at the end, too. */
  checkpointMinutes: positive.default(5),
  /** How many sample sheets a run makes besides the one at step 0. */
  sampleSheets: z.int().min(0).max(200).default(20),
  seed: z.int().nonnegative().default(0),
});
export const runConfigSchema = runConfigShape.refine(
  ({ microBatch, batchSize }) => microBatch === 'auto' || isDivisor(microBatch, batchSize),
  { path: ['microBatch'], error: 'Enter a number that divides the pictures per step.' },
);
export type RunConfig = z.infer<typeof runConfigSchema>;
export type RunConfigInput = z.input<typeof runConfigSchema>;

/** A file of resources/presets/. */
export const presetSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string(),
  /** Plain words: what it is for, how long it takes, what to expect. */
  description: z.string(),
  source: z.string(),
  config: runConfigSchema,
});
export type Preset = z.infer<typeof presetSchema>;

/** What follows from a configuration and the data; fixed when the run starts and stored with it. */
export const runPlanSchema = z.strictObject({
  steps: z.int().positive(),
  parameters: z.int().positive(),
  latentShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  trainingPictures: z.int().positive(),
  /** Pictures kept aside to measure quality; the model never sees them. */
  heldOutPictures: z.int().nonnegative(),
  batchSize: z.int().positive(),
  emaRate: z.number(),
});
export type RunPlan = z.infer<typeof runPlanSchema>;

/** Bytes that a run will need on its device, estimated from the shapes of its graphs. */
export const memoryPlanSchema = z.strictObject({
  batchSize: z.int().positive(),
  /** Pictures that are on the device at once. */
  microBatch: z.int().positive(),
  bytes: z.strictObject({
    weights: z.number(),
    /** RAdam's two moments. */
    moments: z.number(),
    average: z.number(),
    /** Gradients that are added up over micro-batches. */
    gradients: z.number(),
    /** The next state beside the present one. */
    nextState: z.number(),
    /** The pictures of a micro-batch and all that is computed of them. */
    work: z.number(),
  }),
  total: z.number(),
  largestTensor: z.number(),
  device: deviceMemorySchema,
  /** What the device has too little of; absent where it fits, as far as the device says what it has. */
  problem: z.enum(['memory', 'buffer']).optional(),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;

/** One line of metrics.jsonl. NaN and infinity are stored as null: such a step was rolled back. */
export const metricsRowSchema = z.strictObject({
  /** Steps done, counting from 1. */
  step: z.int().positive(),
  loss: z.number().nullable(),
  consistencyLoss: z.number().nullable(),
  diffusionLoss: z.number().nullable(),
  gradNorm: z.number().nullable(),
  /** Number of noise levels N(k) and the loss's c at this step. */
  levels: z.int().positive(),
  c: z.number(),
  learningRate: z.number(),
  /** Seconds this step took, and active seconds of the run so far (pauses do not count). */
  stepSeconds: z.number(),
  seconds: z.number(),
  /** Steps rolled back so far because their numbers were not finite. */
  skipped: z.int().nonnegative(),
});
export type MetricsRow = z.infer<typeof metricsRowSchema>;
