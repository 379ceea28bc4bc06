/** What checks of VAEs found, kept below a project: `checks/<hash of the VAE>/check.json`, and PNGs of the worst pictures. */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isStudioError } from '../base/errors.ts';
import { makeFolder, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { z } from 'zod';
import { reconstructionCheckSchema, reconstructionSchema } from '../vae/schema.ts';
import type { Reconstruction, ReconstructionCheck } from '../vae/schema.ts';

const storedCheckSchema = z.strictObject({
  check: reconstructionCheckSchema,
  /** The worst pictures first. */
  rows: z.array(reconstructionSchema),
});
export type StoredCheck = z.infer<typeof storedCheckSchema>;
const format: JsonFormat<StoredCheck> = { version: 1, schema: storedCheckSchema };

/** A file of a check, relative to the project, with `/` on every system. */
export const checkFile = (hash: string, name: string): string => `checks/${hash}/${name}`;
const checkFolder = (project: string, hash: string): string => join(project, 'checks', hash);

/** Makes an empty folder for a check that is being made. It takes the old one's place when it is complete. */
export async function beginCheck(project: string, hash: string): Promise<string> {
  const folder = `${checkFolder(project, hash)}.tmp`;
  await withFileErrors(folder, () => rm(folder, { recursive: true, force: true }));
  await makeFolder(folder);
  return folder;
}

export async function finishCheck(project: string, unfinished: string, stored: StoredCheck): Promise<void> {
  const folder = checkFolder(project, stored.check.vae.hash);
  await writeJson(join(unfinished, 'check.json'), format, stored);
  await withFileErrors(folder, async () => {
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  });
}

/** The last check of the VAE of this name; undefined before there was one. */
export async function readCheck(project: string, vae: string): Promise<StoredCheck | undefined> {
  const folder = join(project, 'checks');
  const names = await withFileErrors(folder, () => readdir(folder)).catch((thrown: unknown): string[] => {
    if (isStudioError(thrown, 'storage.notFound')) return [];
    throw thrown;
  });
  const all = await Promise.all(
    names.filter((name) => !name.endsWith('.tmp')).map((name) => readJson(join(folder, name, 'check.json'), format)),
  );
  return all
    .flatMap((stored) => (stored?.check.vae.name === vae ? [stored] : []))
    .sort((a, b) => b.check.checkedAt.localeCompare(a.check.checkedAt))[0];
}

/** The largest PSNR that a picture of so many values can have without being the same: one value off by one. */
const largestPsnr = (values: number): number => 10 * Math.log10(255 ** 2 * values);

/** Sorts rows, the worst picture first, and sums them up. A picture without any error counts as one with the least error. */
export function sumUp(
  about: Pick<ReconstructionCheck, 'vae' | 'checkedAt' | 'ofPictures'>,
  rows: readonly Reconstruction[],
  valuesPerPicture: number,
): StoredCheck {
  const known = ({ psnr }: Reconstruction) => psnr ?? largestPsnr(valuesPerPicture);
  const mean = (of: (row: Reconstruction) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  return {
    check: { ...about, pictures: rows.length, psnrMean: mean(known), ssimMean: mean(({ ssim }) => ssim) },
    rows: rows.toSorted((a, b) => known(a) - known(b) || a.id.localeCompare(b.id)),
  };
}
