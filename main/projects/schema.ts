/** What identifies a project. */
import { z } from 'zod';

/** `project.json`, besides its schema version. */
export const projectFileSchema = z.strictObject({
  name: z.string().min(1),
  createdAt: z.iso.datetime(),
  /** The program version that made it. */
  createdBy: z.string(),
});
export type ProjectFile = z.infer<typeof projectFileSchema>;

/** A project on the list of recent ones. */
export const recentProjectSchema = z.strictObject({
  path: z.string(),
  name: z.string(),
  openedAt: z.iso.datetime(),
});
export type RecentProject = z.infer<typeof recentProjectSchema>;
