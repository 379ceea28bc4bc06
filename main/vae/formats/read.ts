/** Reads a VAE from what people have: diffusers' folders, single files of several layouts, and the studio's own. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import { autoencoderOf } from '../../models/autoencoder.ts';
import type { AutoencoderConfig } from '../../models/autoencoder.ts';
import type { ParameterSpec, ParameterValue } from '../../models/parameters.ts';
import { readIfPresent, sha256OfFile, withFileErrors } from '../../storage/files.ts';
import { openSafetensors } from '../../storage/safetensors.ts';
import type { OpenTensors } from '../../storage/safetensors.ts';
import type { Vae } from '../vae.ts';
import { ConfigProblem, diffusersConfig } from './diffusers-config.ts';
import type { KnownConfig } from './diffusers-config.ts';
import { inferConfig } from './infer.ts';
import { mismatch } from './match.ts';
import { vaeNames } from './names.ts';
import type { NamedWeights } from './names.ts';
import { recognise } from './recognise.ts';

type Described = Omit<KnownConfig, 'scaling'> & Partial<Pick<KnownConfig, 'scaling'>>;

const badFile = (path: string, reason: string) => studioError('vae.badFile', { path, reason });
const kindOf = { cells: 'cells', kl: 'kl', ldm: 'kl', tiny: 'tiny' } as const;

/**
 * Reads a VAE from a file, or from a folder as diffusers writes it (or that of a whole pipeline). Its name is the file's or
 * folder's. Without a config.json the sizes are told by the weights. Throws `vae.badFile` with what is missing, too many or of
 * another shape, or with what the file is instead; `vae.notFinite`, `storage.damaged`, `storage.tensorType` and errors of the disk.
 */
export async function readVae(path: string): Promise<Vae> {
  const weights = await weightsOf(path);
  const file = await openSafetensors(weights);
  try {
    const names = [...file.entries.keys()];
    const found = vaeNames(names);
    if (!found) {
      const what = recognise(names);
      throw badFile(weights, what ? `it is ${what}, not a VAE` : 'its weights are not of a VAE that the studio knows');
    }
    if (found.twice !== undefined) throw badFile(weights, `it has ${found.twice} under two names`);
    const described = await describe(weights, file, found);
    const parameters = await readParameters(file, found, described.config);
    const name = basename(path, extname(path) === '.safetensors' ? '.safetensors' : '');
    return {
      name,
      title: name,
      hash: (await sha256OfFile(weights)).slice(0, 16),
      parameters,
      ...described,
      ...factsOf(described.config),
    };
  } finally {
    await file.close();
  }
}

const factsOf = (config: AutoencoderConfig) => ({
  latentChannels: config.latentChannels,
  reduction: autoencoderOf(config).reduction,
  hasPosterior: config.kind !== 'tiny',
});

/** Whether weights are called as diffusers calls those that a config.json beside them explains. */
export const isUsual = (file: string): boolean => file.startsWith('diffusion_pytorch_model');

/** The file of weights that `path` is or holds: of several, diffusers' own name goes first, then its half precision. */
export async function weightsOf(path: string): Promise<string> {
  if (!(await withFileErrors(path, () => stat(path))).isDirectory()) return path;
  const entries = await withFileErrors(path, () => readdir(path, { withFileTypes: true }));
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.safetensors'))
    .map(({ name }) => name);
  const usual = files.filter(isUsual).sort((a, b) => a.length - b.length);
  const [first, ...others] = usual.length > 0 ? usual.slice(0, 1) : files;
  if (others.length > 0) throw badFile(path, `it holds ${files.length} files of weights; choose one of them`);
  if (first !== undefined) return join(path, first);
  if (entries.some((entry) => entry.isDirectory() && entry.name === 'vae')) return weightsOf(join(path, 'vae'));
  throw badFile(path, 'it holds no safetensors file');
}

/** What config.json says of the weights beside it, or what they tell themselves. */
async function describe(weights: string, file: OpenTensors, { layout, files }: NamedWeights): Promise<Described> {
  const json = isUsual(basename(weights)) ? await readIfPresent(join(dirname(weights), 'config.json')) : undefined;
  const kind = kindOf[layout];
  if (json) {
    const known = explained(weights, json.toString('utf8'));
    if (known.config.kind !== kind)
      throw badFile(weights, 'its config.json is of another kind of VAE than its weights');
    return checkedGroups(weights, known);
  }
  const shapes = new Map([...files].map(([name, inFile]) => [name, file.entries.get(inFile)!.shape]));
  const config = inferConfig(kind, shapes);
  if (!config)
    throw badFile(weights, 'it lacks weights that tell its sizes, such as the first ones of encoder and decoder');
  // Of what has no config.json nothing says that float16 is enough; diffusers takes the same for granted.
  return checkedGroups(weights, { config, needsFullPrecision: kind === 'kl' });
}

function explained(weights: string, text: string): KnownConfig {
  try {
    return diffusersConfig(JSON.parse(text));
  } catch (thrown) {
    if (thrown instanceof ConfigProblem) throw badFile(weights, thrown.message);
    if (thrown instanceof SyntaxError) throw badFile(weights, 'its config.json is not JSON');
    throw thrown;
  }
}

function checkedGroups<D extends Described>(weights: string, described: D): D {
  const { config } = described;
  if (config.kind !== 'kl') return described;
  const odd = config.blockOutChannels.find((channels) => channels % config.normGroups !== 0);
  if (odd === undefined) return described;
  throw badFile(weights, `the ${config.normGroups} groups of its norms do not divide its ${odd} channels, and only a config.json beside it could tell another number`); // prettier-ignore
}

/** The weights in the network's order and shapes. Only these are read of a file that has more. */
async function readParameters(
  file: OpenTensors,
  { files }: NamedWeights,
  config: AutoencoderConfig,
): Promise<ParameterValue[]> {
  const { encoderSpecs, decoderSpecs } = autoencoderOf(config);
  const specs: readonly ParameterSpec[] = [...encoderSpecs, ...decoderSpecs];
  const problem = mismatch(specs, new Map([...files].map(([name, inFile]) => [name, file.entries.get(inFile)!.shape])));
  if (problem !== undefined) throw badFile(file.path, problem);
  const parameters: ParameterValue[] = [];
  for (const { name, shape } of specs) {
    const { data } = await file.read(files.get(name)!);
    const bad = countNotFinite(data);
    if (bad > 0) throw studioError('vae.notFinite', { path: file.path, tensor: files.get(name)!, count: bad });
    parameters.push({ name, shape, data });
  }
  return parameters;
}

function countNotFinite(data: Float32Array): number {
  let count = 0;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) count++;
  return count;
}
