/** How gradients become steps, and which averages of the weights are kept. */
import { z } from 'zod';

const positive = z.number().positive();

/** RAdam with coupled weight decay, method §1.7. */
export const optimiserSchema = z.strictObject({
  learningRate: positive.default(1e-4),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  eps: positive.default(1e-8),
  weightDecay: z.number().nonnegative().default(1e-4),
});
