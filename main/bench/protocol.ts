/**
 * How the harness speaks with a side, the process that does one contestant's work: JSON lines on stdin and stdout,
 * one answer for each request. A peer in another language needs no more than this.
 *
 *   {"do":"prepare","task":"step","spec":{…}}  →  {"facts":{…}}            ready; facts about itself
 *   {"do":"round"}                             →  {"ms":1.5,"values":[]}   the work done once, timed by the side itself
 *   {"do":"end"}                               →  {"rss_mb":100}           the most memory it held; it ends by itself
 *   any                                        →  {"error":{…}}            it can not go on
 */
import { z } from 'zod';
import { wireErrorSchema } from '../base/wire-error.ts';

export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('prepare'), task: z.string(), spec: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.literal('round') }),
  z.strictObject({ do: z.literal('end') }),
]);
export type Request = z.infer<typeof requestSchema>;

export const preparedSchema = z.strictObject({ facts: z.record(z.string(), z.unknown()) });

export const roundSchema = z.strictObject({
  ms: z.number().nonnegative(),
  /** What was computed (a loss), so that sides can be compared. */
  values: z.array(z.number()),
});
export type Round = z.infer<typeof roundSchema>;

export const endSchema = z.strictObject({
  /** Peak resident memory of the side's process in MiB; null where the system does not tell. */
  rss_mb: z.number().positive().nullable(),
  /** Peak memory on the accelerator in MiB, where there is one and it tells. */
  device_mb: z.number().nonnegative().optional(),
});
export type End = z.infer<typeof endSchema>;

/** What is wrong with a peer: a package it needs, the device it should use, or anything else. */
export const peerFailureSchema = z.strictObject({
  error: z.strictObject({ reason: z.enum(['package', 'device', 'failed']), message: z.string() }),
});

/** A catalogue error from a side of ours. */
export const wireFailureSchema = z.object({ error: wireErrorSchema });
