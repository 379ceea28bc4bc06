/** Trains a run: prepares the device, plans, runs the loop, and keeps the run's record true at every moment. */
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { adjustedWords } from '../latents/adjusted.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import { copiesIn, picturesIn } from '../latents/schema.ts';
import type { LatentAdjustments, LatentManifest } from '../latents/schema.ts';
import type { LatentShape } from '../models/network.ts';
import type { RunRecord, RunScore, SampleSheet } from '../runs/schema.ts';
import { addSheet, readRun, runFolder, truncateSheets } from '../runs/store.ts';
import { averagesWords } from '../training/averages.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { startPosition, trainingLoop } from '../training/loop.ts';
import type { LoopPosition } from '../training/loop.ts';
import { runTask } from '../training/task.ts';
import { truncateMetrics } from '../training/metrics.ts';
import { fewestForScore, heldOutCount, lengthInSteps, planRun } from '../training/plan.ts';
import { truncateResidualRows } from '../training/residuals/rows.ts';
import { truncateMeasurements } from '../training/residuals/store.ts';
import { scheduleOf } from '../training/schedule.ts';
import type { MetricsRow, RunConfig } from '../training/schema.ts';
import type { NamedValue, SmallerMicroBatch, Trainer } from '../training/trainer.ts';
import type { VaePlaces } from '../vae/load.ts';
import { fittingTrainer, partsWords } from './fitting-trainer.ts';
import { Painter } from './painter.ts';
import { runAdjustments } from './run-adjustments.ts';
import { classesOfRun, refuseOtherClasses } from './run-classes.ts';
import { kept, resumedWords, RunJournal, startedWords } from './run-journal.ts';
import type { RunDevice } from './run-journal.ts';
import { RunWatch } from './run-watch.ts';
import type { TrainingControl, TrainingEvents } from './run-watch.ts';
import { startState, startWords } from './start-state.ts';
import { timeBudget } from './time-budget.ts';
import type { Threads } from './threads.ts';

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

export class TrainingJob {
  readonly #threads: Threads;
  readonly #project: string;
  readonly #place: VaePlaces & { project: string };
  readonly #events: TrainingEvents<RunRecord, MetricsRow>;
  readonly #control: TrainingControl;
  readonly #journal: RunJournal<RunRecord>;
  /** Before the run has a record there is nobody to tell but the log of its start. */
  #onSmaller: (change: SmallerMicroBatch) => Promise<void> = async () => undefined;

  constructor(
    threads: Threads,
    place: VaePlaces & { project: string },
    events: TrainingEvents<RunRecord, MetricsRow>,
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
    const adjusted = await runAdjustments(this.#threads, this.#project, latents);
    const clipped = await this.#open(latents, heldOutCount(pictures), adjusted);
    const trainer = await this.#load(config, latents.shape, state);
    const painter = await this.#painter(latents, { config, plan: first }, trainer);
    try {
      const isScored = heldOutCount(pictures) >= fewestForScore;
      const scores = isScored ? [{ step: 0, ...(await this.#quality(painter)) }] : [];
      const { budgetMs } = scheduleOf(config, 1);
      const budget =
        budgetMs !== undefined
          ? await timeBudget({
              phases: [{ share: 1, task: runTask(config, first, trainer), update: 1 }],
              batch: (k) => this.#threads.maths.batch({ data, config, steps: 1, k }),
              sheets: config.sampleSheets,
              end: began + budgetMs,
              sheet: async () => {
                for (const nfe of sheetNfes) await painter.pictures(sheetSeeds(), nfe);
              },
              score: isScored ? () => this.#quality(painter) : undefined,
            })
          : undefined;
      const steps = lengthInSteps(config, (pictures - heldOutCount(pictures)) * copiesIn(latents)) ?? budget!.steps;
      await trainer.put(state);
      const plan = {
        ...planRun(config, latents.shape, pictures, steps, classes, copiesIn(latents)),
        ...(adjusted ? { adjusted } : {}),
        ...(clipped ? { clipped } : {}),
      };
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
      const words = `${startedWords(device, steps)}${startWords(begin)}${adjustedWords(adjusted, clipped)} ${parts} ${averages}`;
      await this.#journal.note(record, words);
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
    await truncateResidualRows(folder, step);
    await truncateMeasurements(folder, step);
    await truncateSheets(this.#project, run, step);
    const { config, plan } = record;
    await refuseOtherClasses(this.#project, record, latents);
    const state = checkpoint?.state ?? (await startState(this.#project, config, latents.shape)).state;
    await this.#open(latents, plan.heldOutPictures, plan.adjusted);
    const trainer = await this.#load(config, latents.shape, state, record.microBatch);
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
    const { maths } = this.#threads;
    const { config, plan } = start;
    const { steps } = plan;
    const { scores: scored } = scheduleOf(config, steps);
    const [journal, events, control] = [this.#journal, this.#events, this.#control];
    const watch = new RunWatch({ journal, events, control, record: start, from, steps, kept });
    this.#onSmaller = async ({ to }) => {
      watch.record = { ...watch.record, microBatch: to, memoryRanOutAt: watch.position.step };
      await journal.saveIfPossible(watch.record);
      const text = `Memory ran out. ${partsWords(config.batchSize, to)} Nothing was lost.`;
      // A full disk must not cost the step; the record says the same.
      await journal.note({ ...watch.record, step: watch.position.step }, text, 'trouble').catch(() => undefined);
    };
    return watch.until(
      () =>
        trainingLoop({
          folder: runFolder(this.#project, start.id),
          task: runTask(config, plan, trainer),
          from,
          batch: (k) => maths.batch({ data, config, steps, k }),
          sampleSheet: async (step) => {
            await this.#sheets(start.id, step, painter);
            if (!scored.has(step)) return;
            watch.record = await this.#scored(watch.record, painter, step);
            await journal.save(watch.record);
          },
          onRows: (rows) => events.metrics(rows),
          ...watch.hooks,
          now: () => performance.now(),
          deadline,
        }),
      (record) => this.#scored(record, painter, record.step),
    );
  }

  async #device(): Promise<RunDevice> {
    const { kind, name } = await this.#threads.device.info({});
    return { kind, name };
  }

  /** Opens the latents for batches and scores. Returns what was clipped of those to train on. */
  async #open(latents: LatentManifest, heldOut: number, adjusted: LatentAdjustments | undefined) {
    const folder = latentsFolder(this.#project, latents.key);
    return (await this.#threads.maths.open({ data, folder, heldOut, adjusted })).clipped;
  }

  /** Loads what trains on them. */
  #load(config: RunConfig, shape: LatentShape, state: readonly NamedValue[], known?: number) {
    const onSmaller = (change: SmallerMicroBatch) => this.#onSmaller(change);
    return fittingTrainer(this.#threads, { data, config, shape, state, known, onSmaller });
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
