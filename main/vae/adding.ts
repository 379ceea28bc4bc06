/** Adds a VAE to the library: finds its files, reads it once as it will be used, and copies it. Runs where networks are known. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { readIfPresent, sha256OfFile, syncFolder, withFileErrors, writeFileAtomic } from '../storage/files.ts';
import { openSafetensors } from '../storage/safetensors.ts';
import { vaeDownloads } from './downloads.ts';
import type { DownloadableVae } from './downloads.ts';
import { isUsual, readVae, weightsOf } from './formats/read.ts';
import { freeName, infoOf, libraryNames, listLibrary, weightsNames, writeVaeFile } from './library.ts';
import { refusePickles } from './pickle.ts';
import type { VaeFile } from './library.ts';
import { shippedVaes } from './shipped.ts';
import type { VaeInfo } from './schema.ts';

export interface AddOptions {
  readonly library: string;
  /** A folder as diffusers writes it (or one with a `vae` in it), or one safetensors file. */
  readonly path: string;
  /** What ships with the studio is not added again. */
  readonly resources: string;
  /** What to call it, where its folder's or file's name says nothing. */
  readonly name?: string | undefined;
  /** The weights are the studio's own download, and are moved instead of copied. */
  readonly isDownload?: boolean | undefined;
  /** Files whose makers are known; another list in tests. */
  readonly published?: readonly DownloadableVae[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Throws `vae.badFile`, `vae.pickle`, `vae.notFinite`, `vae.alreadyThere`, and errors of the disk. The library is then as it was. */
export async function addVae(options: AddOptions): Promise<VaeInfo> {
  const { library, isDownload = false, signal } = options;
  const found = await findFiles(resolve(options.path));
  // A file of another kind is refused before it is copied.
  await (await openSafetensors(found.weights)).close();
  const sha256 = await sha256OfFile(found.weights);
  const { vaes } = await listLibrary(library);
  const known = [...(await shippedVaes(options.resources)), ...vaes].find(({ hash }) => sha256.startsWith(hash));
  if (known) throw studioError('vae.alreadyThere', { name: known.name, path: found.weights });
  const published = (options.published ?? vaeDownloads).find((one) => one.sha256 === sha256);
  const called = options.name ?? found.name;
  const about = published ?? { name: called, title: called, description: 'Added by you.', url: found.weights };
  const config = found.config ?? (published && JSON.stringify(published.config, null, 2));
  const weights = weightsNames[config === undefined ? 1 : 0];

  const unfinished = join(library, `${randomUUID().slice(0, 8)}.tmp`);
  const inPlace = join(unfinished, weights);
  return withFileErrors(library, async () => {
    await mkdir(unfinished, { recursive: true });
    await removeAbandoned(library);
    try {
      if (isDownload) await rename(found.weights, inPlace);
      else await cp(found.weights, inPlace, { mode: constants.COPYFILE_FICLONE });
      if (config !== undefined) await writeFileAtomic(join(unfinished, 'config.json'), config);
      throwIfCancelled(signal);
      // What is read and checked is the copy, which is what will be used.
      const vae = await readVae(config === undefined ? inPlace : unfinished);
      if (!sha256.startsWith(vae.hash))
        throw studioError('vae.badFile', { path: found.weights, reason: 'it changed while it was copied' });
      await syncFile(inPlace);
      const file: VaeFile = {
        title: about.title,
        description: about.description,
        origin: isDownload ? 'downloaded' : 'added',
        weights,
        sha256,
        bytes: (await stat(inPlace)).size,
        latentChannels: vae.latentChannels,
        reduction: vae.reduction,
        parameters: vae.parameters.reduce((sum, { data }) => sum + data.length, 0),
        ...(published ? { licence: published.licence } : {}),
        source: about.url,
        addedAt: new Date().toISOString(),
      };
      const name = freeName(about.name, await libraryNames(library));
      await writeVaeFile(unfinished, file);
      await rename(unfinished, join(library, name));
      await syncFolder(library);
      return infoOf(name, file);
    } catch (thrown) {
      // What was fetched is not lost by what went wrong afterwards.
      if (isDownload) await rename(inPlace, found.weights).catch(() => undefined);
      throw thrown;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
}

/** Removes what a process that died was making: unfinished folders that nothing was written to for a day. */
async function removeAbandoned(library: string): Promise<void> {
  const aDay = 24 * 60 * 60 * 1000;
  for (const name of await readdir(library)) {
    const folder = join(library, name);
    if (name.endsWith('.tmp') && Date.now() - (await stat(folder)).mtimeMs > aDay)
      await rm(folder, { recursive: true, force: true });
  }
}

interface Found {
  /** What its makers call it: the folder's or file's name. */
  readonly name: string;
  readonly weights: string;
  /** The text of diffusers' config.json. */
  readonly config?: string | undefined;
}

/** The weights and, where there is one, the config.json that explains them. */
async function findFiles(path: string): Promise<Found> {
  await refusePickles(path);
  const weights = await weightsOf(path);
  const isExplained = isUsual(basename(weights));
  const config = isExplained ? await readIfPresent(join(dirname(weights), 'config.json')) : undefined;
  // diffusers calls every file the same, and a pipeline's VAE lies in a folder that is always called “vae”.
  const folders = [path, dirname(path), dirname(dirname(path))].map((folder) => basename(folder));
  const isFolder = path !== weights;
  const name = isFolder || isExplained ? folders.find((one) => one !== 'vae' && !isUsual(one)) : undefined;
  return { name: name ?? basename(weights, extname(weights)), weights, config: config?.toString('utf8') };
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
