/** The person's preferences: one small file, the same for every project. */
import { z } from 'zod';
import { deviceChoiceSchema } from '../engine/schema.ts';
import { recentProjectSchema } from '../projects/schema.ts';

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Where new projects are made; absent: the folder the shell proposes. */
  projectsFolder: z.string().optional(),
  /** What trains; `auto`: the fastest device that passed its check. */
  device: deviceChoiceSchema.default('auto'),
  /** Newest first. */
  recent: z.array(recentProjectSchema).default([]),
});
export type Settings = z.infer<typeof settingsSchema>;
