/** Why a value of a latent may be extreme: what tested rules find in its picture, and what blurring the place does. Browser-safe. */
import { z } from 'zod';

const index = z.int().nonnegative();

/** Where a value is in the latents; `row` and `col` count from the top left. */
export const causePlaceSchema = z.strictObject({ channel: index, row: index, col: index });
export type CausePlace = z.infer<typeof causePlaceSchema>;

/** The outermost cells: their share of the set's far values, and of all cells. */
const ringSchema = z.strictObject({ share: z.number().min(0).max(1), cells: z.number().min(0).max(1) });
export type Ring = z.infer<typeof ringSchema>;

/** What is known of the place of a value, for the rules. */
export const lookedAtPlaceSchema = z.strictObject({
  row: index,
  col: index,
  /** Cells in a row of the latents. */
  cells: z.int().positive(),
  /** The share of the pictures that have a far value there, where that is a habit of the VAE. */
  habit: z.number().optional(),
  /** Absent in a set without far values. */
  ring: ringSchema.optional(),
});
export type LookedAtPlace = z.infer<typeof lookedAtPlaceSchema>;

export const causeKindSchema = z.enum([
  'flat',
  'border',
  'lineArt',
  'blocky',
  'upscaled',
  'transparency',
  'contrast',
  'edge',
  'habit',
]);
export type CauseKind = z.infer<typeof causeKindSchema>;

export const causeTagSchema = z.strictObject({
  kind: causeKindSchema,
  /** Found around the place that was asked about, or in the picture as a whole. */
  where: z.enum(['place', 'picture']),
  /** 0 to 1; half at the rule's threshold, less for what is not at the place. Only for putting tags in order. */
  strength: z.number().min(0).max(1),
  /**
   * What the rule measured. `flat`, `lineArt`, `transparency` and `contrast`: a share of the pixels; `border`: pixels; `blocky`: steps
   * at the borders of blocks to other steps; `upscaled`: how many times the source was enlarged, or the share of fine detail; `edge`:
   * the border cells' share of the set's far values; `habit`: the share of the pictures.
   */
  evidence: z.number(),
  /** Two or three words, and a sentence with the evidence. */
  title: z.string(),
  words: z.string(),
});
export type CauseTag = z.infer<typeof causeTagSchema>;

export const likelyCausesSchema = z.strictObject({
  /** The strongest first; none is an answer: nothing of what is tested for. */
  tags: z.array(causeTagSchema),
  /** Rules that need the file the picture came from, where that can not be read any more. */
  untested: z.array(causeKindSchema),
});
export type LikelyCauses = z.infer<typeof likelyCausesSchema>;

/** A value beside its channel's others. */
const judgedSchema = z.strictObject({
  value: z.number(),
  /** Robust z of the set's channel. */
  z: z.number(),
  /** Which of Tukey's fences it is within; a value on a fence is within it. */
  within: z.enum(['inner', 'outer', 'neither']),
});
export type Judged = z.infer<typeof judgedSchema>;

export const causeCheckSchema = z.strictObject({
  /** Side of a cell of the latents in pixels. */
  cell: z.int().positive(),
  /** As it is in the set, and as the unchanged picture gives it now; whether these are the same, but for rounding. */
  stored: judgedSchema,
  now: judgedSchema,
  isSame: z.boolean(),
  /** With a square of so many cells around the place blurred. */
  blurred: z.array(judgedSchema.extend({ cells: z.int().positive() })),
  /**
   * `local`: with some square blurred the value is within the inner fences, and its z less than two thirds of what it was. `partly`: its z
   * falls by more than half. `elsewhere`: neither.
   * `ordinary`: it is within the inner fences to begin with.
   */
  verdict: z.enum(['local', 'partly', 'elsewhere', 'ordinary']),
  /** That in plain words. */
  words: z.string(),
});
export type CauseCheck = z.infer<typeof causeCheckSchema>;
