/**
 * Measured residuals on disk, in the run's folder: `residuals/step-…/` has `measurement.json` and `samples.safetensors`, whose `r`
 * [pairs, pictures] is the root-mean-square residual of each sample, and `counts` [pictures] what its picture counts in the loss, where
 * not all count the same. A measurement appears whole, by one rename.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import { fileVersion, makeFolder, withFileErrors } from '../../storage/files.ts';
import { readJson, writeJson } from '../../storage/json.ts';
import type { JsonFormat } from '../../storage/json.ts';
import { readSafetensors, writeSafetensors } from '../../storage/safetensors.ts';
import { residualMeasurementSchema } from './schema.ts';
import type { ResidualMeasurement, StoredResiduals } from './schema.ts';

const format: JsonFormat<ResidualMeasurement> = { version: 1, schema: residualMeasurementSchema };
const namePattern = /^step-(\d{9})$/;
const folderOf = (run: string, step: number): string => join(run, 'residuals', `step-${String(step).padStart(9, '0')}`);
const measurementFile = 'measurement.json';
const samplesFile = 'samples.safetensors';

/** Takes the place of an earlier measurement of the same checkpoint. */
export async function writeMeasurement(run: string, { measurement, r, counts }: StoredResiduals): Promise<void> {
  const { step, pairs, pictures } = measurement;
  const folder = folderOf(run, step);
  const unfinished = `${folder}.tmp`;
  await withFileErrors(folder, async () => {
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished);
    try {
      await writeSafetensors(join(unfinished, samplesFile), [
        { name: 'r', shape: [pairs.length, pictures], data: r },
        ...(counts ? [{ name: 'counts', shape: [pictures], data: counts }] : []),
      ]);
      await writeJson(join(unfinished, measurementFile), format, measurement);
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
}

/** Steps of the checkpoints that were measured, oldest first. */
export async function measuredSteps(run: string): Promise<number[]> {
  const names = await readdir(join(run, 'residuals')).catch(() => []);
  return names
    .flatMap((name) => {
      const step = namePattern.exec(name)?.[1];
      return step === undefined ? [] : [Number(step)];
    })
    .sort((a, b) => a - b);
}

/** The measurement of a checkpoint; undefined where there is none. Throws `storage.damaged`. */
export async function readMeasurement(run: string, step: number): Promise<StoredResiduals | undefined> {
  const folder = folderOf(run, step);
  const measurement = await readJson(join(folder, measurementFile), format);
  if (!measurement) return undefined;
  const path = join(folder, samplesFile);
  const { tensors } = await readSafetensors(path);
  const [r, counts] = [tensors.get('r'), tensors.get('counts')];
  const shape = [measurement.pairs.length, measurement.pictures];
  if (r?.shape.join() !== shape.join())
    throw studioError('storage.damaged', { path, reason: `its residuals are not ${shape.join(' × ')}` });
  if (counts && counts.shape.join() !== String(measurement.pictures))
    throw studioError('storage.damaged', {
      path,
      reason: `it does not say of ${measurement.pictures} samples what they count`,
    });
  return { measurement, r: r.data, counts: counts?.data };
}

/** Changes with the measurement of a checkpoint. */
export const measurementVersion = (run: string, step: number): Promise<string> =>
  fileVersion(join(folderOf(run, step), measurementFile));

/** Drops measurements after `step`, whose steps are made again. */
export async function truncateMeasurements(run: string, step: number): Promise<void> {
  for (const later of (await measuredSteps(run)).filter((measured) => measured > step)) {
    const folder = folderOf(run, later);
    await withFileErrors(folder, () => rm(folder, { recursive: true, force: true }));
  }
}
