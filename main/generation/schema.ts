/** What is needed to make a picture again: its provenance. */
import { z } from 'zod';

export const nfeSchema = z.union([z.literal(1), z.literal(2)]);

/** Carried inside every generated PNG (iTXt, keyword `cauchy_studio`). No paths: a shared picture tells nothing about the computer. */
export const provenanceSchema = z.strictObject({
  program: z.literal('Cauchy Studio'),
  version: z.string(),
  run: z.string(),
  runName: z.string(),
  /** Steps trained, and the first 16 hex digits of the weights' SHA-256. */
  step: z.int().nonnegative(),
  weights: z.string(),
  /** Network evaluations per picture (sampling steps). */
  nfe: nfeSchema,
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
