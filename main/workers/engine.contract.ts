/** What the main process can ask of the engine process. Everything heavy lives behind it. */
import { z } from 'zod';
import { nothing, uint8Array } from '../base/schemas.ts';
import { operationSchema } from '../datasets/operations/schema.ts';
import {
  importProgressSchema,
  importResultSchema,
  pictureIdSchema,
  pictureSettingsSchema,
  pictureSourceSchema,
} from '../datasets/schema.ts';
import { deviceInfoSchema, deviceMeasurementSchema } from '../engine/schema.ts';
import { samplingRequestSchema } from '../generation/schema.ts';
import { galleryPictureSchema } from '../gallery/schema.ts';
import {
  causeCheckSchema,
  causePlaceSchema,
  likelyCausesSchema,
  lookedAtPlaceSchema,
} from '../latents/causes/schema.ts';
import { latentPreviewSchema } from '../latents/preview/schema.ts';
import { encodingOptionsSchema, encodingReportSchema, latentStatisticsSchema } from '../latents/schema.ts';
import { runRecordSchema, sampleSheetSchema } from '../runs/schema.ts';
import { remedySchema, runDataSchema } from '../training/outlook-schema.ts';
import { residualMeasurementSchema, residualRequestSchema } from '../training/residuals/schema.ts';
import { memoryPlanSchema, metricsRowSchema, runConfigSchema } from '../training/schema.ts';
import { reconstructionCheckSchema, vaeInfoSchema } from '../vae/schema.ts';
import { vaeMetricsRowSchema, vaeRunRecordSchema, vaeTrainingConfigSchema } from '../vae/training-schema.ts';

const progress = z.strictObject({
  done: z.int().nonnegative(),
  total: z.int().nonnegative().optional(),
  perSecond: z.number().optional(),
  remainingSeconds: z.number().optional(),
});

/** The model whose step is timed, on latents of this shape. */
export const probedModelSchema = z.strictObject({
  name: z.string(),
  config: runConfigSchema,
  shape: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
});
export type ProbedModel = z.infer<typeof probedModelSchema>;

/** Absolute paths: of the project, of what ships, and of the VAEs that a person added. */
const place = { project: z.string(), resources: z.string(), library: z.string() };

const trainingProgress = progress.extend({
  skipped: z.int().nonnegative(),
  phase: z.enum(['preparing', 'training', 'waiting']),
});
export type TrainingProgress = z.infer<typeof trainingProgress>;

export const engineContract = {
  methods: {
    'device.info': { input: nothing, output: deviceInfoSchema },
    /** Tries this process's device and times a step of `model` on it. A device that fails is an answer, not an error. */
    'device.check': {
      input: z.strictObject({ resources: z.string(), model: probedModelSchema }),
      output: deviceMeasurementSchema,
      progress,
    },
    'pictures.import': {
      input: z.strictObject({ project: z.string(), source: pictureSourceSchema, settings: pictureSettingsSchema }),
      output: importResultSchema,
      progress: importProgressSchema,
    },
    /** Makes the shaped copies of pictures that an operation frames anew; `dataset.sourceGone` where a source can not be read. */
    'pictures.frame': {
      input: z.strictObject({ project: z.string(), operation: operationSchema }),
      output: nothing,
      progress,
    },
    /** A picture as its source is, as PNG; see main/datasets/operations/whole.ts. */
    'pictures.whole': {
      input: z.strictObject({ project: z.string(), picture: pictureIdSchema }),
      output: z.strictObject({ png: uint8Array }),
    },
    /** Reads a VAE and copies it into the library; a download is moved there. */
    'vae.add': {
      input: z.strictObject({
        resources: z.string(),
        library: z.string(),
        path: z.string(),
        name: z.string().optional(),
        isDownload: z.boolean().optional(),
      }),
      output: vaeInfoSchema,
    },
    /** Encodes and decodes the project's pictures, or `most` of them, and keeps what it found in the project. */
    'vae.check': {
      input: z.strictObject({ ...place, vae: z.string(), most: z.int().min(1).optional() }),
      output: reconstructionCheckSchema,
      progress,
    },
    'latents.encode': {
      input: z.strictObject({ ...place, vae: z.string(), ...encodingOptionsSchema.partial().shape }),
      output: z.strictObject({ key: z.string(), statistics: latentStatisticsSchema, report: encodingReportSchema }),
      /** The share of its time that the device waited for pictures, and what became of pictures so far. */
      progress: progress.extend({
        idleShare: z.number().optional(),
        counts: z.record(z.string(), z.int().nonnegative()),
      }),
    },
    /** What an operation on pictures would do to the latents. Progress is of the pictures that are encoded for that. */
    'latents.preview': {
      input: z.strictObject({ ...place, operation: operationSchema }),
      output: latentPreviewSchema,
      progress,
    },
    /** What in a picture may be why its latent has extreme values, at a place where one is given. */
    'latents.causes': {
      input: z.strictObject({ project: z.string(), picture: z.string(), place: lookedAtPlaceSchema.optional() }),
      output: likelyCausesSchema,
    },
    /** Encodes a picture of a set again, with a place blurred. */
    'latents.checkCause': {
      input: z.strictObject({ ...place, key: z.string(), picture: z.string(), ...causePlaceSchema.shape }),
      output: causeCheckSchema,
      progress,
    },
    /** Measures a complete set of latents again: one of before there was so much to measure, or without an index of its outliers. */
    'latents.measure': { input: z.strictObject({ project: z.string(), key: z.string() }), output: nothing, progress },
    /** Measures the pixels of the pictures that a complete set of latents is of, and keeps what it found beside the set. */
    'latents.pixels': { input: z.strictObject({ project: z.string(), key: z.string() }), output: nothing, progress },
    /** The model and data of a run, and the memory it would need, beside what is in use now. */
    'training.estimate': {
      input: z.strictObject({ project: z.string(), config: runConfigSchema }),
      output: z.strictObject({ memory: memoryPlanSchema, remedies: z.array(remedySchema), data: runDataSchema }),
    },
    /** Plans and trains a new run in an existing run folder. Cancelling stops it with a checkpoint. */
    'training.start': {
      input: z.strictObject({
        ...place,
        run: z.string(),
        name: z.string(),
        preset: z.string().optional(),
        config: runConfigSchema,
      }),
      output: runRecordSchema,
      progress: trainingProgress,
    },
    /** Goes on from the last checkpoint. */
    'training.resume': {
      input: z.strictObject({ ...place, run: z.string() }),
      output: runRecordSchema,
      progress: trainingProgress,
    },
    /** Measures the residuals of a checkpoint, and keeps them in the run's folder. */
    'training.residuals': {
      input: residualRequestSchema.extend({ project: z.string() }),
      output: residualMeasurementSchema,
      progress,
    },
    /** Trains a VAE in an existing run folder. Cancelling stops it with a checkpoint. */
    'vae.train': {
      input: z.strictObject({ ...place, run: z.string(), name: z.string(), config: vaeTrainingConfigSchema }),
      output: vaeRunRecordSchema,
      progress: trainingProgress,
    },
    /** Goes on from the last checkpoint. */
    'vae.resume': {
      input: z.strictObject({ ...place, run: z.string() }),
      output: vaeRunRecordSchema,
      progress: trainingProgress,
    },
    /** Of either kind of training. */
    'training.pause': { input: z.strictObject({ run: z.string(), paused: z.boolean() }), output: nothing },
    /** Makes pictures with the newest checkpoint of a run. */
    generate: {
      input: z.strictObject({
        ...place,
        run: z.string(),
        sampling: samplingRequestSchema,
        seeds: z.array(z.int().nonnegative()).min(1),
        target: z.discriminatedUnion('kind', [
          /** PNGs in a folder, named by seed; `gallery` ones get ids. */
          z.strictObject({ kind: z.literal('gallery') }),
          z.strictObject({ kind: z.literal('folder'), path: z.string() }),
          z.strictObject({
            kind: z.literal('grid'),
            path: z.string(),
            columns: z.int().positive(),
            margin: z.int().nonnegative(),
          }),
        ]),
      }),
      output: z.strictObject({
        files: z.array(z.string()),
        pictures: z.array(galleryPictureSchema),
        grid: z.strictObject({ width: z.int(), height: z.int(), bytes: z.int() }).optional(),
        step: z.int().nonnegative(),
        /** Sampling steps that were made. */
        nfe: z.int().positive(),
      }),
      progress,
    },
    /** Lays existing pictures out as one PNG at `path`. */
    'gallery.grid': {
      input: z.strictObject({
        project: z.string(),
        files: z.array(z.string()).min(1),
        size: z.int().positive(),
        columns: z.int().positive(),
        margin: z.int().nonnegative(),
        path: z.string(),
        text: z.strictObject({ keyword: z.string(), value: z.string() }),
      }),
      output: z.strictObject({ width: z.int(), height: z.int(), bytes: z.int() }),
    },
  },
  events: {
    metrics: z.strictObject({ run: z.string(), rows: z.array(metricsRowSchema) }),
    vaeMetrics: z.strictObject({ run: z.string(), rows: z.array(vaeMetricsRowSchema) }),
    samples: z.strictObject({ run: z.string(), sheet: sampleSheetSchema }),
    /** A run's record changed on disk. */
    run: z.strictObject({ project: z.string(), record: z.union([runRecordSchema, vaeRunRecordSchema]) }),
  },
} as const;
