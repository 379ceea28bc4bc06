/** Handlers of long work: each starts a job and answers with its id. */
import { isStudioError, studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import type { ImportResult, PictureSettings, PictureSource } from '../../datasets/schema.ts';
import { currentLatents } from '../../latents/caches.ts';
import type { EncodingWishes } from '../../latents/schema.ts';
import type { RunRecord } from '../../runs/schema.ts';
import { addToLog, createRunFolder, deleteRun, isVaeRun, readRun, readVaeRun, writeRun } from '../../runs/store.ts';
import type { AnyRun } from '../../runs/store.ts';
import type { DeviceKind } from '../../engine/schema.ts';
import type { Preset, RunConfig } from '../../training/schema.ts';
import { listTrained } from '../../vae/trained.ts';
import type { VaeRunRecord, VaeTrainingConfig } from '../../vae/training-schema.ts';
import type { ProbedModel, TrainingProgress } from '../../workers/engine.contract.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { JobKind } from '../contract/jobs.ts';
import { outliveCrashes } from './crashes.ts';
import type { Engine } from './engine-link.ts';
import type { JobReport, JobStart, StartedJob } from './job-board.ts';
import type { Session } from './session.ts';
import { uploadedSource } from './uploaded-source.ts';
import { usersOfVae } from './vae-users.ts';

/** Undefined means “unknown”; the job then has no such field. */
export function measured(progress: {
  done: number;
  total?: number | undefined;
  perSecond?: number | undefined;
  remainingSeconds?: number | undefined;
}): JobReport {
  const { done, total, perSecond, remainingSeconds } = progress;
  return {
    done,
    ...(total === undefined ? {} : { total }),
    ...(perSecond === undefined ? {} : { perSecond }),
    ...(remainingSeconds === undefined ? {} : { remainingSeconds }),
  };
}

/** A network and how it is trained, by the name that people know it by. */
type Model = Pick<Preset, 'name' | 'config'>;

/** Latents of pictures of 64 pixels, where there are none yet. */
const starterLatents: ProbedModel['shape'] = [4, 8, 8];

const trainingTitles = {
  train: { preparing: 'Preparing to train', training: 'Training', waiting: 'Waiting for the disk' },
  trainVae: { preparing: 'Preparing to train', training: 'Training the VAE', waiting: 'Waiting for the disk' },
} as const satisfies Partial<Record<JobKind, Record<TrainingProgress['phase'], string>>>;

interface TrainingOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrainingProgress) => void;
}

/** How a run is trained, whatever it trains. */
interface Training<R extends AnyRun> {
  readonly kind: keyof typeof trainingTitles;
  readonly start: (options: TrainingOptions) => Promise<R>;
  /** With the engine there is then: after a crash that is another one. */
  readonly resume: (options: TrainingOptions) => Promise<R>;
  readonly read: () => Promise<R>;
}

/** A run that was still being planned has no record yet. */
function unlessUnknown(thrown: unknown): undefined {
  if (!isStudioError(thrown, 'run.unknown')) throw thrown;
}

/** Long work as jobs; the terminal awaits them, the windows watch them. */
export class Work {
  readonly #session: Session;
  /** The job of each run in training. */
  readonly #training = new Map<string, number>();
  /** Those of them that the person has paused. */
  readonly #paused = new Set<string>();
  readonly #open = new Set<Promise<unknown>>();

  constructor(session: Session) {
    this.#session = session;
  }

  importPictures(source: PictureSource, settings: PictureSettings): StartedJob<ImportResult> {
    const { project } = this.#session;
    const title = source.kind === 'samples' ? 'Drawing sample pictures' : 'Importing pictures';
    return this.#start({ kind: 'import', title, unit: 'pictures' }, async (signal, report) =>
      (await this.#session.engine)['pictures.import'](
        { project: project.path, source, settings },
        { signal, onProgress: ({ counts, ...progress }) => report({ ...measured(progress), counts }) },
      ),
    );
  }

  encode(vae: string, wishes: EncodingWishes = {}) {
    const { place } = this.#session;
    return this.#start({ kind: 'encode', title: 'Encoding pictures', unit: 'pictures' }, async (signal, report) =>
      (await this.#session.computingEngine())['latents.encode'](
        { ...place, vae, ...wishes },
        {
          signal,
          onProgress: ({ counts, idleShare, ...progress }) =>
            report({ ...measured(progress), counts, ...(idleShare === undefined ? {} : { idleShare }) }),
        },
      ),
    );
  }

  /** Makes the run's folder and starts training. */
  async startRun(options: {
    name?: string | undefined;
    preset?: string | undefined;
    config: RunConfig;
  }): Promise<{ run: string; job: StartedJob<RunRecord> }> {
    const { place } = this.#session;
    this.#refuseSecondRun();
    const run = await createRunFolder(place.project);
    const title = this.#session.presets.find(({ id }) => id === options.preset)?.name ?? 'Own settings';
    const name = options.name ?? `${title}, ${run.replace('run-', 'run ')}`;
    const { preset, config } = options;
    const input = { ...place, run, name, config, ...(preset === undefined ? {} : { preset }) };
    const start = async (options: TrainingOptions) =>
      (await this.#session.computingEngine())['training.start'](input, options);
    return { run, job: this.#train(run, { ...this.#modelTraining(run), start }) };
  }

  /** Makes the run's folder and starts training a VAE. */
  async startVaeRun(options: {
    name?: string | undefined;
    config: VaeTrainingConfig;
  }): Promise<{ run: string; job: StartedJob<VaeRunRecord> }> {
    const { place } = this.#session;
    this.#refuseSecondRun();
    const run = await createRunFolder(place.project, 'vae');
    const name = options.name ?? `Own VAE ${Number(run.replace('vae-', ''))}`;
    const input = { ...place, run, name, config: options.config };
    const start = async (asked: TrainingOptions) => (await this.#session.computingEngine())['vae.train'](input, asked);
    return { run, job: this.#train(run, { ...this.#vaeTraining(run), start }) };
  }

  async resumeRun(run: string): Promise<StartedJob<RunRecord>> {
    const { id } = await readRun(this.#session.place.project, run);
    return (await this.#goOn(id)) ?? this.#train(id, this.#modelTraining(id));
  }
  async resumeVaeRun(run: string): Promise<StartedJob<VaeRunRecord>> {
    const { id } = await readVaeRun(this.#session.place.project, run);
    return (await this.#goOn(id)) ?? this.#train(id, this.#vaeTraining(id));
  }
  resumeAnyRun(run: string): Promise<StartedJob<AnyRun>> {
    return isVaeRun(run) ? this.resumeVaeRun(run) : this.resumeRun(run);
  }

  async pauseRun(run: string, paused: boolean): Promise<void> {
    const engine = await this.#session.engine;
    await engine['training.pause']({ run, paused });
    if (paused) this.#paused.add(run);
    else this.#paused.delete(run);
  }

  /** Ends a run with a checkpoint; resolves when it is on disk. */
  stopRun(run: string): void {
    const job = this.#training.get(run);
    if (job === undefined) throw studioError('run.unknown', { run, known: [...this.#training.keys()] });
    this.#session.jobs.cancel(job);
  }

  /** Throws `run.unknown`, and `vae.inUse` for a VAE that latents or runs of the project need. */
  async deleteRun(run: string): Promise<void> {
    if (this.#training.has(run)) throw studioError('run.alreadyRunning', { run });
    const { path } = this.#session.project;
    const vae = (await listTrained(path)).find(({ name }) => name === run);
    const users = vae ? await usersOfVae(path, vae) : [];
    if (users.length > 0) throw studioError('vae.inUse', { name: run, users });
    await deleteRun(path, run);
    this.#session.projectChanged();
  }

  generate(input: Omit<Parameters<Engine['generate']>[0], 'project' | 'resources' | 'library'>) {
    const { place } = this.#session;
    return this.#start(
      { kind: 'generate', title: 'Making pictures', unit: 'pictures', run: input.run },
      async (signal, report) =>
        (await this.#session.computingEngine()).generate(
          { ...place, ...input },
          { signal, onProgress: (progress) => report(measured(progress)) },
        ),
    );
  }

  /** Tries devices one after another, and times a step of `model` on each. Measuring wants the computer to itself. */
  async checkDevices(options: { kinds?: readonly DeviceKind[] | undefined; model?: Model | undefined } = {}) {
    const busy = this.#session.busyWith;
    if (busy) throw studioError('engine.busy', { work: busy.title });
    const { devices, hasProject, presets } = this.#session;
    const { name, config } = options.model ?? presets[0]!;
    const latents = hasProject ? await currentLatents(this.#session.project.path) : undefined;
    const model = { name, config, shape: latents?.shape ?? starterLatents };
    const kinds = await devices.toCheck(options.kinds);
    return this.#start({ kind: 'check', title: 'Checking devices', unit: 'parts' }, async (signal, report) => {
      for (const [i, kind] of kinds.entries())
        await devices.check(kind, model, signal, ({ done, total = 1 }) =>
          report({ done: i * total + done, total: kinds.length * total }),
        );
    });
  }

  /** Resolves when every job has ended, one way or another. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
  }

  /** Starts a job of another part of the application; it ends with the others. */
  start<T>(
    start: JobStart,
    work: (signal: AbortSignal, report: (report: JobReport) => void) => Promise<T>,
  ): StartedJob<T> {
    return this.#start(start, work);
  }

  #refuseSecondRun(): undefined {
    const [busy] = this.#training.keys();
    if (busy !== undefined) throw studioError('run.alreadyRunning', { run: busy });
  }

  /** A run that is in training goes on; undefined for one that is not, which may then be the one in training. */
  async #goOn(run: string): Promise<StartedJob<never> | undefined> {
    const job = this.#training.get(run);
    if (job === undefined) return this.#refuseSecondRun();
    await this.pauseRun(run, false);
    return { id: job, finished: Promise.reject(studioError('run.alreadyRunning', { run })) };
  }

  #modelTraining(run: string): Training<RunRecord> {
    const { place } = this.#session;
    const resume = async (options: TrainingOptions) =>
      (await this.#session.computingEngine())['training.resume']({ ...place, run }, options);
    return { kind: 'train', start: resume, resume, read: () => readRun(place.project, run) };
  }
  #vaeTraining(run: string): Training<VaeRunRecord> {
    const { place } = this.#session;
    const resume = async (options: TrainingOptions) =>
      (await this.#session.computingEngine())['vae.resume']({ ...place, run }, options);
    return { kind: 'trainVae', start: resume, resume, read: () => readVaeRun(place.project, run) };
  }

  #train<R extends AnyRun>(run: string, { kind, start, resume, read }: Training<R>): StartedJob<R> {
    const { place } = this.#session;
    const titles = trainingTitles[kind];
    const note = (step: number, text: string) =>
      addToLog(place.project, run, { at: new Date().toISOString(), step, kind: 'trouble', text });
    const started = this.#start({ kind, title: titles.training, unit: 'steps', run }, async (signal, report) => {
      let restarted: JobReport['counts'] = {};
      const onProgress = ({ skipped, phase, ...progress }: TrainingProgress) =>
        report({ ...measured(progress), counts: { skipped, ...restarted }, title: titles[phase] });
      const options = { signal, onProgress };
      try {
        return await outliveCrashes({
          start: () => start(options),
          resume: () => resume(options),
          isUnwanted: () => signal.aborted || this.#paused.has(run),
          recorded: async () => {
            await this.#session.crashRecorded;
            return read().catch(unlessUnknown);
          },
          onRestart: async ({ step }, { words }, restarts) => {
            await note(step, `${words.what} The run goes on by itself from the last checkpoint.`);
            restarted = { restarted: restarts };
            report({ counts: restarted, title: 'Starting again after a crash' });
          },
          onGivingUp: async (record, { code, words }) => {
            await note(record.step, words.what);
            await writeRun(place.project, { ...record, error: { code, ...words } });
          },
        });
      } finally {
        this.#training.delete(run);
        this.#paused.delete(run);
      }
    });
    this.#training.set(run, started.id);
    return started;
  }

  #start<T>(
    start: Parameters<Session['jobs']['start']>[0],
    work: (signal: AbortSignal, report: (report: JobReport) => void) => Promise<T>,
  ): StartedJob<T> {
    // Measuring can be done again at any time: the person's work goes before it.
    if (this.#session.busyWith?.kind === 'check') this.#session.jobs.cancel(this.#session.busyWith.id);
    const job = this.#session.jobs.start(start, work);
    const ended = job.finished.then(
      () => this.#session.projectChanged(),
      () => this.#session.projectChanged(),
    );
    this.#open.add(ended);
    void ended.finally(() => this.#open.delete(ended));
    return job;
  }
}

type WorkMethods =
  | 'pictures.import'
  | 'latents.encode'
  | 'runs.start'
  | 'runs.pause'
  | 'runs.resume'
  | 'runs.stop'
  | 'runs.delete'
  | 'gallery.generate'
  | 'devices.check';

export function workHandlers(session: Session, work: Work): Pick<Handlers<StudioContract>, WorkMethods> {
  return {
    'pictures.import': async ({ source, settings }) => {
      const chosen = source.kind === 'upload' ? await uploadedSource(session, source.id) : source;
      return { job: work.importPictures(chosen, settings).id };
    },
    'devices.check': async (input) => ({ job: (await work.checkDevices(input)).id }),
    'latents.encode': ({ vae, ...wishes }) => ({ job: work.encode(vae, wishes).id }),
    'runs.start': async (input) => {
      const { run, job } = await work.startRun(input);
      return { run, job: job.id };
    },
    'runs.pause': async ({ run }) => {
      await work.pauseRun(run, true);
      return {};
    },
    'runs.resume': async ({ run }) => {
      const job = await work.resumeAnyRun(run);
      job.finished.catch(() => undefined);
      return { job: job.id };
    },
    'runs.stop': ({ run }) => {
      work.stopRun(run);
      return {};
    },
    'runs.delete': async ({ run }) => {
      await work.deleteRun(run);
      return {};
    },
    'gallery.generate': ({ run, sampling, count, seed }) => {
      const seeds = Array.from({ length: count }, (_, i) => seed + i);
      return { job: work.generate({ run, sampling, seeds, target: { kind: 'gallery' } }).id };
    },
  };
}
