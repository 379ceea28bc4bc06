/** What the screens know about devices. */
import { z } from 'zod';

export const deviceInfoSchema = z.strictObject({
  kind: z.enum(['cpu', 'webgpu', 'cuda', 'tensorflow']),
  /** The hardware's own name. */
  name: z.string(),
  threads: z.int().positive().optional(),
  memoryBytes: z.number().positive().optional(),
  /** Why it can't be used, in plain words; absent when it can. */
  unusable: z.string().optional(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;
