/**
 * Checkpoints: all a run needs to go on exactly. A checkpoint is a folder that appears complete, by one rename, after its
 * bytes have been read back and compared; older ones are removed only then.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { studioError } from '../base/errors.ts';
import { makeFolder, sha256OfFile, syncFolder, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import type { NamedTensor } from '../storage/safetensors.ts';
import { noBreakdowns } from './breakdowns.ts';

const checkpointSchema = z.strictObject({
  /** Steps done. */
  step: z.int().nonnegative(),
  /** Active seconds so far. */
  seconds: z.number().nonnegative(),
  /** Steps rolled back so far, and what became of them (breakdowns.ts). */
  skipped: z.int().nonnegative(),
  halvings: z.int().nonnegative(),
  skippedSinceHalving: z.int().nonnegative(),
  tookPlaceSinceHalving: z.boolean(),
  /** SHA-256 of state.safetensors. */
  sha256: z.string(),
});
export type CheckpointInfo = Readonly<z.infer<typeof checkpointSchema>>;
const format: JsonFormat<z.infer<typeof checkpointSchema>> = {
  version: 2,
  schema: checkpointSchema,
  // The first version knew no halvings: a run paused after five such steps in a row.
  migrations: { 1: (old) => ({ ...noBreakdowns, ...old }) },
};

const namePattern = /^step-(\d{9})$/;
const nameOf = (step: number): string => `step-${String(step).padStart(9, '0')}`;
/** Complete checkpoints a run keeps. */
const kept = 2;

/** Folders of complete checkpoints, newest first. */
export async function listCheckpoints(run: string): Promise<{ step: number; folder: string }[]> {
  const folder = join(run, 'checkpoints');
  const names = await readdir(folder).catch(() => []);
  return names
    .flatMap((name) => {
      const step = namePattern.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), folder: join(folder, name) }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Writes, verifies and swaps in a checkpoint, then removes all but the newest ones. */
export async function writeCheckpoint(
  run: string,
  info: Omit<CheckpointInfo, 'sha256'>,
  state: readonly NamedTensor[],
): Promise<void> {
  const folder = join(run, 'checkpoints');
  const final = join(folder, nameOf(info.step));
  const unfinished = `${final}.tmp`;
  await withFileErrors(final, async () => {
    await rm(unfinished, { recursive: true, force: true });
    await makeFolder(unfinished);
    try {
      const path = join(unfinished, 'state.safetensors');
      await writeSafetensors(path, state);
      await writeJson(join(unfinished, 'checkpoint.json'), format, { ...info, sha256: await sha256OfFile(path) });
      await verify(path, state);
      await rm(final, { recursive: true, force: true });
      await rename(unfinished, final);
      await syncFolder(folder);
    } catch (thrown) {
      await rm(unfinished, { recursive: true, force: true });
      throw thrown;
    }
    for (const old of (await listCheckpoints(run)).slice(kept)) await rm(old.folder, { recursive: true, force: true });
  });
}

/** Reads the written file back: a disk that lies is found out now, while the old checkpoint still exists. */
async function verify(path: string, state: readonly NamedTensor[]): Promise<void> {
  const { tensors } = await readSafetensors(path);
  for (const { name, data } of state) {
    const stored = tensors.get(name);
    const same =
      stored &&
      Buffer.from(stored.data.buffer, 0, stored.data.byteLength).equals(
        Buffer.from(data.buffer, data.byteOffset, data.byteLength),
      );
    if (!same)
      throw studioError('storage.damaged', { path, reason: `what was written of ${name} reads back differently` });
  }
}

export interface Checkpoint {
  readonly info: CheckpointInfo;
  readonly state: readonly NamedTensor[];
}

/**
 * The newest checkpoint that is intact, or undefined. `wanted` chooses tensors by name (only `ema/…` to make pictures), `step` one
 * of the checkpoints.
 * A damaged one is passed over for the one before it and reported through `onDamaged`.
 */
export async function readCheckpoint(
  run: string,
  wanted?: (name: string) => boolean,
  onDamaged?: (folder: string, reason: string) => void,
  step?: number,
): Promise<Checkpoint | undefined> {
  const checkpoints = await listCheckpoints(run);
  for (const { folder } of checkpoints.filter((one) => step === undefined || one.step === step)) {
    try {
      const info = await readJson(join(folder, 'checkpoint.json'), format);
      const path = join(folder, 'state.safetensors');
      if (!info || (await sha256OfFile(path)) !== info.sha256)
        throw studioError('storage.damaged', { path, reason: 'its contents do not match their checksum' });
      return { info, state: [...(await readSafetensors(path, wanted)).tensors.values()] };
    } catch (thrown) {
      onDamaged?.(folder, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }
  return undefined;
}
