/** What is needed to make a picture again: its provenance. */
import { z } from 'zod';

/**
 * How noise becomes a picture (main/consistency/sampler.ts). Only their form is checked here: what suits a run is known where its
 * noise is, and said in words there.
 */
export const samplingStepsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('nfe'), nfe: z.number() }),
  /** Indices into a grid of so many noise levels, from the largest noise on. */
  z.strictObject({ kind: z.literal('indices'), levels: z.number(), indices: z.array(z.number()) }),
  z.strictObject({ kind: z.literal('sigmas'), sigmas: z.array(z.number()) }),
]);

/** Everything that is asked for of a picture besides its run and its seed. */
export const samplingRequestSchema = z.strictObject({
  steps: samplingStepsSchema,
  /** Which of the run's averages of the weights. */
  average: z.int().nonnegative().default(0),
  /** Index of a class of the run; null for none. */
  class: z.int().nonnegative().nullable().default(null),
  /** How strongly the picture is pushed towards its class; 1 is not at all. */
  guidance: z.number().default(1),
});
export type SamplingRequest = z.infer<typeof samplingRequestSchema>;

/** So many steps, and nothing special. */
export const plainRequest = (nfe: number): SamplingRequest => ({
  steps: { kind: 'nfe', nfe },
  average: 0,
  class: null,
  guidance: 1,
});

/** How a picture was made, in its row and inside its PNG. */
export const sampledSchema = z.strictObject({
  /** Sampling steps; guidance asks the network twice in each. */
  nfe: z.int().positive(),
  /** Absent in pictures of the first version: `nfe` steps, and nothing special. */
  sampling: samplingRequestSchema.optional(),
  /** Name of its class, for people who do not have the run. */
  className: z.string().optional(),
});

/** Carried inside every generated PNG (iTXt, keyword `cauchy_studio`). No paths: a shared picture tells nothing about the computer. */
export const provenanceSchema = z.strictObject({
  program: z.literal('Cauchy Studio'),
  version: z.string(),
  run: z.string(),
  runName: z.string(),
  /** Steps trained, and the first 16 hex digits of the weights' SHA-256. */
  step: z.int().nonnegative(),
  weights: z.string(),
  ...sampledSchema.shape,
  vae: z.string(),
  createdAt: z.iso.datetime(),
});

export const picturePngTextSchema = z.strictObject({
  kind: z.literal('picture'),
  ...provenanceSchema.shape,
  seed: z.int().nonnegative(),
});
/** A grid says for each of its cells, row by row, where the picture comes from. */
export const gridPngTextSchema = z.strictObject({
  kind: z.literal('grid'),
  program: z.literal('Cauchy Studio'),
  version: z.string(),
  createdAt: z.iso.datetime(),
  rows: z.int().positive(),
  columns: z.int().positive(),
  cells: z.array(picturePngTextSchema.omit({ kind: true, program: true, version: true, createdAt: true })),
});
export type PicturePngText = z.infer<typeof picturePngTextSchema>;
export type GridPngText = z.infer<typeof gridPngTextSchema>;
export const pngKeyword = 'cauchy_studio';
