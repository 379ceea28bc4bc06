/** Makes pictures with the newest checkpoint of a run: into the gallery, a folder, or one grid. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import { noGuidance } from '../consistency/guidance.ts';
import type { GalleryPicture } from '../gallery/schema.ts';
import { addPictures, galleryFile, newPictureId } from '../gallery/store.ts';
import { createDecoder } from '../generation/decode.ts';
import { checkClass } from '../generation/request.ts';
import { pngKeyword } from '../generation/schema.ts';
import type { GridPngText, PicturePngText, SamplingRequest } from '../generation/schema.ts';
import { createSampler } from '../generation/sample.ts';
import { latentsFolder, readManifest, readNormalisation } from '../latents/store.ts';
import { readRun, runFolder } from '../runs/store.ts';
import { familyOfAverage } from '../training/averages.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { networkOf } from '../training/classes.ts';
import { objectiveOf } from '../training/objectives/index.ts';
import { runLayout } from '../training/step.ts';
import { familyTensors } from '../training/trainer.ts';
import { loadVaeOf } from '../vae/load.ts';
import { version } from '../base/version.ts';
import type { Threads } from './threads.ts';

export interface GenerateJob {
  readonly project: string;
  readonly resources: string;
  readonly run: string;
  readonly sampling: SamplingRequest;
  readonly seeds: readonly number[];
  readonly target:
    | { readonly kind: 'gallery' }
    | { readonly kind: 'folder'; readonly path: string }
    | { readonly kind: 'grid'; readonly path: string; readonly columns: number; readonly margin: number };
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Generated {
  readonly files: string[];
  readonly pictures: GalleryPicture[];
  readonly grid?: { width: number; height: number; bytes: number };
  readonly step: number;
  /** Sampling steps that were made. */
  readonly nfe: number;
}

const batch = 16;
const state = 'generate';
let jobs = 0;

export async function generateJob(threads: Threads, job: GenerateJob): Promise<Generated> {
  const { device } = threads;
  const record = await readRun(job.project, job.run);
  const folder = latentsFolder(job.project, record.latentsKey);
  // What can not be made is refused before anything is loaded.
  const className = checkClass(record, job.sampling);
  const nfe = objectiveOf(record.config).sampling(job.sampling.steps).length;
  const latents = await readManifest(folder);
  if (!latents) throw studioError('run.latentsChanged', { run: job.run });
  const family = familyOfAverage(record.id, record.plan, job.sampling.average);
  const checkpoint = await readCheckpoint(runFolder(job.project, job.run), (name) => name.startsWith(`${family}/`));
  if (!checkpoint) throw studioError('run.noCheckpoint', { run: job.run });
  const vae = await loadVaeOf(latents.vae, job);
  // Two jobs may take turns on the device, each with its own weights.
  const name = `${state} ${++jobs}`;
  const layout = runLayout(networkOf(record.config), latents.shape, (await device.traits({})).layout);
  await device.createState({ state: name, tensors: familyTensors(family, checkpoint.state, layout, 'ema') });
  const { config } = record;
  const sampler = await createSampler({ device, state: name, layout, config, shape: latents.shape, batch });
  const decoder = await createDecoder(device, vae, latents.shape, await readNormalisation(folder), batch, name);
  const provenance = {
    program: 'Cauchy Studio',
    version,
    run: record.id,
    runName: record.name,
    step: checkpoint.info.step,
    weights: checkpoint.info.sha256.slice(0, 16),
    nfe,
    sampling: job.sampling,
    ...(className === undefined ? {} : { className }),
    vae: record.vae,
    createdAt: new Date().toISOString(),
  } satisfies Provenance;
  try {
    const { steps, class: label, guidance } = job.sampling;
    const request = { steps, guidance, classes: label === null ? undefined : Array<number>(batch).fill(label) };
    const writer = new PictureWriter(threads, job, provenance, decoder.size);
    const meter = new ProgressMeter();
    for (let start = 0; start < job.seeds.length; start += batch) {
      throwIfCancelled(job.signal);
      job.onProgress(meter.update(start, job.seeds.length));
      const seeds = job.seeds.slice(start, start + batch);
      await writer.add(seeds, await decoder.decode(await sampler.sample(seeds, request, job.signal)));
    }
    job.onProgress(meter.update(job.seeds.length, job.seeds.length));
    return { ...(await writer.finish()), step: provenance.step, nfe };
  } finally {
    await sampler.release();
    await decoder.release();
    await device.dropState({ state: name });
  }
}

type Provenance = Omit<PicturePngText, 'kind' | 'seed'> & { readonly sampling: SamplingRequest };

/** Pictures that were asked for in different ways can lie in one folder. */
function fileName({ nfe, sampling }: Provenance, seed: number): string {
  const { steps, average, class: label, guidance } = sampling;
  const parts = [
    `seed-${String(seed).padStart(6, '0')}`,
    nfe,
    ...(steps.kind === 'nfe' ? [] : [createHash('sha256').update(JSON.stringify(steps)).digest('hex').slice(0, 6)]),
    ...(average === 0 ? [] : [`average-${average}`]),
    ...(label === null ? [] : [`class-${label}`]),
    ...(guidance === noGuidance ? [] : [`guidance-${guidance}`]),
  ];
  return `${parts.join('-')}.png`;
}

/** Writes pictures as they come; a grid is kept in memory until its last one. */
class PictureWriter {
  readonly #threads: Threads;
  readonly #job: GenerateJob;
  readonly #provenance: Provenance;
  readonly #size: number;
  readonly #tiles: Uint8Array[] = [];
  readonly #files: string[] = [];
  readonly #pictures: GalleryPicture[] = [];

  constructor(threads: Threads, job: GenerateJob, provenance: Provenance, size: number) {
    this.#threads = threads;
    this.#job = job;
    this.#provenance = provenance;
    this.#size = size;
  }

  async add(seeds: readonly number[], pictures: readonly Uint8Array[]): Promise<void> {
    const { target, project } = this.#job;
    if (target.kind === 'grid') {
      this.#tiles.push(...pictures);
      return;
    }
    const added: GalleryPicture[] = [];
    await Promise.all(
      pictures.map(async (rgb, i) => {
        const seed = seeds[i]!;
        const { run, step, nfe, sampling, className, createdAt } = this.#provenance;
        const id = newPictureId();
        const file = target.kind === 'gallery' ? galleryFile(id) : fileName(this.#provenance, seed);
        const path = target.kind === 'gallery' ? join(project, file) : join(target.path, file);
        const text: PicturePngText = { kind: 'picture', ...this.#provenance, seed };
        await this.#threads.pictures().writeGrid({
          path,
          pictures: [rgb],
          size: this.#size,
          columns: 1,
          margin: 0,
          text: { keyword: pngKeyword, value: JSON.stringify(text) },
        });
        const named = className === undefined ? {} : { className };
        added[i] = { id, file, run, step, nfe, sampling, ...named, seed, size: this.#size, createdAt };
        this.#files.push(path);
      }),
    );
    if (target.kind !== 'gallery') return;
    await addPictures(project, added);
    this.#pictures.push(...added);
  }

  async finish(): Promise<Omit<Generated, 'step' | 'nfe'>> {
    const { target, seeds } = this.#job;
    const result = { files: this.#files.sort(), pictures: this.#pictures };
    if (target.kind !== 'grid') return result;
    const rows = Math.ceil(seeds.length / target.columns);
    const { program, version: madeBy, createdAt, ...source } = this.#provenance;
    const cells = seeds.map((seed) => ({ ...source, seed }));
    const text: GridPngText = {
      kind: 'grid',
      program,
      version: madeBy,
      createdAt,
      rows,
      columns: target.columns,
      cells,
    };
    const grid = await this.#threads.pictures().writeGrid({
      path: target.path,
      pictures: this.#tiles,
      size: this.#size,
      columns: target.columns,
      margin: target.margin,
      text: { keyword: pngKeyword, value: JSON.stringify(text) },
    });
    return { ...result, files: [target.path], grid };
  }
}
