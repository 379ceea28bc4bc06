/** Trains a VAE on a project's pictures, and keeps its run's record, and the VAE as it is by now, true at every moment. */
import { join } from 'node:path';
import { studioError } from '../base/errors.ts';
import { unadjusted } from '../datasets/operations/adjustments.ts';
import type { Adjustments } from '../datasets/operations/schema.ts';
import { readPictures } from '../datasets/present.ts';
import type { PresentDataset } from '../datasets/present.ts';
import { reconstructionPsnr } from '../latents/reconstruction.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import { countParameters } from '../models/parameters.ts';
import type { SampleSheet } from '../runs/schema.ts';
import { addSheet, readVaeRun, runFolder, truncateSheets } from '../runs/store.ts';
import type { NamedTensor } from '../storage/safetensors.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { startPosition, trainingLoop } from '../training/loop.ts';
import type { LoopPosition } from '../training/loop.ts';
import { truncateRows } from '../training/metrics.ts';
import { fewestTrainingPictures, heldOutCount } from '../training/plan.ts';
import { scoreSteps } from '../training/schedule.ts';
import { loadVae } from '../vae/load.ts';
import type { VaePlaces } from '../vae/load.ts';
import { writeTrained } from '../vae/trained.ts';
import { createVaeTrainer } from '../vae/trainer.ts';
import type { VaeTrainer } from '../vae/trainer.ts';
import { autoencoderConfigOf, startState, startWeights } from '../vae/training-plan.ts';
import { vaeMetricsRowSchema } from '../vae/training-schema.ts';
import type { VaeMetricsRow, VaeRunRecord, VaeTrainingConfig } from '../vae/training-schema.ts';
import { resumedWords, RunJournal, startedWords } from './run-journal.ts';
import { RunWatch } from './run-watch.ts';
import type { TrainingControl, TrainingEvents } from './run-watch.ts';
import type { Threads } from './threads.ts';
import { timeBudget } from './time-budget.ts';
import { Reconstructions, scoredPictures, sheetPictures, sheetShape } from './vae-reconstructions.ts';
import { vaeTask } from './vae-task.ts';
import { VaePictures } from './vae-pictures.ts';

export interface NewVaeRun {
  readonly run: string;
  readonly name: string;
  readonly config: VaeTrainingConfig;
}

/** What a run works with, on the device and in memory. */
interface Bench {
  readonly pictures: VaePictures;
  readonly trainer: VaeTrainer;
  readonly reconstructions: Reconstructions;
  readonly originals: readonly Uint8Array[];
}

/** What a record keeps of what was done about the pictures: nothing where nothing was. */
const inRecord = ({ leftOut }: Adjustments): Pick<VaeRunRecord, 'adjusted'> =>
  leftOut.length === 0 ? {} : { adjusted: { leftOut } };

/** What a record keeps of a position. */
const kept = ({ step, seconds, skipped }: LoopPosition) => ({ step, seconds, skipped });

export class VaeTrainingJob {
  readonly #threads: Threads;
  readonly #place: VaePlaces & { project: string };
  readonly #events: TrainingEvents<VaeRunRecord, VaeMetricsRow>;
  readonly #control: TrainingControl;
  readonly #journal: RunJournal<VaeRunRecord>;

  constructor(
    threads: Threads,
    place: VaePlaces & { project: string },
    events: TrainingEvents<VaeRunRecord, VaeMetricsRow>,
    control: TrainingControl,
  ) {
    this.#threads = threads;
    this.#place = place;
    this.#events = events;
    this.#control = control;
    this.#journal = new RunJournal(place.project, events.record);
  }

  /** Plans and trains a new run. Throws `dataset.empty`, `dataset.allLeftOut` and `dataset.tooFew`. */
  async start({ run, name, config }: NewVaeRun): Promise<VaeRunRecord> {
    const began = performance.now();
    this.#preparing();
    const present = await readPictures(this.#place.project);
    const pictures = this.#pictures(present);
    const starter = await loadVae('starter', this.#place);
    const { weights, adopted } = startWeights(config, config.startFromStarter ? starter : undefined);
    const state = startState(weights);
    const bench = await this.#bench(config, pictures, state);
    const { trainer, reconstructions, originals } = bench;
    try {
      const isScored = pictures.heldOut > 0;
      const scores = isScored ? [await reconstructions.score(0)] : [];
      const starterPsnrs = isScored
        ? await reconstructionPsnr(this.#threads.device, starter, originals, pictures.size)
        : [];
      const budget = config.length.kind === 'minutes' ? await this.#budget(config, bench, began) : undefined;
      const steps = config.length.kind === 'steps' ? config.length.steps : budget!.steps;
      await trainer.put(state);
      const { encoderSpecs, decoderSpecs } = autoencoderOf(autoencoderConfigOf(config));
      const device = await this.#device();
      const record: VaeRunRecord = {
        kind: 'vae',
        id: run,
        name,
        createdAt: new Date().toISOString(),
        config,
        plan: {
          steps,
          parameters: countParameters([...encoderSpecs, ...decoderSpecs]),
          pictureSize: pictures.size,
          trainingPictures: pictures.training,
          heldOutPictures: pictures.heldOut,
        },
        status: 'running',
        step: 0,
        seconds: 0,
        skipped: 0,
        scores,
        datasetHash: present.hash,
        ...inRecord(present.adjustments),
        ...(isScored ? { starterPsnr: starterPsnrs.reduce((sum, x) => sum + x, 0) / starterPsnrs.length } : {}),
        device,
      };
      await this.#journal.save(record);
      await this.#journal.note(record, `${startedWords(device, steps)} ${startWords(adopted, record.plan.parameters)}`);
      return await this.#train(record, startPosition, bench, budget?.deadline);
    } finally {
      await trainer.release();
    }
  }

  /** Goes on from the newest intact checkpoint, or from the start where none was ever written. Throws `run.noCheckpoint` and `run.picturesChanged`. */
  async resume(run: string): Promise<VaeRunRecord> {
    this.#preparing();
    const { project } = this.#place;
    const { error: _settled, ...record } = await readVaeRun(project, run);
    const { config } = record;
    const present = await readPictures(project, { ...unadjusted, ...record.adjusted });
    const pictures = this.#pictures(present);
    if (present.hash !== record.datasetHash) throw studioError('run.picturesChanged', { run });
    const folder = runFolder(project, run);
    const damaged: string[] = [];
    const checkpoint = await readCheckpoint(folder, undefined, (path, reason) => damaged.push(`${path}: ${reason}`));
    for (const text of damaged)
      await this.#journal.note(record, `A damaged checkpoint was passed over: ${text}`, 'trouble');
    if (!checkpoint && (record.step > 0 || damaged.length > 0)) throw studioError('run.noCheckpoint', { run });
    const from: LoopPosition = checkpoint?.info ?? startPosition;
    await truncateRows(folder, vaeMetricsRowSchema, from.step);
    await truncateSheets(project, run, from.step);
    const starter = config.startFromStarter ? await loadVae('starter', this.#place) : undefined;
    const bench = await this.#bench(
      config,
      pictures,
      checkpoint?.state ?? startState(startWeights(config, starter).weights),
    );
    try {
      const scores = record.scores.filter((score) => score.step <= from.step);
      const device = await this.#device();
      const running: VaeRunRecord = { ...record, status: 'running', ...kept(from), scores, device };
      await this.#journal.save(running);
      await this.#journal.note(running, resumedWords(device, record.device, checkpoint !== undefined));
      return await this.#train(running, from, bench, undefined);
    } finally {
      await bench.trainer.release();
    }
  }

  async #train(
    start: VaeRunRecord,
    from: LoopPosition,
    { pictures, trainer, reconstructions }: Bench,
    deadline: number | undefined,
  ): Promise<VaeRunRecord> {
    const { project } = this.#place;
    const { id, name, config } = start;
    const { steps } = start.plan;
    const scored = scoreSteps(steps, config.sampleSheets);
    const [journal, events, control] = [this.#journal, this.#events, this.#control];
    const watch = new RunWatch({ journal, events, control, record: start, from, steps, kept });
    const { hooks } = watch;
    const withScore = async (record: VaeRunRecord, step: number): Promise<VaeRunRecord> =>
      pictures.heldOut === 0 || record.scores.some((known) => known.step === step)
        ? record
        : { ...record, scores: [...record.scores, await reconstructions.score(step)] };
    return watch.until(
      () =>
        trainingLoop({
          folder: runFolder(project, id),
          task: vaeTask(config, steps, trainer),
          from,
          batch: (k) => pictures.batch(config, k),
          sampleSheet: async (step) => {
            await this.#sheet(id, step, pictures.size, reconstructions);
            if (!scored.has(step)) return;
            watch.record = await withScore(watch.record, step);
            await journal.save(watch.record);
          },
          onRows: (rows) => events.metrics(rows),
          ...hooks,
          onCheckpoint: async (position, state) => {
            const vae = { title: name, config: autoencoderConfigOf(config), step: position.step };
            await writeTrained(project, id, vae, averaged(state));
            await hooks.onCheckpoint(position, state);
          },
          now: () => performance.now(),
          deadline,
        }),
      (record) => withScore(record, record.step),
    );
  }

  /** The pictures to train on, of those that the dataset has. */
  #pictures({ pictures: used, settings }: PresentDataset): VaePictures {
    const { project } = this.#place;
    const heldOut = heldOutCount(used.length);
    if (used.length - heldOut < fewestTrainingPictures)
      throw studioError('dataset.tooFew', { found: used.length - heldOut, needed: fewestTrainingPictures });
    const load = async (picture: (typeof used)[number]) =>
      (await this.#threads.pictures().load({ project, picture })).rgb;
    return new VaePictures({ pictures: used, heldOut, size: settings.size, load });
  }

  async #bench(config: VaeTrainingConfig, pictures: VaePictures, state: readonly NamedTensor[]): Promise<Bench> {
    const { device } = this.#threads;
    const { size } = pictures;
    const trainer = await createVaeTrainer({ device, name: 'train', config, pictureSize: size });
    await trainer.put(state);
    const originals = await pictures.tried(pictures.heldOut > 0 ? scoredPictures(size) : sheetPictures);
    const { batchSize } = config;
    const reconstructions = new Reconstructions({ trainer, size, batchSize, originals });
    return { pictures, trainer, reconstructions, originals };
  }

  #budget(config: VaeTrainingConfig, { pictures, trainer, reconstructions }: Bench, began: number) {
    const minutes = config.length.kind === 'minutes' ? config.length.minutes : 0;
    const { discriminator } = config.loss;
    const after = discriminator.kind === 'none' ? 1 : discriminator.after;
    // Of two steps, the second is one with the discriminator, whatever share of the run has it.
    const measured: VaeTrainingConfig =
      discriminator.kind === 'none'
        ? config
        : { ...config, loss: { ...config.loss, discriminator: { ...discriminator, after: 0.5 } } };
    const task = vaeTask(measured, 2, trainer);
    return timeBudget({
      phases: [
        { share: after, task, update: 1 },
        { share: 1 - after, task, update: 2 },
      ],
      batch: (k) => pictures.batch(config, k),
      sheets: config.sampleSheets,
      end: began + minutes * 60_000,
      sheet: () => reconstructions.sheet(),
      score: pictures.heldOut > 0 ? () => reconstructions.score(0) : undefined,
    });
  }

  async #sheet(run: string, step: number, size: number, reconstructions: Reconstructions): Promise<void> {
    const { project } = this.#place;
    const file = `runs/${run}/samples/step-${String(step).padStart(9, '0')}.png`;
    const pictures = await reconstructions.sheet();
    const { columns } = sheetShape;
    await this.#threads.pictures().writeGrid({ path: join(project, file), pictures, size, columns, margin: 0 });
    const sheet: SampleSheet = { step, file, nfe: 1, rows: Math.ceil(pictures.length / columns), columns };
    await addSheet(project, run, sheet);
    this.#events.samples(sheet);
  }

  async #device() {
    const { kind, name } = await this.#threads.device.info({});
    return { kind, name };
  }

  #preparing(): void {
    this.#events.progress({ done: 0, skipped: 0, phase: 'preparing' });
  }
}

/** The averaged weights of a state, by parameter. */
const averaged = (state: readonly NamedTensor[]): NamedTensor[] =>
  state.flatMap(({ name, shape, data }) => (name.startsWith('ema/') ? [{ name: name.slice(4), shape, data }] : []));

const startWords = (adopted: number, parameters: number): string =>
  adopted === 0
    ? 'It starts from random weights.'
    : `It starts from the starter VAE: ${((100 * adopted) / parameters).toFixed(0)} % of its weights fit.`;
