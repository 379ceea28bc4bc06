/** Statistics and outliers of the set of latents that counts: read when first asked for, and kept as long as nothing changes on disk. */
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { manifestPath, settingsPath } from '../../datasets/layout.ts';
import { operationsPath } from '../../datasets/operations/log.ts';
import { readPictures } from '../../datasets/present.ts';
import type { UsedPicture } from '../../datasets/schema.ts';
import { currentLatents } from '../../latents/caches.ts';
import { readMeasured } from '../../latents/finish.ts';
import type { OutlierFilter, OutlierPage, OutlierPictures, PictureLatents } from '../../latents/outlier-schema.ts';
import { OutlierIndex } from '../../latents/outliers/query.ts';
import type { IndexFilter } from '../../latents/outliers/query.ts';
import { readPixels } from '../../latents/pixels.ts';
import { readLatent } from '../../latents/reader.ts';
import type { LatentManifest, LatentStatistics, PixelStatistics } from '../../latents/schema.ts';
import { latentsFolder, versionOfLatents } from '../../latents/store.ts';
import { fileVersion } from '../../storage/files.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { StartedJob } from './job-board.ts';
import type { Session } from './session.ts';
import { measured } from './work.ts';
import type { Work } from './work.ts';

/** The set that counts, with all there is to ask about it. */
interface Lab {
  readonly manifest: LatentManifest;
  readonly statistics: LatentStatistics;
  readonly index: OutlierIndex;
  /** In the order of the set. */
  readonly pictures: readonly UsedPicture[];
  readonly indexOf: ReadonlyMap<string, number>;
}

interface Page {
  readonly filter: OutlierFilter;
  readonly offset: number;
  readonly limit: number;
}

export class LatentLab {
  readonly #session: Session;
  readonly #work: Work;
  #last: { readonly version: string; readonly lab: Promise<Lab | undefined> } | undefined;
  /** Sets that are being measured again, by folder. */
  readonly #measuring = new Map<string, Promise<unknown>>();

  constructor(session: Session, work: Work) {
    this.#session = session;
    this.#work = work;
  }

  async statistics(): Promise<LatentStatistics | undefined> {
    return (await this.#lab())?.statistics;
  }

  async outliers({ filter, offset, limit }: Page): Promise<OutlierPage> {
    const lab = await this.#present();
    const { inner, indexed } = lab.index.data.facts;
    const { total: matching, rows } = lab.index.outliers(inSet(lab, filter), offset, limit);
    return {
      ...{ total: inner, indexed, matching },
      rows: rows.map(({ picture, ...placed }) => {
        const { id, source, file } = lab.pictures[picture]!;
        return { picture: id, source, file, ...placed };
      }),
    };
  }

  async pictures({ filter, offset, limit }: Page): Promise<OutlierPictures> {
    const lab = await this.#present();
    const { total, rows } = lab.index.pictures(inSet(lab, filter), offset, limit);
    return {
      total,
      rows: rows.map(({ picture, ...counts }) => {
        const { id, source, file, width, height } = lab.pictures[picture]!;
        return { id, source, file, width, height, ...counts };
      }),
    };
  }

  async positions() {
    return (await this.#present()).index.positions;
  }

  /** The set, and which of its pictures this is. Throws `storage.notFound` for one that is not in it. */
  async find(id: string): Promise<Pick<Lab, 'manifest' | 'index'> & { readonly picture: number }> {
    const { manifest, index, indexOf } = await this.#present();
    const picture = indexOf.get(id);
    if (picture === undefined) throw studioError('storage.notFound', { path: `latents of picture ${id}` });
    return { manifest, index, picture };
  }

  /** Throws `storage.notFound` for a picture that is not in the set. */
  async ofPicture(id: string): Promise<PictureLatents> {
    const { manifest, index, picture } = await this.find(id);
    const latent = await readLatent(latentsFolder(this.#session.project.path, manifest.key), manifest, picture);
    return { shape: manifest.shape, values: [...latent], z: index.zOf(latent) };
  }

  /** Of the pixels of the same pictures; undefined before they were measured. */
  async pixels(): Promise<PixelStatistics | undefined> {
    const lab = await this.#lab();
    return lab && readPixels(latentsFolder(this.#session.project.path, lab.manifest.key));
  }

  async measurePixels(): Promise<StartedJob<unknown>> {
    const { key } = (await this.#present()).manifest;
    const project = this.#session.project.path;
    return this.#work.start({ kind: 'pixels', title: 'Measuring pixels', unit: 'pictures' }, async (signal, report) =>
      (await this.#session.engine)['latents.pixels'](
        { project, key },
        { signal, onProgress: (progress) => report(measured(progress)) },
      ),
    );
  }

  async #present(): Promise<Lab> {
    const lab = await this.#lab();
    if (!lab) throw studioError('latents.missing', {});
    return lab;
  }

  async #lab(): Promise<Lab | undefined> {
    const { path } = this.#session.project;
    const version = await versionOf(path);
    if (this.#last?.version === version) return this.#last.lab;
    const lab = this.#read(path);
    const kept = { version, lab };
    this.#last = kept;
    // What failed is tried again; what was measured has changed files.
    const forget = () => {
      if (this.#last === kept) this.#last = undefined;
    };
    lab.catch(forget);
    const found = await lab;
    if ((await versionOf(path)) !== version) forget();
    return found;
  }

  async #read(project: string): Promise<Lab | undefined> {
    const manifest = await currentLatents(project);
    if (!manifest?.complete) return undefined;
    const folder = latentsFolder(project, manifest.key);
    const found = (await readMeasured(folder)) ?? (await this.#measure(project, folder, manifest.key));
    const { pictures } = await readPictures(project);
    const byId = new Map(pictures.map((picture) => [picture.id, picture]));
    const ids = manifest.shards.flatMap(({ pictures }) => pictures);
    return {
      manifest,
      statistics: found.statistics,
      index: new OutlierIndex(found.outliers),
      // The set is of the pictures as they are now.
      pictures: ids.map((id) => byId.get(id)!),
      indexOf: new Map(ids.map((id, i) => [id, i])),
    };
  }

  /** A job that everybody sees; whoever asks meanwhile waits for the same one. */
  async #measure(
    project: string,
    folder: string,
    key: string,
  ): Promise<NonNullable<Awaited<ReturnType<typeof readMeasured>>>> {
    const running = this.#measuring.get(folder) ?? this.#startMeasuring(project, key);
    this.#measuring.set(folder, running);
    try {
      await running;
    } finally {
      this.#measuring.delete(folder);
    }
    const found = await readMeasured(folder);
    if (!found)
      throw studioError('storage.damaged', {
        path: join(folder, 'outliers.json'),
        reason: 'it was just written, and can not be read',
      });
    return found;
  }

  #startMeasuring(project: string, key: string): Promise<unknown> {
    return this.#work.start({ kind: 'measure', title: 'Measuring latents', unit: 'pictures' }, async (signal, report) =>
      (await this.#session.engine)['latents.measure'](
        { project, key },
        { signal, onProgress: (progress) => report(measured(progress)) },
      ),
    ).finished;
  }
}

/** Changes with everything that a lab is made of. */
async function versionOf(project: string): Promise<string> {
  const versions = [manifestPath(project), settingsPath(project), operationsPath(project)].map(fileVersion);
  return [project, ...(await Promise.all(versions)), await versionOfLatents(project)].join('|');
}

const inSet = ({ indexOf }: Lab, { picture, ...filter }: OutlierFilter): IndexFilter =>
  picture === undefined ? filter : { ...filter, picture: indexOf.get(picture) ?? -1 };

export type LatentLabMethods =
  | 'latents.statistics'
  | 'latents.outliers'
  | 'latents.outlierPictures'
  | 'latents.positions'
  | 'latents.ofPicture'
  | 'latents.pixelStatistics'
  | 'latents.measurePixels';

export function latentLabHandlers(lab: LatentLab): Pick<Handlers<StudioContract>, LatentLabMethods> {
  return {
    'latents.statistics': async () => (await lab.statistics()) ?? null,
    'latents.outliers': (page) => lab.outliers(page),
    'latents.outlierPictures': (page) => lab.pictures(page),
    'latents.positions': () => lab.positions(),
    'latents.ofPicture': ({ picture }) => lab.ofPicture(picture),
    'latents.pixelStatistics': async () => (await lab.pixels()) ?? null,
    'latents.measurePixels': async () => ({ job: (await lab.measurePixels()).id }),
  };
}
