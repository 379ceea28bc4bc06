/**
 * The VAEs that a person added or downloaded, for all projects: `<library>/<name>/` with `vae.json`, the weights as they came, and
 * diffusers' `config.json` where there is one. A folder is complete or absent. Knows files, not networks: the main process uses it.
 */
import { readdir, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { isStudioError, studioError } from '../base/errors.ts';
import { withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import type { VaeInfo, VaeList } from './schema.ts';

/** diffusers' name for weights beside a `config.json`, and ours for a file that explains itself. */
export const weightsNames = ['diffusion_pytorch_model.safetensors', 'weights.safetensors'] as const;

const count = z.int().positive();
const vaeFileSchema = z.strictObject({
  title: z.string(),
  description: z.string(),
  origin: z.enum(['added', 'downloaded']),
  weights: z.enum(weightsNames),
  /** SHA-256 of the weights. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: count,
  latentChannels: count,
  reduction: count,
  parameters: count,
  licence: z.string().optional(),
  /** Where it came from: an address, or a path. */
  source: z.string(),
  addedAt: z.iso.datetime(),
});
export type VaeFile = z.infer<typeof vaeFileSchema>;
const format: JsonFormat<VaeFile> = { version: 1, schema: vaeFileSchema };

/** Downloads that are not finished lie here; no VAE can be called so. */
const downloadsFolder = '.downloads';
export const downloadFolder = (library: string, name: string): string => join(library, downloadsFolder, name);

/** `vae.json` of a VAE; undefined when there is none of that name. */
export async function readVaeFile(library: string, name: string): Promise<VaeFile | undefined> {
  return isSafeName(name) ? readJson(join(library, name, 'vae.json'), format) : undefined;
}

/** What to read a VAE from: its folder, when a config.json explains the weights, or the weights alone. */
export const weightsPath = (library: string, name: string, { weights }: VaeFile): string =>
  weights === weightsNames[0] ? join(library, name) : join(library, name, weights);

/** Every VAE of the library by name, and folders whose `vae.json` can not be read. */
export async function listLibrary(
  library: string,
): Promise<{ vaes: VaeInfo[]; damaged: NonNullable<VaeList['damaged']> }> {
  const vaes: VaeInfo[] = [];
  const damaged: { name: string; reason: string }[] = [];
  for (const name of await libraryNames(library)) {
    try {
      const file = await readVaeFile(library, name);
      if (file) vaes.push(infoOf(name, file));
      else damaged.push({ name, reason: 'it has no vae.json' });
    } catch (thrown) {
      damaged.push({ name, reason: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }
  return { vaes, damaged };
}

export function infoOf(name: string, file: VaeFile): VaeInfo {
  const { weights: _weights, addedAt: _addedAt, sha256, ...rest } = file;
  return { name, hash: sha256.slice(0, 16), ...rest };
}

/** Names of folders in the library, sorted; none where there is no library yet. */
export async function libraryNames(library: string): Promise<string[]> {
  try {
    const entries = await withFileErrors(library, () => readdir(library, { withFileTypes: true }));
    return entries.flatMap((entry) => (entry.isDirectory() && isSafeName(entry.name) ? [entry.name] : [])).sort();
  } catch (thrown) {
    if (isStudioError(thrown, 'storage.notFound')) return [];
    throw thrown;
  }
}

/** Writes the `vae.json` of a folder that is being made. */
export const writeVaeFile = (folder: string, file: VaeFile): Promise<void> =>
  writeJson(join(folder, 'vae.json'), format, file);

/** Removes a VAE at once, or not at all: it is renamed first. Throws `vae.unknown`. */
export async function removeFromLibrary(library: string, name: string): Promise<void> {
  const known = await libraryNames(library);
  if (!known.includes(name)) throw studioError('vae.unknown', { name, known });
  const folder = join(library, name);
  const going = `${folder}.${randomUUID().slice(0, 8)}.tmp`;
  await withFileErrors(folder, async () => {
    await rename(folder, going);
    await rm(going, { recursive: true, force: true });
  });
}

const safeName = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Names that Windows keeps for devices, the VAE that ships, and those of training runs. */
const takenNames = /^(?:con|prn|aux|nul|com\d|lpt\d|starter|vae-\d+)$/;
export const isSafeName = (name: string): boolean => safeName.test(name);

/** A name for a VAE that is called `wanted` where it comes from: letters a to z, digits and hyphens, and not in use. */
export function freeName(wanted: string, used: readonly string[]): string {
  const plain = wanted
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  const base = plain === '' || takenNames.test(plain) ? `added-${plain || 'vae'}` : plain;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!used.includes(name)) return name;
  }
}
