/** The configuration of a training run: every choice, its default and its source. Unknown keys are refused. */
import { z } from 'zod';
import { deviceMemorySchema } from '../engine/schema.ts';
import { clippedCountSchema, latentAdjustmentsSchema } from '../latents/schema.ts';
import { networkConfigSchema } from './network-schema.ts';
import { objectiveSchema } from './objective-schema.ts';
import { averagesSchema, optimiserSchema } from './optimiser-schema.ts';

const positive = z.number().positive();

/** Splits evenly. */
const isDivisor = (part: number, whole: number): boolean => whole % part === 0;

/** Whether the network is told the class of a picture, so that pictures of one class can be asked for. */
const classesSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** The folders that the pictures were sorted into. */
  z.strictObject({
    kind: z.literal('folders'),
    /** `auto`: as many as the pictures have when the run starts. */
    count: z.union([z.literal('auto'), z.int().min(2).max(10_000)]).default('auto'),
    /** Share of pictures whose class is kept from the network: it learns pictures of no class, too, which guidance needs (method §6.3). */
    dropout: z.number().min(0).max(1).default(0.1),
  }),
]);

const runConfigShape = z.strictObject({
  network: networkConfigSchema,
  classes: classesSchema.prefault({ kind: 'none' }),
  objective: objectiveSchema.prefault({ kind: 'consistency' }),
  /** How noise is paired with latents in a batch, method §5. */
  coupling: z.enum(['optimalTransport', 'independent']).default('optimalTransport'),
  optimiser: optimiserSchema.prefault({}),
  /** Steps that are not finite after which the learning rate halves, method §1.6, point 10 (breakdowns.ts). */
  nonFiniteLimit: z.int().min(1).max(10_000).default(100),
  averages: averagesSchema,
  /** Starts with the first average of another run's weights: of the same network, for latents of the same shape. */
  startFrom: z.strictObject({ run: z.string() }).nullable().default(null),
  batchSize: z.int().min(1).max(512),
  /** `mixed`: float16 where a GPU gains by it (main/tensor/passes/mixed-precision.ts), with a scaled loss. */
  precision: z.enum(['full', 'mixed']).default('full'),
  /** Pictures that are on the device at once, a divisor of the batch size; `auto` finds the most that fit. */
  microBatch: z.union([z.literal('auto'), z.int().min(1)]).default('auto'),
  /** Keeps only each block's input for the gradient, and computes the rest again: less memory, more time. */
  recompute: z.boolean().default(false),
  length: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('steps'), steps: z.int().min(1) }),
    /** Times that every training picture is seen: epochs · floor(pictures / batch) steps, method §1.3. */
    z.strictObject({ kind: z.literal('epochs'), epochs: z.int().min(1) }),
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
  /** `studio`: for a person's own computer; `paper`: a published recipe, as it was. */
  group: z.enum(['studio', 'paper']).default('studio'),
  /** The size of pictures that a published recipe is for. */
  pictureSize: z.int().positive().optional(),
  /** Plain words: what it is for, how long it takes, what to expect. */
  description: z.string(),
  source: z.string(),
  config: runConfigSchema,
});
export type Preset = z.infer<typeof presetSchema>;

/** A class of a run, and how many of its training pictures have it: none where all of them are held out. */
export const runClassSchema = z.strictObject({ name: z.string(), pictures: z.int().nonnegative() });
export type RunClass = z.infer<typeof runClassSchema>;

/** What follows from a configuration and the data; fixed when the run starts and stored with it. */
export const runPlanSchema = z.strictObject({
  steps: z.int().positive(),
  parameters: z.int().positive(),
  latentShape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  trainingPictures: z.int().positive(),
  /** Latents of each of them, where there is more than one: mirror images. */
  copies: z.int().positive().optional(),
  /** Pictures kept aside to measure quality; the model never sees them. */
  heldOutPictures: z.int().nonnegative(),
  batchSize: z.int().positive(),
  /** The rate of each average. */
  emaRates: z.array(z.number().min(0).lt(1)).min(1),
  /** The classes that the network is told, in the order that numbers them; absent without any. */
  classes: z.array(runClassSchema).optional(),
  /** What was done about its pictures when it started; absent where nothing was. */
  adjusted: latentAdjustmentsSchema.optional(),
  /** What was clipped of its training latents, mirror images included; absent where nothing was to be. */
  clipped: clippedCountSchema.optional(),
});
export type RunPlan = z.infer<typeof runPlanSchema>;

/** Bytes that a run will need on its device, estimated from the shapes of its graphs. */
export const memoryPlanSchema = z.strictObject({
  batchSize: z.int().positive(),
  /** Pictures that are on the device at once. */
  microBatch: z.int().positive(),
  bytes: z.strictObject({
    weights: z.number(),
    /** The optimiser's two moments. */
    moments: z.number(),
    /** All averages. */
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
  /** The parts of the loss, for objectives that have them. */
  consistencyLoss: z.number().nullable().optional(),
  diffusionLoss: z.number().nullable().optional(),
  /** Mean square of MeanFlow's error, whose weighted loss hardly moves. */
  velocityLoss: z.number().nullable().optional(),
  gradNorm: z.number().nullable(),
  /** Number of noise levels N(k) and the loss's c at this step, for objectives that have them. */
  levels: z.int().positive().optional(),
  c: z.number().optional(),
  learningRate: z.number(),
  /** Seconds this step took, and active seconds of the run so far (pauses do not count). */
  stepSeconds: z.number(),
  seconds: z.number(),
  /** Steps rolled back so far because their numbers were not finite. */
  skipped: z.int().nonnegative(),
});
export type MetricsRow = z.infer<typeof metricsRowSchema>;
