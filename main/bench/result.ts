/** A result line: what was measured, beside what, and where. */
import { z } from 'zod';
import { machineSchema } from './machine.ts';

const ms = z.number().nonnegative();

export const resultSchema = z.strictObject({
  name: z.string(),
  device: z.string(),
  /** What exactly was done: network, batch, pictures, size. */
  setting: z.record(z.string(), z.union([z.string(), z.number()])),
  /** Median milliseconds of a round. */
  ms,
  peer: z.string().nullable(),
  peer_ms: ms.nullable(),
  /** ours / peer */
  ratio: z.number().nullable(),
  /** Why there is no peer. */
  reason: z.string().optional(),
  rounds: z.int().positive(),
  /** Quartiles of both: what the median hides. */
  ms_quartiles: z.tuple([ms, ms]),
  peer_ms_quartiles: z.tuple([ms, ms]).optional(),
  /** Rate of the runtime's matrix products, of the whole step, and the second as a share of the first. */
  gemm_gflops: z.number().optional(),
  effective_gflops: z.number().optional(),
  peer_gflops: z.number().optional(),
  gemm_share: z.number().optional(),
  /** Peak memory of each side's process in MiB, and of the accelerator. */
  rss_mb: z.number().optional(),
  peer_rss_mb: z.number().optional(),
  rss_ratio: z.number().optional(),
  device_mb: z.number().optional(),
  peer_device_mb: z.number().optional(),
  per_second: z.number().optional(),
  peer_per_second: z.number().optional(),
  /** Largest relative difference between what the two sides computed. */
  loss_difference: z.number().optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
  peer_facts: z.record(z.string(), z.unknown()).optional(),
  machine: machineSchema,
  date: z.iso.datetime(),
});
export type Result = z.infer<typeof resultSchema>;
