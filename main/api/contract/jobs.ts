/** Long work: every job says what it does, how fast, how long still, and always ends in done, failed or cancelled. */
import { z } from 'zod';
import { wireErrorSchema } from '../../base/wire-error.ts';

export const jobKindSchema = z.enum([
  'import',
  'encode',
  'train',
  'generate',
  'grid',
  'score',
  'check',
  'download',
  'reconstruct',
  'trainVae',
  'adjust',
  'measure',
  'residuals',
  'pixels',
  'cause',
]);
export type JobKind = z.infer<typeof jobKindSchema>;

export const jobSchema = z.strictObject({
  id: z.int().positive(),
  kind: jobKindSchema,
  /** Plain words: “Encoding pictures”. */
  title: z.string(),
  status: z.enum(['queued', 'running', 'paused', 'done', 'failed', 'cancelled']),
  /** Units finished and expected: pictures, steps. */
  done: z.int().nonnegative(),
  total: z.int().nonnegative().optional(),
  unit: z.string(),
  perSecond: z.number().optional(),
  remainingSeconds: z.number().optional(),
  /** Countable side results: `quarantined`, `duplicates`, `skipped`. */
  counts: z.record(z.string(), z.int().nonnegative()),
  /** Share of its time that a device waited for pictures, 0 to 1, for encoding. */
  idleShare: z.number().min(0).max(1).optional(),
  /** The run of a training job. */
  run: z.string().optional(),
  error: wireErrorSchema.optional(),
});
export type Job = z.infer<typeof jobSchema>;

export const jobReferenceSchema = z.strictObject({ job: z.int().positive() });
