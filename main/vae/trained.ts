/**
 * VAEs that a project has trained: `runs/vae-NNN/vae/` with `vae.json` and the weights it names. The weights of a later step have
 * another name, so `vae.json` and what it describes change together, by one rename.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { studioError } from '../base/errors.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import type { AutoencoderConfig } from '../models/autoencoder.ts';
import { countParameters } from '../models/parameters.ts';
import { makeFolder, withFileErrors } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import type { JsonFormat } from '../storage/json.ts';
import { writeSafetensors } from '../storage/safetensors.ts';
import type { NamedTensor } from '../storage/safetensors.ts';
import { readVae } from './formats/read.ts';
import { autoencoderConfigSchema } from './schema.ts';
import type { VaeInfo } from './schema.ts';
import type { Vae } from './vae.ts';

const trainedFileSchema = z.strictObject({
  title: z.string(),
  config: autoencoderConfigSchema,
  /** Steps of training behind the weights. */
  step: z.int().nonnegative(),
  /** The file beside this one that holds the weights, and its SHA-256. */
  weights: z.string().regex(/^weights-\d+\.safetensors$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
});
type TrainedFile = z.infer<typeof trainedFileSchema>;
const format: JsonFormat<TrainedFile> = { version: 1, schema: trainedFileSchema };

const idPattern = /^vae-\d+$/;
const folderOf = (project: string, id: string): string => join(project, 'runs', id, 'vae');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const readFileOf = (project: string, id: string): Promise<TrainedFile | undefined> =>
  readJson(join(folderOf(project, id), 'vae.json'), format);

/** Writes the VAE of a run as it is after `step` steps; `parameters` may hold more than the autoencoder's. */
export async function writeTrained(
  project: string,
  id: string,
  vae: { readonly title: string; readonly config: AutoencoderConfig; readonly step: number },
  parameters: readonly NamedTensor[],
): Promise<void> {
  const folder = folderOf(project, id);
  await makeFolder(folder);
  const { encoderSpecs, decoderSpecs } = autoencoderOf(vae.config);
  const names = new Set([...encoderSpecs, ...decoderSpecs].map(({ name }) => name));
  const weights = `weights-${String(vae.step).padStart(9, '0')}.safetensors`;
  const path = join(folder, weights);
  const own = parameters.filter(({ name }) => names.has(name));
  await writeSafetensors(path, own, { metadata: { model: vae.title, steps: String(vae.step) } });
  const bytes = await withFileErrors(path, () => readFile(path));
  const { title, config, step } = vae;
  const file = { title, config, step, weights, sha256: sha256(bytes), bytes: bytes.length };
  await writeJson(join(folder, 'vae.json'), format, file);
  for (const old of await readdir(folder))
    if (old !== weights && old.startsWith('weights-')) await rm(join(folder, old), { force: true });
}

/** The VAE of a run; undefined when there is none (yet). Throws `storage.damaged` and `vae.badFile`. */
export async function readTrained(project: string, id: string): Promise<Vae | undefined> {
  const file = idPattern.test(id) ? await readFileOf(project, id) : undefined;
  if (!file) return undefined;
  const path = join(folderOf(project, id), file.weights);
  const vae = await readVae(path);
  if (!file.sha256.startsWith(vae.hash))
    throw studioError('storage.damaged', { path, reason: 'its weights are not the ones that were saved' });
  return { ...vae, name: id, title: file.title };
}

/** Every VAE that the project has trained, oldest first. */
export async function listTrained(project: string): Promise<VaeInfo[]> {
  const names = await readdir(join(project, 'runs')).catch(() => []);
  const infos: VaeInfo[] = [];
  for (const name of names.filter((id) => idPattern.test(id)).sort()) {
    const file = await readFileOf(project, name);
    if (!file) continue;
    const { encoderSpecs, decoderSpecs, latentChannels, reduction } = autoencoderOf(file.config);
    infos.push({
      name,
      title: file.title,
      description: `Trained on this project’s pictures, ${file.step.toLocaleString('en')} steps.`,
      origin: 'trained',
      hash: file.sha256.slice(0, 16),
      latentChannels,
      reduction,
      parameters: countParameters([...encoderSpecs, ...decoderSpecs]),
      bytes: file.bytes,
    });
  }
  return infos;
}
