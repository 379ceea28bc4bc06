/** What is exported of latents, and where it was written. Browser-safe. */
import { z } from 'zod';

/** A page for people, one file for scripts, or a folder of tables. */
export const exportFormatSchema = z.enum(['html', 'json', 'csv']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

export const exportResultSchema = z.strictObject({
  /** The file, or the folder with the tables. */
  absolutePath: z.string(),
  files: z
    .array(
      z.strictObject({
        /** Relative to the project. */
        file: z.string(),
        bytes: z.int().nonnegative(),
      }),
    )
    .min(1),
});
export type ExportResult = z.infer<typeof exportResultSchema>;
