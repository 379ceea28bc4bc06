/** Trains a run: prepares the device, plans, runs the loop, and keeps the run's record true at every moment. */
import { join } from 'node:path';
import { studioError, toStudioError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import { copiesIn, picturesIn } from '../latents/schema.ts';
import type { LatentManifest } from '../latents/schema.ts';
import type { RunRecord, RunScore, SampleSheet } from '../runs/schema.ts';
import { addSheet, readRun, runFolder, truncateSheets } from '../runs/store.ts';
import { averagesWords } from '../training/averages.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { startPosition, trainingLoop } from '../training/loop.ts';
import type { LoopPosition } from '../training/loop.ts';
import { truncateMetrics } from '../training/metrics.ts';
import { heldOutCount, lengthInSteps, planRun } from '../training/plan.ts';
import { scheduleOf } from '../training/schedule.ts';
import type { MetricsRow, RunConfig } from '../training/schema.ts';
import type { NamedValue, SmallerMicroBatch, Trainer } from '../training/trainer.ts';
import type { VaePlaces } from '../vae/load.ts';
import type { TrainingProgress } from './engine.contract.ts';
import { fittingTrainer, partsWords } from './fitting-trainer.ts';
import { Painter } from './painter.ts';
import { classesOfRun, refuseOtherClasses } from './run-classes.ts';
import { endWords, errorOf, kept, resumedWords, RunJournal, startedWords, statusOf } from './run-journal.ts';
import type { RunDevice } from './run-journal.ts';
import { startState, startWords } from './start-state.ts';
import { timeBudget } from './time-budget.ts';
import type { Threads } from './threads.ts';

export interface TrainingEvents {
  progress(progress: TrainingProgress): void;
  metrics(rows: readonly MetricsRow[]): void;
  samples(sheet: SampleSheet): void;
  record(record: RunRecord): void;
}

export interface TrainingControl {
  readonly signal: AbortSignal;
  readonly isPaused: () => boolean;
  /** Until the person says go on, the run is stopped, or `ms` have passed. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly whilePaused: () => Promise<void>;
}

export interface NewRun {
  readonly run: string;
  readonly name: string;
  readonly preset?: string | undefined;
  readonly config: RunConfig;
  readonly latents: LatentManifest;
}

const data = 'train';
/** Pictures on a sample sheet, and how many are asked for a score. */
const sheetCount = 16;
const sheetColumns = 4;
const sheetNfes = [1, 2] as const;
const scoreSamples = 1024;
/** With fewer held-out pictures a Fréchet distance says nothing. */
const fewestForScore = 64;
/** How often a run that waits for the disk tries again by itself: nobody is there at night, or behind a script. */
const diskRetryMs = 10_000;

export class TrainingJob {
  readonly #threads: Threads;
  readonly #project: string;
  readonly #place: VaePlaces & { project: string };
  readonly #events: TrainingEvents;
  readonly #control: TrainingControl;
  readonly #journal: RunJournal;
  /** Before the run has a record there is nobody to tell but the log of its start. */
  #onSmaller: (change: SmallerMicroBatch) => Promise<void> = async () => undefined;

  constructor(
    threads: Threads,
    place: VaePlaces & { project: string },
    events: TrainingEvents,
    control: TrainingControl,
  ) {
    this.#threads = threads;
    this.#project = place.project;
    this.#place = place;
    this.#events = events;
    this.#control = control;
    this.#journal = new RunJournal(place.project, events.record);
  }

  /** Plans and trains a new run. Throws `dataset.tooFew` and what startState throws. */
  async start({ run, name, preset, config: asked, latents }: NewRun): Promise<RunRecord> {
    const began = performance.now();
    this.#preparing();
    const pictures = picturesIn(latents);
    const { config, classes } = await classesOfRun(this.#project, asked, latents, heldOutCount(pictures));
    // Checks the data before anything is loaded.
    const first = planRun(config, latents.shape, pictures, 1, classes, copiesIn(latents));
    const begin = await startState(this.#project, config, latents.shape);
    const { state } = begin;
    const trainer = await this.#load(latents, config, heldOutCount(pictures), state);
    const painter = await this.#painter(latents, { config, plan: first }, trainer);
    try {
      const isScored = heldOutCount(pictures) >= fewestForScore;
      const scores = isScored ? [{ step: 0, ...(await this.#quality(painter)) }] : [];
      const { budgetMs } = scheduleOf(config, 1);
      const budget =
        budgetMs !== undefined
          ? await timeBudget({
              threads: this.#threads,
              trainer,
              data,
              config,
              end: began + budgetMs,
              sheet: async () => {
                for (const nfe of sheetNfes) await painter.pictures(sheetSeeds(), nfe);
              },
              score: isScored ? () => this.#quality(painter) : undefined,
            })
          : undefined;
      const steps = lengthInSteps(config, (pictures - heldOutCount(pictures)) * copiesIn(latents)) ?? budget!.steps;
      await trainer.put(state);
      const plan = planRun(config, latents.shape, pictures, steps, classes, copiesIn(latents));
      const device = await this.#device();
      const record: RunRecord = {
        id: run,
        name,
        createdAt: new Date().toISOString(),
        ...(preset === undefined ? {} : { preset }),
        latentsKey: latents.key,
        vae: latents.vae.name,
        config,
        plan,
        status: 'running',
        step: 0,
        seconds: 0,
        skipped: 0,
        halvings: 0,
        microBatch: trainer.microBatch,
        scores,
        device,
      };
      await this.#journal.save(record);
      const parts = partsWords(config.batchSize, trainer.microBatch);
      const averages = averagesWords(config, steps).join(' ');
      await this.#journal.note(record, `${startedWords(device, steps)}${startWords(begin)} ${parts} ${averages}`);
      return await this.#train(record, startPosition, trainer, painter, budget?.deadline);
    } finally {
      await this.#release(trainer, painter);
    }
  }

  /** Goes on from the newest intact checkpoint, or from the start where none was ever written. Throws `run.noCheckpoint` and `run.latentsChanged`. */
  async resume(run: string): Promise<RunRecord> {
    this.#preparing();
    const { error: _settled, ...record } = await readRun(this.#project, run);
    const latents = await readManifest(latentsFolder(this.#project, record.latentsKey));
    if (!latents?.complete) throw studioError('run.latentsChanged', { run });
    const folder = runFolder(this.#project, run);
    const damaged: string[] = [];
    const checkpoint = await readCheckpoint(folder, undefined, (path, reason) => damaged.push(`${path}: ${reason}`));
    for (const text of damaged)
      await this.#journal.note(record, `A damaged checkpoint was passed over: ${text}`, 'trouble');
    // A run that never saved anything begins again: its seed says all that there was.
    const isUnsaved = record.step === 0 && damaged.length === 0;
    if (!checkpoint && !isUnsaved) throw studioError('run.noCheckpoint', { run });
    const from: LoopPosition = checkpoint?.info ?? startPosition;
    const { step } = from;
    await truncateMetrics(folder, step);
    await truncateSheets(this.#project, run, step);
    const { config, plan } = record;
    await refuseOtherClasses(this.#project, record, latents);
    const state = checkpoint?.state ?? (await startState(this.#project, config, latents.shape)).state;
    const trainer = await this.#load(latents, config, plan.heldOutPictures, state, record.microBatch);
    const painter = await this.#painter(latents, record, trainer);
    try {
      const scores = record.scores.filter((score) => score.step <= step);
      const device = await this.#device();
      const { microBatch } = trainer;
      const running: RunRecord = { ...record, status: 'running', ...kept(from), microBatch, scores, device };
      await this.#journal.save(running);
      await this.#journal.note(running, resumedWords(device, record.device, checkpoint !== undefined));
      return await this.#train(running, from, trainer, painter, undefined);
    } finally {
      await this.#release(trainer, painter);
    }
  }

  async #train(
    start: RunRecord,
    from: LoopPosition,
    trainer: Trainer,
    painter: Painter,
    deadline: number | undefined,
  ): Promise<RunRecord> {
    let record = start;
    const { maths } = this.#threads;
    const meter = new ProgressMeter();
    const { steps } = record.plan;
    const folder = runFolder(this.#project, record.id);
    const { scores: scored } = scheduleOf(record.config, steps);
    let position = from;
    /** What the disk refused since the last checkpoint; the log can only hear of it afterwards. */
    const refused: string[] = [];
    this.#onSmaller = async ({ to }) => {
      record = { ...record, microBatch: to, memoryRanOutAt: position.step };
      await this.#journal.saveIfPossible(record);
      const text = `Memory ran out. ${partsWords(record.config.batchSize, to)} Nothing was lost.`;
      // A full disk must not cost the step; the record says the same.
      await this.#journal.note({ ...record, step: position.step }, text, 'trouble').catch(() => undefined);
    };
    try {
      const end = await trainingLoop({
        folder,
        config: record.config,
        plan: record.plan,
        from,
        trainer,
        batch: (k) => maths.batch({ data, config: record.config, steps, k }),
        sampleSheet: async (step) => {
          await this.#sheets(record.id, step, painter);
          if (!scored.has(step)) return;
          record = await this.#scored(record, painter, step);
          await this.#journal.save(record);
        },
        onRows: (rows) => this.#events.metrics(rows),
        onStep: (now) => {
          position = now;
          this.#events.progress({ ...meter.update(now.step, steps), skipped: now.skipped, phase: 'training' });
        },
        onTrouble: async (trouble) => {
          record = { ...record, halvings: position.halvings };
          await this.#journal.trouble(record, trouble);
        },
        onCheckpoint: async (position) => {
          record = { ...record, ...kept(position), status: this.#control.isPaused() ? 'paused' : 'running' };
          await this.#journal.save(record);
          if (refused.length > 0)
            await this.#journal.note(record, `The disk refused: ${[...new Set(refused)].join(' ')}`, 'trouble');
          refused.length = 0;
          await this.#journal.note(record, 'A checkpoint was saved.');
        },
        signal: this.#control.signal,
        whilePaused: async () => {
          meter.pause();
          record = { ...record, status: 'paused' };
          await this.#journal.saveIfPossible(record);
          await this.#control.whilePaused();
          record = { ...record, status: 'running' };
          await this.#journal.saveIfPossible(record);
        },
        isPaused: this.#control.isPaused,
        whileRefused: async (error) => {
          meter.pause();
          refused.push(error.words.what);
          const { code, words } = studioError('run.waitsForDisk', { problem: error.words.what, step: position.step });
          // The record may not fit on the disk either; whoever watches hears of it all the same.
          this.#events.record({ ...record, status: 'paused', error: { code, ...words } });
          this.#events.progress({ done: position.step, total: steps, skipped: position.skipped, phase: 'waiting' });
          await this.#control.sleep(diskRetryMs);
          this.#events.record({ ...record, status: 'running' });
        },
        now: () => performance.now(),
        deadline,
      });
      record = { ...record, ...kept(end.position), status: statusOf(end), ...errorOf(end) };
      if (end.reason !== 'notFinite') record = await this.#scored(record, painter, record.step);
    } catch (thrown) {
      await this.#journal.failed(record, toStudioError(thrown));
      throw thrown;
    }
    await this.#journal.save(record);
    await this.#journal.note(
      record,
      endWords[record.status] ?? record.error?.what ?? '',
      record.error ? 'trouble' : 'note',
    );
    return record;
  }

  async #device(): Promise<RunDevice> {
    const { kind, name } = await this.#threads.device.info({});
    return { kind, name };
  }

  /** Opens the latents for batches and scores, and loads what trains on them. */
  #load(latents: LatentManifest, config: RunConfig, heldOut: number, state: readonly NamedValue[], known?: number) {
    const folder = latentsFolder(this.#project, latents.key);
    const onSmaller = (change: SmallerMicroBatch) => this.#onSmaller(change);
    const { shape } = latents;
    return fittingTrainer(this.#threads, { data, folder, heldOut, config, shape, state, known, onSmaller });
  }

  #painter(latents: LatentManifest, run: Pick<RunRecord, 'config' | 'plan'>, trainer: Trainer): Promise<Painter> {
    return Painter.create(this.#threads, this.#place, latents, run, trainer);
  }

  async #release(trainer: Trainer, painter: Painter): Promise<void> {
    await painter.release();
    await trainer.release();
    await this.#threads.maths.close({ data });
  }

  async #sheets(run: string, step: number, painter: Painter): Promise<void> {
    for (const nfe of sheetNfes) {
      const file = `runs/${run}/samples/step-${String(step).padStart(9, '0')}-${nfe}.png`;
      const pictures = await painter.pictures(sheetSeeds(), nfe);
      await this.#threads
        .pictures()
        .writeGrid({ path: join(this.#project, file), pictures, size: painter.size, columns: sheetColumns, margin: 0 });
      const sheet: SampleSheet = { step, file, nfe, rows: sheetCount / sheetColumns, columns: sheetColumns };
      await addSheet(this.#project, run, sheet);
      this.#events.samples(sheet);
    }
  }

  /** Adds a score of the average after `step` steps, where enough pictures were held out. */
  async #scored(record: RunRecord, painter: Painter, step: number): Promise<RunRecord> {
    if (record.plan.heldOutPictures < fewestForScore || record.scores.some((known) => known.step === step))
      return record;
    return { ...record, scores: [...record.scores, { step, ...(await this.#quality(painter)) }] };
  }

  /** How far one-step samples of the current average are from held-out pictures. */
  async #quality(painter: Painter): Promise<Omit<RunScore, 'step'>> {
    const seeds = Array.from({ length: scoreSamples }, (_, i) => i);
    const samples = await painter.latents(seeds, 1);
    return { ...(await this.#threads.maths.score({ data, samples })), samples: scoreSamples };
  }

  #preparing(): void {
    this.#events.progress({ done: 0, skipped: 0, phase: 'preparing' });
  }
}

const sheetSeeds = (): number[] => Array.from({ length: sheetCount }, (_, i) => i);
