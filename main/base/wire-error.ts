/** A catalogue error as data, as it crosses borders. */
import { z } from 'zod';
import { errorCodes } from './errors.ts';
import type { ErrorCode } from './errors.ts';

export const wireErrorSchema = z.object({
  code: z.custom<ErrorCode>((value) => typeof value === 'string' && (errorCodes as readonly string[]).includes(value)),
  kind: z.enum(['user', 'environment', 'internal']),
  details: z.record(z.string(), z.unknown()),
  what: z.string(),
  means: z.string(),
  advice: z.string(),
  stack: z.string().optional(),
});
