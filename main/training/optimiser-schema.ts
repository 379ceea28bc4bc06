/** How gradients become steps, and which averages of the weights are kept. */
import { z } from 'zod';

const positive = z.number().positive();

/** Method §1.7 has RAdam with coupled weight decay and no clipping; its DiT runs clip at 100. */
export const optimiserSchema = z.strictObject({
  kind: z.enum(['radam', 'adam', 'adamw']).default('radam'),
  learningRate: positive.default(1e-4),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: positive.default(1e-8),
  /** Added to the gradient by RAdam and Adam (coupled); AdamW takes it from the weights itself. */
  weightDecay: z.number().nonnegative().default(1e-4),
  /** The largest norm that a step's gradients may have together; null is off. */
  clipNorm: positive.nullable().default(null),
});

/** Averages of the weights; the first is the one that previews and scores use. */
export const averagesSchema = z
  .array(
    z.discriminatedUnion('kind', [
      /** The half-life is a share of the run's steps (method §10.8). */
      z.strictObject({ kind: z.literal('share'), share: positive.max(1) }),
      /** The rate itself, as the paper's 0.99993. */
      z.strictObject({ kind: z.literal('rate'), rate: z.number().min(0).lt(1) }),
    ]),
  )
  .min(1)
  .max(8)
  .default([{ kind: 'share', share: 1 / 30 }]);
