/** VAEs outside of projects: listing, adding, downloading and removing them. The terminal uses it directly. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError, studioError } from '../../base/errors.ts';
import { ProgressMeter } from '../../base/progress.ts';
import { arrived, checkSpace, download } from '../../downloads/download.ts';
import { withFileErrors } from '../../storage/files.ts';
import { vaeDownloads } from '../../vae/downloads.ts';
import type { DownloadableVae } from '../../vae/downloads.ts';
import { downloadFolder, listLibrary, removeFromLibrary, weightsNames } from '../../vae/library.ts';
import type { VaeDownload, VaeInfo, VaeList } from '../../vae/schema.ts';
import { shippedVaes } from '../../vae/shipped.ts';
import { listTrained } from '../../vae/trained.ts';
import type { StudioPorts } from '../studio.ts';
import type { Engine } from './engine-link.ts';
import type { StartedJob } from './job-board.ts';
import type { Session } from './session.ts';
import { usersOfVae } from './vae-users.ts';
import type { Work } from './work.ts';

type VaeSource = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'upload'; readonly id: string };

const megabyte = 1e6;
/** Free space that must remain for the studio's own small files. */
const spareBytes = 10 * megabyte;

/** What the library needs of the application around it. */
type Surroundings = Pick<Session, 'library' | 'hasProject' | 'project'> & {
  readonly ports: Pick<StudioPorts, 'resources' | 'uploadFolder'>;
  readonly engine: Promise<Pick<Engine, 'vae.add'>>;
};

export class VaeLibrary {
  readonly #session: Surroundings;
  readonly #work: Pick<Work, 'start'>;
  readonly #downloads: readonly DownloadableVae[];
  /** Names that are being fetched. */
  readonly #fetching = new Set<string>();

  constructor(session: Surroundings, work: Pick<Work, 'start'>, downloads: readonly DownloadableVae[] = vaeDownloads) {
    this.#session = session;
    this.#work = work;
    this.#downloads = downloads;
  }

  async list(): Promise<VaeList> {
    const { library, ports, hasProject } = this.#session;
    const { vaes: own, damaged } = await listLibrary(library);
    const trained = hasProject ? await listTrained(this.#session.project.path) : [];
    const vaes = [...(await shippedVaes(ports.resources)), ...own, ...trained];
    const missing = this.#downloads.filter(({ sha256 }) => !vaes.some(({ hash }) => sha256.startsWith(hash)));
    const downloads = await Promise.all(
      missing.map(async ({ config: _config, ...one }): Promise<VaeDownload> => {
        return { ...one, arrived: await arrived(this.#fileOf(one.name)) };
      }),
    );
    return { vaes, downloads, ...(damaged.length > 0 ? { damaged } : {}) };
  }

  /** Throws `vae.badFile`, `vae.pickle`, `vae.notFinite` and `vae.alreadyThere`; the library is then as it was. */
  async add(source: VaeSource): Promise<VaeInfo> {
    const chosen = source.kind === 'path' ? { path: source.path } : await this.#uploaded(source.id);
    const { library, ports } = this.#session;
    return (await this.#session.engine)['vae.add']({ resources: ports.resources, library, ...chosen });
  }

  /** Throws `vae.unknown`, `vae.alreadyThere` and `engine.busy`; the job fails with `vae.notDownloaded` and others. */
  async download(name: string): Promise<StartedJob<VaeInfo>> {
    const wanted = this.#downloads.find((one) => one.name === name);
    if (!wanted) throw studioError('vae.unknown', { name, known: this.#downloads.map((one) => one.name) });
    const there = (await this.list()).vaes.find(({ hash }) => wanted.sha256.startsWith(hash));
    if (there) throw studioError('vae.alreadyThere', { name: there.name, path: wanted.url });
    const title = `Downloading ${wanted.title}`;
    if (this.#fetching.has(name)) throw studioError('engine.busy', { work: title });
    this.#fetching.add(name);
    return this.#work.start({ kind: 'download', title, unit: 'MB' }, async (signal, report) => {
      try {
        const { library, ports } = this.#session;
        const file = this.#fileOf(name);
        await checkSpace(library, wanted.bytes - (await arrived(file)) + spareBytes);
        const meter = new ProgressMeter();
        const inMegabytes = (bytes: number) => Math.floor(bytes / megabyte);
        await download(wanted, file, {
          signal,
          onProgress: (bytes) => {
            const { perSecond, remainingSeconds } = meter.update(bytes / megabyte, wanted.bytes / megabyte);
            report({
              done: inMegabytes(bytes),
              total: inMegabytes(wanted.bytes),
              ...(perSecond === undefined ? {} : { perSecond }),
              ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
            });
          },
        });
        const path = downloadFolder(library, name);
        const engine = await this.#session.engine;
        const added = await engine['vae.add'](
          { resources: ports.resources, library, path, isDownload: true },
          { signal },
        );
        await rm(path, { recursive: true, force: true });
        return added;
      } catch (thrown) {
        throw withByHandWay(thrown, wanted);
      } finally {
        this.#fetching.delete(name);
      }
    });
  }

  /** Throws `vae.unknown`, `vae.notRemovable`, and `vae.inUse` while the open project needs it. */
  async remove(name: string): Promise<void> {
    const { library, ports } = this.#session;
    const shipped = await shippedVaes(ports.resources);
    if (shipped.some((vae) => vae.name === name))
      throw studioError('vae.notRemovable', { name, reason: 'it ships with the studio' });
    const info = (await listLibrary(library)).vaes.find((vae) => vae.name === name);
    const { hasProject } = this.#session;
    const users = info && hasProject ? await usersOfVae(this.#session.project.path, info) : [];
    if (users.length > 0) throw studioError('vae.inUse', { name, users });
    await removeFromLibrary(library, name);
  }

  #fileOf(name: string): string {
    return join(downloadFolder(this.#session.library, name), weightsNames[0]);
  }

  /** What a browser has sent: one file or folder by its own name, or several files together. */
  async #uploaded(id: string): Promise<{ path: string; name?: string }> {
    const folder = this.#session.ports.uploadFolder?.(id);
    if (folder === undefined) throw studioError('upload.unknown', { id });
    const names = await withFileErrors(folder, () => readdir(folder));
    return names.length === 1 ? { path: join(folder, names[0]!) } : { path: folder, name: 'vae' };
  }
}

/** Who has no network must not be left without a way. */
function withByHandWay(thrown: unknown, { title, url }: DownloadableVae): unknown {
  if (!(thrown instanceof StudioError) || thrown.code !== 'download.failed') return thrown;
  return studioError('vae.notDownloaded', { name: title, url, reason: String(thrown.details['reason']) }, thrown);
}
