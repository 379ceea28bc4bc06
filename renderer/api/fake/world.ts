/** The fake studio's memory: one project, its jobs and runs, and the clock that moves them on. */
import { toWire } from '../../../main/base/errors.ts';
import type { StudioError } from '../../../main/base/errors.ts';
import type { EventSink } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import type {
  DeviceList,
  DeviceRow,
  GalleryPicture,
  Job,
  MetricsRow,
  PictureSettings,
  ProjectSummary,
  RecentProject,
  RunConfig,
  RunRecord,
  SampleSheet,
  SamplingRequest,
  Settings,
} from '../studio.ts';
import { afterCheck, computers } from './devices.ts';
import { metricsRows } from './figures.ts';
import { sheetUrl } from './pictures.ts';

const tickMs = 100;
const stepsOf = (config: RunConfig) =>
  config.length.kind === 'minutes'
    ? 480 * config.length.minutes
    : config.length.kind === 'steps'
      ? config.length.steps
      : 30 * config.length.epochs;

interface Work {
  job: Job;
  readonly perSecond: number;
  onProgress(done: number): void;
  onEnd(done: number): void;
}

export class FakeWorld {
  /** Units a second of every kind of work, times this. */
  readonly speed: number;
  emit: EventSink<StudioContract> = () => undefined;
  project: ProjectSummary | null = null;
  settings: Settings = { theme: 'system', device: 'auto', recent: [] };
  devices: DeviceList = computers.processor;
  recent: RecentProject[] = [];
  gallery: GalleryPicture[] = [];
  readonly rows = new Map<string, MetricsRow[]>();
  readonly sheets = new Map<string, SampleSheet[]>();
  /** The pixels of the latents' pictures were measured. */
  pixelsMeasured = false;
  /** Steps of the checkpoints whose residuals were measured, by run; a run that is named here also recorded its own while it trained. */
  readonly measured = new Map<string, readonly number[]>();
  /** A few pictures have far larger residuals than all others. */
  oddPictures = true;
  /** Rows and columns of a latent. */
  latentSide = 8;
  /** Pictures that are left out, by their place in the dataset. */
  leftOut: ReadonlySet<number> = new Set();
  /** Pictures whose latents the next set takes over. */
  reusable = 0;
  /** Addresses of files that were made. */
  readonly files = new Map<string, string>();
  readonly #work = new Map<number, Work>();
  readonly #ended: Job[] = [];
  #nextJob = 1;

  constructor(speed: number) {
    this.speed = speed;
    setInterval(() => this.#tick(), tickMs);
  }

  get jobs(): Job[] {
    return [...this.#ended, ...[...this.#work.values()].map(({ job }) => job)];
  }

  change(part: Partial<ProjectSummary>): void {
    if (this.project === null) return;
    this.project = { ...this.project, ...part };
    this.emit('project', this.project);
  }

  changeRun(id: string, part: Partial<RunRecord>): void {
    const runs = this.project?.runs.map((run) => (run.id === id ? { ...run, ...part } : run)) ?? [];
    this.change({ runs });
  }

  create(name: string, parent: string): ProjectSummary {
    this.project = {
      path: `${parent}/${name}.cauchy`,
      name,
      pictures: { used: 0, quarantined: 0, duplicates: 0, ignored: 0 },
      latents: { encoded: 0, complete: false },
      runs: [],
      vaeRuns: [],
      galleryPictures: 0,
    };
    this.gallery = [];
    const { path } = this.project;
    this.recent = [
      { path, name, openedAt: new Date().toISOString(), exists: true },
      ...this.recent.filter((recent) => recent.path !== path),
    ];
    return this.project;
  }

  start(
    start: Pick<Job, 'kind' | 'title' | 'unit'> & { total: number; done?: number; run?: string; perSecond: number },
    onProgress: (done: number) => void,
    onEnd: (done: number) => void,
  ): number {
    const { perSecond, done = 0, ...rest } = start;
    const job: Job = { id: this.#nextJob++, status: 'running', counts: {}, done, ...rest };
    this.#work.set(job.id, { job, perSecond: perSecond * this.speed, onProgress, onEnd });
    this.emit('job', job);
    return job.id;
  }

  report(id: number, part: Partial<Job>): void {
    const work = this.#work.get(id);
    if (work) work.job = { ...work.job, ...part };
  }

  end(id: number, status: 'done' | 'cancelled' | 'failed', error?: StudioError): void {
    const work = this.#work.get(id);
    if (!work) return;
    this.#work.delete(id);
    const { remainingSeconds: _none, ...job } = work.job;
    const ended: Job = { ...job, status, ...(error && { error: toWire(error) }) };
    this.#ended.push(ended);
    work.onEnd(ended.done);
    this.emit('job', ended);
  }

  pause(run: string, paused: boolean): void {
    const status = paused ? 'paused' : 'running';
    const changed = <Run extends { readonly id: string }>(runs: readonly Run[]) =>
      runs.map((each) => (each.id === run ? { ...each, status } : each));
    this.change({ runs: changed(this.project?.runs ?? []), vaeRuns: changed(this.project?.vaeRuns ?? []) });
    for (const work of this.#work.values()) if (work.job.run === run) work.job = { ...work.job, status };
  }

  jobOf(run: string): number | undefined {
    return [...this.#work.values()].find(({ job }) => job.run === run)?.job.id;
  }

  #tick(): void {
    for (const work of [...this.#work.values()]) {
      const { job, perSecond } = work;
      if (job.status !== 'running' || job.total === undefined) continue;
      const done = Math.min(job.total, job.done + Math.max(1, Math.round((perSecond * tickMs) / 1000)));
      work.job = { ...job, done, perSecond, remainingSeconds: (job.total - done) / perSecond };
      work.onProgress(done);
      this.emit('job', work.job);
      if (done === job.total) this.end(job.id, 'done');
    }
  }

  importPictures(total: number, settings: PictureSettings, troubles: ProjectSummary['pictures'], done = 0): number {
    const before = this.project?.pictures ?? { used: 0, quarantined: 0, duplicates: 0, ignored: 0 };
    const share = (value: number, at: number) => Math.round((value * at) / total);
    const counts = (at: number) => ({
      used: at - share(troubles.duplicates + troubles.quarantined, at),
      quarantined: share(troubles.quarantined, at),
      duplicates: share(troubles.duplicates, at),
      ignored: share(troubles.ignored, at),
    });
    const apply = (at: number) => {
      const now = counts(at);
      this.change({
        pictureSettings: settings,
        pictures: {
          used: before.used + now.used,
          quarantined: before.quarantined + now.quarantined,
          duplicates: before.duplicates + now.duplicates,
          ignored: before.ignored + now.ignored,
        },
        latents: { encoded: 0, complete: false },
      });
    };
    const id: number = this.start(
      { kind: 'import', title: 'Importing pictures', unit: 'pictures', total, done, perSecond: 640 },
      (at) => {
        this.report(id, { counts: counts(at) });
        apply(at);
      },
      apply,
    );
    return id;
  }

  checkDevices(kinds: readonly DeviceRow['kind'][]): number {
    const total = 5 * kinds.length;
    return this.start(
      { kind: 'check', title: 'Checking devices', unit: 'parts', total, perSecond: 1 },
      () => undefined,
      (done) => {
        if (done < total) return;
        this.devices = afterCheck(this.devices, kinds);
        this.emit('devices', this.devices);
      },
    );
  }

  addRun(
    name: string,
    config: RunConfig,
    preset: string | undefined,
    status: RunRecord['status'],
    step = 0,
  ): RunRecord {
    const id = `run-${(this.project?.runs.length ?? 0) + 1}`;
    const steps = stepsOf(config);
    const run: RunRecord = {
      id,
      name,
      createdAt: new Date(Date.now() - 3_600_000 + 60_000 * (this.project?.runs.length ?? 0)).toISOString(),
      ...(preset !== undefined && { preset }),
      latentsKey: 'fake',
      vae: 'starter',
      config,
      plan: {
        steps,
        parameters: 1_204_736,
        latentShape: [4, 8, 8],
        trainingPictures: 4608,
        heldOutPictures: 512,
        batchSize: config.batchSize,
        emaRates: [0.999],
      },
      status,
      step,
      seconds: 0.122 * step,
      skipped: 0,
      halvings: 0,
      microBatch: config.batchSize,
      scores: [],
      device: { kind: 'cpu', name: 'AMD Ryzen 7 7840U with Radeon 780M Graphics' },
    };
    this.rows.set(id, []);
    this.sheets.set(id, []);
    this.change({ runs: [...(this.project?.runs ?? []), run] });
    this.advance(id, 0, step);
    return run;
  }

  /** Metrics, samples and scores of the steps `from` + 1 … `to`. */
  advance(id: string, from: number, to: number): void {
    const run = this.project?.runs.find((candidate) => candidate.id === id);
    if (!run) return;
    const { steps } = run.plan;
    const rows = metricsRows(run.config, steps, from, to);
    this.rows.set(id, [...(this.rows.get(id) ?? []).filter(({ step }) => step <= from), ...rows]);
    if (rows.length > 0) this.emit('metrics', { run: id, rows });
    const every = Math.max(1, Math.floor(steps / Math.max(1, run.config.sampleSheets)));
    for (let step = from; step <= to; step++) {
      if (step % every !== 0 || (step === from && from > 0)) continue;
      const others = (this.sheets.get(id) ?? []).filter((known) => known.step !== step);
      const made = [1, 2].map((nfe) => {
        const file = `runs/${id}/samples/${step}-${nfe}.png`;
        this.files.set(file, sheetUrl(6, 6, Math.min(1, Math.sqrt((nfe * step) / (nfe + 1) / steps)), 1));
        return { step, file, nfe, rows: 6, columns: 6 };
      });
      this.sheets.set(id, [...others, ...made]);
      for (const sheet of made) this.emit('samples', { run: id, sheet });
      if (step > 0)
        this.changeRun(id, {
          scores: [
            ...(this.project?.runs.find((candidate) => candidate.id === id)?.scores ?? []),
            { step, frechet: 3.1 + 60 / (1 + step / (0.06 * steps)), floor: 2.4, samples: 512 },
          ],
        });
    }
  }

  train(id: string): number {
    const run = this.project!.runs.find((candidate) => candidate.id === id)!;
    this.changeRun(id, { status: 'running' });
    let at = run.step;
    return this.start(
      { kind: 'train', title: 'Training', unit: 'steps', total: run.plan.steps, done: at, run: id, perSecond: 8.2 },
      (step) => {
        this.advance(id, at, step);
        at = step;
      },
      (step) =>
        this.changeRun(id, {
          status: step === run.plan.steps ? 'finished' : 'stopped',
          step,
          seconds: 0.122 * step,
          skipped: 1,
        }),
    );
  }

  addPictures(run: string, sampling: SamplingRequest, first: number, count: number): void {
    const { steps } = sampling;
    const nfe = steps.kind === 'nfe' ? steps.nfe : (steps.kind === 'indices' ? steps.indices : steps.sigmas).length;
    const step = this.project?.runs.find(({ id }) => id === run)?.step ?? 0;
    const named = this.project?.runs.find(({ id }) => id === run)?.plan.classes?.[sampling.class ?? -1]?.name;
    for (let seed = first; seed < first + count; seed++) {
      const id = `${run}-${nfe}-${seed}-${this.gallery.length}`;
      this.gallery = [
        {
          id,
          file: `gallery/${id}.png`,
          run,
          step,
          nfe,
          sampling,
          ...(named !== undefined && { className: named }),
          seed,
          size: this.project?.pictureSettings?.size ?? 64,
          createdAt: new Date().toISOString(),
        },
        ...this.gallery,
      ];
    }
    this.change({ galleryPictures: this.gallery.length });
  }
}
