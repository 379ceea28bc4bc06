/** Everything a window can ask of the studio and everything the studio tells it. Browser-safe: schemas only. */
import { z } from 'zod';
import { nothing } from '../../base/schemas.ts';
import { adjustedCountsSchema, operationListSchema, operationSchema } from '../../datasets/operations/schema.ts';
import {
  datasetSummarySchema,
  pictureCountsSchema,
  pictureFilterSchema,
  pictureIdSchema,
  picturePageSchema,
  pictureSettingsSchema,
  pictureSourceSchema,
} from '../../datasets/schema.ts';
import { deviceChoiceSchema, deviceKindSchema, deviceListSchema } from '../../engine/schema.ts';
import { galleryPictureSchema, gridResultSchema } from '../../gallery/schema.ts';
import { samplingRequestSchema } from '../../generation/schema.ts';
import { exportFormatSchema, exportResultSchema } from '../../latents/exports/schema.ts';
import { causeCheckSchema, causePlaceSchema, likelyCausesSchema } from '../../latents/causes/schema.ts';
import {
  outlierFilterSchema,
  outlierPageSchema,
  outlierPicturesSchema,
  outlierPositionsSchema,
  pictureLatentsSchema,
} from '../../latents/outlier-schema.ts';
import { latentPreviewSchema } from '../../latents/preview/schema.ts';
import {
  encodingOptionsSchema,
  latentCacheSchema,
  latentStatisticsSchema,
  pixelStatisticsSchema,
} from '../../latents/schema.ts';
import { recentProjectSchema } from '../../projects/schema.ts';
import { runLogRowSchema, runRecordSchema, sampleSheetSchema } from '../../runs/schema.ts';
import { settingsSchema } from '../../settings/schema.ts';
import { runEstimateSchema } from '../../training/outlook-schema.ts';
import {
  lensOriginSchema,
  residualLensSchema,
  residualRequestSchema,
  runResidualsSchema,
} from '../../training/residuals/schema.ts';
import { metricsRowSchema, presetSchema, runConfigSchema } from '../../training/schema.ts';
import { reconstructionCheckSchema, reconstructionSchema, vaeInfoSchema, vaeListSchema } from '../../vae/schema.ts';
import { vaeMetricsRowSchema, vaeRunRecordSchema, vaeTrainingConfigSchema } from '../../vae/training-schema.ts';
import { jobReferenceSchema, jobSchema } from './jobs.ts';

export { leastSquare } from '../../datasets/schema.ts';

const page = z.strictObject({ offset: z.int().nonnegative(), limit: z.int().min(1).max(500) });
const runReference = z.strictObject({ run: z.string() });

/** The open project at a glance. `path` and `file` values below it are what `fileUrl` of a shell can show. */
export const projectSummarySchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  pictures: pictureCountsSchema,
  /** Absent until the first import. */
  pictureSettings: pictureSettingsSchema.optional(),
  dataset: datasetSummarySchema.optional(),
  /** What was done about pictures in use, reversibly; absent while there is no operation. */
  adjusted: adjustedCountsSchema.optional(),
  latents: z.strictObject({
    /** Pictures whose latents are on disk, of those in use that are not left out. */
    encoded: z.int().nonnegative(),
    complete: z.boolean(),
    vae: z.string().optional(),
  }),
  runs: z.array(runRecordSchema),
  /** VAEs that were or are being trained on these pictures. */
  vaeRuns: z.array(vaeRunRecordSchema),
  galleryPictures: z.int().nonnegative(),
});
export type ProjectSummary = z.infer<typeof projectSummarySchema>;

export const studioInfoSchema = z.strictObject({
  version: z.string(),
  /** What the shell around the renderer can do. */
  shell: z.strictObject({
    kind: z.enum(['electron', 'browser']),
    canPickFolders: z.boolean(),
    canRevealFiles: z.boolean(),
  }),
  projectsFolder: z.string(),
  presets: z.array(presetSchema),
});
export type StudioInfo = z.infer<typeof studioInfoSchema>;

/** Pictures may also come as files that a browser has uploaded to the host under an id. */
const importSourceSchema = z.discriminatedUnion('kind', [
  ...pictureSourceSchema.options,
  z.strictObject({ kind: z.literal('upload'), id: z.string() }),
]);

/** A path, or files that a browser has uploaded to the host under an id. */
const vaeSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('path'), path: z.string() }),
  z.strictObject({ kind: z.literal('upload'), id: z.string() }),
]);

export const studioContract = {
  methods: {
    'studio.info': { input: nothing, output: studioInfoSchema },
    'studio.pickFolders': { input: nothing, output: z.strictObject({ paths: z.array(z.string()) }) },
    'studio.reveal': { input: z.strictObject({ file: z.string() }), output: nothing },

    'settings.get': { input: nothing, output: settingsSchema },
    'settings.set': {
      input: settingsSchema.pick({ theme: true, projectsFolder: true }).partial(),
      output: settingsSchema,
    },

    /** Every device with what is known about it, and which one the next run trains on. */
    'devices.list': { input: nothing, output: deviceListSchema },
    /** Tries these kinds, or all that were found, and times a training step of `model`, or of the quickest preset. */
    'devices.check': {
      input: z.strictObject({
        kinds: z.array(deviceKindSchema).min(1).optional(),
        model: presetSchema.pick({ name: true, config: true }).optional(),
      }),
      output: jobReferenceSchema,
    },
    'devices.choose': { input: z.strictObject({ choice: deviceChoiceSchema }), output: deviceListSchema },

    'project.recent': { input: nothing, output: z.array(recentProjectSchema.extend({ exists: z.boolean() })) },
    'project.create': {
      input: z.strictObject({ name: z.string(), parent: z.string().optional() }),
      output: projectSummarySchema,
    },
    'project.open': { input: z.strictObject({ path: z.string() }), output: projectSummarySchema },
    'project.close': { input: nothing, output: nothing },
    /** The open project; null when there is none. */
    'project.current': { input: nothing, output: projectSummarySchema.nullable() },

    'pictures.import': {
      input: z.strictObject({ source: importSourceSchema, settings: pictureSettingsSchema }),
      output: jobReferenceSchema,
    },
    'pictures.page': {
      input: z.strictObject({ show: pictureFilterSchema, ...page.shape }),
      output: picturePageSchema,
    },

    /**
     * A picture as its source is: a `data:` address of 512 × 512 pixels with all of it in the middle, as large as fits. Throws
     * `dataset.unknownPictures` and `dataset.sourceGone`.
     */
    'pictures.whole': {
      input: z.strictObject({ picture: pictureIdSchema }),
      output: z.strictObject({ url: z.string() }),
    },

    /** What was done about pictures, the oldest operation first, and what that comes to. */
    'dataset.operations': { input: nothing, output: operationListSchema },
    /**
     * Records an operation; files that were imported stay as they are. Framing pictures anew reads them, which is a job on the list.
     * Throws `dataset.unknownPictures`, `dataset.badSquare` and `dataset.sourceGone`.
     */
    'dataset.operate': { input: z.strictObject({ operation: operationSchema }), output: operationListSchema },
    /** Takes one row of the list back: an operation, or an earlier undo, which does the operation again. */
    'dataset.undo': { input: z.strictObject({ id: z.int().positive() }), output: operationListSchema },

    /** VAEs that can be used, and those that can be downloaded. */
    'vaes.list': { input: nothing, output: vaeListSchema },
    /** Copies a VAE into the studio's own folder: a folder as diffusers writes it, or one safetensors file. */
    'vaes.add': { input: z.strictObject({ source: vaeSourceSchema }), output: vaeInfoSchema },
    /** Fetches one of the downloads. The only method that uses the network. */
    'vaes.download': { input: z.strictObject({ name: z.string() }), output: jobReferenceSchema },
    /** Throws `vae.inUse` while the open project needs it. */
    'vaes.remove': { input: z.strictObject({ name: z.string() }), output: nothing },
    /** Encodes and decodes the project's pictures, or `most` of them, and compares. */
    'vaes.check': {
      input: z.strictObject({ vae: z.string(), most: z.int().min(1).optional() }),
      output: jobReferenceSchema,
    },
    /** What the last check of a VAE found, the worst pictures first; null before there was one. */
    'vaes.reconstructions': {
      input: z.strictObject({ vae: z.string(), ...page.shape }),
      output: z.strictObject({ check: reconstructionCheckSchema, rows: z.array(reconstructionSchema) }).nullable(),
    },
    /** Trains a VAE on the project's pictures. It is paused, resumed, stopped and deleted like any run. */
    'vaes.train': {
      input: z.strictObject({ name: z.string().optional(), config: vaeTrainingConfigSchema }),
      output: z.strictObject({ run: z.string(), job: z.int().positive() }),
    },
    'vaes.metrics': {
      input: z.strictObject({ run: z.string(), afterStep: z.int().nonnegative() }),
      output: z.array(vaeMetricsRowSchema),
    },

    'latents.encode': {
      input: z.strictObject({ vae: z.string(), ...encodingOptionsSchema.partial().shape }),
      output: jobReferenceSchema,
    },
    /** Every set of latents that the project keeps. */
    'latents.caches': { input: nothing, output: z.array(latentCacheSchema) },
    /** Chooses the set that training starts from. Throws `latents.missing`. */
    'latents.use': { input: z.strictObject({ key: z.string() }), output: nothing },
    /** Runs that were trained on a deleted set can no longer go on or make pictures: `usedBy` says which. */
    'latents.delete': { input: z.strictObject({ keys: z.array(z.string()).min(1) }), output: nothing },
    /** Null until encoding has finished. Of a set that is older than this all, or whose index is damaged, this and what follows is
     * computed first: a job of the kind `measure`. */
    'latents.statistics': { input: nothing, output: latentStatisticsSchema.nullable() },
    /** The most extreme values of the pictures, the most extreme first. Throws `latents.missing`, as what follows does. */
    'latents.outliers': {
      input: z.strictObject({ filter: outlierFilterSchema, ...page.shape }),
      output: outlierPageSchema,
    },
    /**
     * The pictures by their share of values beyond the outer fences. Counts are of the whole set; with a channel, a range or a cell
     * the filter shows the pictures of which the index holds such a value.
     */
    'latents.outlierPictures': {
      input: z.strictObject({ filter: outlierFilterSchema, ...page.shape }),
      output: outlierPicturesSchema,
    },
    /** Where in the latents the outliers are, and where that is a habit of the VAE. */
    'latents.positions': { input: nothing, output: outlierPositionsSchema },
    /** Throws `storage.notFound` for a picture that has no latents. */
    'latents.ofPicture': { input: z.strictObject({ picture: z.string() }), output: pictureLatentsSchema },
    /** What in a picture may be why its latent has extreme values, at a place where one is given. Throws `storage.notFound`. */
    'latents.causes': {
      input: z.strictObject({ picture: z.string(), place: causePlaceSchema.optional() }),
      output: likelyCausesSchema,
    },
    /** Encodes the picture again with that place blurred: a job of the kind `cause`, which this waits for. Throws `storage.notFound`. */
    'latents.checkCause': {
      input: z.strictObject({ picture: z.string(), ...causePlaceSchema.shape }),
      output: causeCheckSchema,
    },
    /** R, G and B of the same pictures, from −1 to 1, as they were measured last; null before. */
    'latents.pixelStatistics': { input: nothing, output: pixelStatisticsSchema.nullable() },
    /** Reads every picture once and keeps that; a job of the kind `pixels`. */
    'latents.measurePixels': { input: nothing, output: jobReferenceSchema },
    /** Writes statistics and outliers below `exports/` of the project. Throws `latents.missing`. */
    'latents.export': { input: z.strictObject({ format: exportFormatSchema }), output: exportResultSchema },

    /**
     * What an operation on pictures would do to the latents that are trained on, without doing it; pictures that it frames anew are
     * encoded for that, which is a job on the list. Throws `latents.missing` and what `dataset.operate` throws.
     */
    'latents.preview': { input: z.strictObject({ operation: operationSchema }), output: latentPreviewSchema },

    /** The memory a run would need on its device. Throws `latents.missing`. */
    'runs.estimate': { input: z.strictObject({ config: runConfigSchema }), output: runEstimateSchema },
    'runs.start': {
      input: z.strictObject({ name: z.string().optional(), preset: z.string().optional(), config: runConfigSchema }),
      output: z.strictObject({ run: z.string(), job: z.int().positive() }),
    },
    /** Pausing keeps the run in memory; stopping writes a checkpoint and ends it. Both can be resumed. */
    'runs.pause': { input: runReference, output: nothing },
    'runs.resume': { input: runReference, output: jobReferenceSchema },
    'runs.stop': { input: runReference, output: nothing },
    'runs.delete': { input: runReference, output: nothing },
    'runs.metrics': {
      input: z.strictObject({ run: z.string(), afterStep: z.int().nonnegative() }),
      output: z.array(metricsRowSchema),
    },
    'runs.samples': { input: runReference, output: z.array(sampleSheetSchema) },
    /** Measures student − teacher of a checkpoint at some discretisation steps. */
    'runs.measureResiduals': { input: residualRequestSchema, output: jobReferenceSchema },
    /** What was measured and recorded so far; empty lists before there was anything. */
    'runs.residuals': { input: runReference, output: runResidualsSchema },
    /**
     * What each loss makes of the run's residuals at `c`, by default the run's own; null before there are any. `checkpoint` names a
     * measurement, by default the newest. Answers while a slider is dragged. Throws `run.noTeacher`.
     */
    'runs.lens': {
      input: runReference.extend({
        c: z.number().positive().optional(),
        of: lensOriginSchema.optional(),
        checkpoint: z.int().nonnegative().optional(),
      }),
      output: residualLensSchema.nullable(),
    },
    /** What happened to the run, oldest first. */
    'runs.log': { input: runReference, output: z.array(runLogRowSchema) },

    /** Makes `count` pictures from seeds seed … seed + count − 1 into the gallery. */
    'gallery.generate': {
      input: z.strictObject({
        run: z.string(),
        sampling: samplingRequestSchema,
        count: z.int().min(1).max(10_000),
        seed: z.int().nonnegative(),
      }),
      output: jobReferenceSchema,
    },
    /** Newest first. */
    'gallery.page': {
      input: page,
      output: z.strictObject({ total: z.int().nonnegative(), rows: z.array(galleryPictureSchema) }),
    },
    'gallery.delete': { input: z.strictObject({ ids: z.array(z.string()).min(1) }), output: nothing },
    /** One PNG of these pictures, row by row; the last row may be short. `margin` in pixels. */
    'gallery.exportGrid': {
      input: z.strictObject({
        ids: z.array(z.string()).min(1),
        columns: z.int().min(1).max(200),
        margin: z.int().min(0).max(64),
      }),
      output: gridResultSchema,
    },

    'jobs.list': { input: nothing, output: z.array(jobSchema) },
    'jobs.cancel': { input: jobReferenceSchema, output: nothing },
  },
  events: {
    /** A job began, moved on or ended. At most ten times a second for one job. */
    job: jobSchema,
    /** The open project changed; null when it was closed. */
    project: projectSummarySchema.nullable(),
    metrics: z.strictObject({ run: z.string(), rows: z.array(metricsRowSchema) }),
    samples: z.strictObject({ run: z.string(), sheet: sampleSheetSchema }),
    vaeMetrics: z.strictObject({ run: z.string(), rows: z.array(vaeMetricsRowSchema) }),
    settings: settingsSchema,
    devices: deviceListSchema,
  },
} as const;
export type StudioContract = typeof studioContract;
