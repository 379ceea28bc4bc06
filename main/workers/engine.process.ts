/** The engine process: answers the main process, owns the threads. It ends when its parent does. */
import { setMaxListeners } from 'node:events';
import { studioError } from '../base/errors.ts';
import type { CallContext, EventSink, Handlers } from '../base/rpc.ts';
import { serve } from '../base/rpc.ts';
import { importPictures } from '../datasets/import.ts';
import { adjusted, unadjusted } from '../datasets/operations/adjustments.ts';
import { makeFramedCopies } from '../datasets/operations/framed-copies.ts';
import { readWhole } from '../datasets/operations/whole.ts';
import { readPictures } from '../datasets/present.ts';
import { completeLatents } from '../latents/caches.ts';
import { latentsFolder } from '../latents/store.ts';
import { cpuInfo } from '../engine/cpu-info.ts';
import { deviceInfoSchema } from '../engine/schema.ts';
import { addVae } from '../vae/adding.ts';
import type { VaePlaces } from '../vae/load.ts';
import type { RunRecord, SampleSheet } from '../runs/schema.ts';
import type { AnyRun } from '../runs/store.ts';
import type { MetricsRow } from '../training/schema.ts';
import type { VaeMetricsRow, VaeRunRecord } from '../vae/training-schema.ts';
import { causesJob, checkCauseJob } from './cause-jobs.ts';
import { checkDevice, checkParts } from './device-check.ts';
import { encodeJob } from './encode-job.ts';
import { engineContract } from './engine.contract.ts';
import type { TrainingProgress } from './engine.contract.ts';
import { generateJob } from './generate-job.ts';
import { Pause } from './pause.ts';
import { pixelsJob } from './pixels-job.ts';
import { ownProcessPort } from './ports.ts';
import { residualsJob } from './residuals-job.ts';
import { classesOfRun } from './run-classes.ts';
import { estimateRun } from './run-estimate.ts';
import { previewJob } from './preview-job.ts';
import { createThreads } from './threads.ts';
import { vaeCheckJob } from './vae-check-job.ts';
import { TrainingJob } from './training-job.ts';
import { VaeTrainingJob } from './vae-training-job.ts';
import type { TrainingControl, TrainingEvents } from './run-watch.ts';

process.setSourceMapsEnabled(true);
/** A process is made for one device and keeps it; another choice is another process. */
const device = deviceInfoSchema.parse(JSON.parse(process.argv[2] ?? ''));
const threads = createThreads(device);

/** The one run in training. */
let training: Pause | undefined;

/** Trains with this process's one training: `work` is told how it is controlled, and whom it tells of progress, sheets and its record. */
async function trained<T>(
  { run, project }: VaePlaces & { project: string; run: string },
  context: CallContext<TrainingProgress>,
  work: (events: Omit<TrainingEvents<AnyRun, never>, 'metrics'>, control: TrainingControl) => Promise<T>,
): Promise<T> {
  if (training) throw studioError('engine.busy', { work: `“${training.run}” is in training` });
  const pause = new Pause(run);
  training = pause;
  const control: TrainingControl = {
    signal: context.signal,
    isPaused: () => pause.paused,
    sleep: (ms) => pause.sleep(context.signal, ms),
    whilePaused: () => pause.wait(context.signal),
  };
  const events = {
    progress: (progress: TrainingProgress) => context.progress(progress),
    samples: (sheet: SampleSheet) => send('samples', { run, sheet }),
    record: (record: AnyRun) => send('run', { project, record }),
  };
  try {
    return await work(events, control);
  } finally {
    training = undefined;
  }
}

type Place = VaePlaces & { project: string; run: string };
const trainedModel = (
  place: Place,
  context: CallContext<TrainingProgress>,
  work: (job: TrainingJob) => Promise<RunRecord>,
) =>
  trained(place, context, (events, control) => {
    const metrics = (rows: readonly MetricsRow[]) => send('metrics', { run: place.run, rows: [...rows] });
    return work(new TrainingJob(threads, place, { ...events, metrics }, control));
  });
const trainedVae = (
  place: Place,
  context: CallContext<TrainingProgress>,
  work: (job: VaeTrainingJob) => Promise<VaeRunRecord>,
) =>
  trained(place, context, (events, control) => {
    const metrics = (rows: readonly VaeMetricsRow[]) => send('vaeMetrics', { run: place.run, rows: [...rows] });
    return work(new VaeTrainingJob(threads, place, { ...events, metrics }, control));
  });

const handlers: Handlers<typeof engineContract> = {
  'device.info': () => threads.device.info({}),
  'device.check': ({ resources, model }, { progress }) =>
    checkDevice({
      device: threads.device,
      reference: device.kind === 'cpu' ? threads.device : createThreads(cpuInfo()).device,
      resources,
      model,
      onProgress: (done) => progress({ done, total: checkParts }),
    }),
  'pictures.import': (input, { signal, progress }) => {
    // Every picture in work listens to the one signal; Node warns of more than ten.
    setMaxListeners(0, signal);
    return importPictures({ ...input, decoder: threads.decoder, signal, onProgress: progress });
  },
  'pictures.frame': async ({ project, operation }, { signal, progress }) => {
    setMaxListeners(0, signal);
    const { framings } = adjusted(unadjusted, operation);
    const { settings, pictures } = await readPictures(project, unadjusted);
    const { decoder } = threads;
    await makeFramedCopies({ project, pictures, framings, settings, decoder, signal, onProgress: progress });
    return {};
  },
  'pictures.whole': async ({ project, picture }, { signal }) => ({
    png: await readWhole(project, picture, threads.decoder, signal),
  }),
  'vae.check': (input, { signal, progress }) => vaeCheckJob(threads, { ...input, signal, onProgress: progress }),
  'vae.add': (input, { signal }) => addVae({ ...input, signal }),
  'latents.encode': (input, { signal, progress }) => encodeJob(threads, { ...input, signal, onProgress: progress }),
  'latents.preview': (input, { signal, progress }) => {
    setMaxListeners(0, signal);
    return previewJob(threads, { ...input, signal, onProgress: progress });
  },
  'latents.causes': (input) => causesJob(threads, input),
  'latents.checkCause': (input, { signal, progress }) =>
    checkCauseJob(threads, { ...input, signal, onProgress: progress }),
  'latents.measure': async ({ project, key }, { signal, progress }) => {
    await threads.maths.measureAgain({ folder: latentsFolder(project, key) }, { signal, onProgress: progress });
    return {};
  },
  'latents.pixels': async (input, { signal, progress }) => {
    await pixelsJob(threads, { ...input, signal, onProgress: progress });
    return {};
  },
  'training.estimate': async ({ project, config }) => {
    const latents = await completeLatents(project);
    const resolved = await classesOfRun(project, config, latents, 0);
    return estimateRun(threads.device, resolved.config, latents);
  },
  'training.start': async (input, context) => {
    const latents = await completeLatents(input.project);
    return trainedModel(input, context, (job) => job.start({ ...input, latents }));
  },
  'training.resume': (input, context) => trainedModel(input, context, (job) => job.resume(input.run)),
  'training.residuals': (input, { signal, progress }) =>
    residualsJob(threads, { ...input, signal, onProgress: progress }),
  'vae.train': (input, context) => trainedVae(input, context, (job) => job.start(input)),
  'vae.resume': (input, context) => trainedVae(input, context, (job) => job.resume(input.run)),
  'training.pause': ({ run, paused }) => {
    if (training?.run !== run) throw studioError('run.unknown', { run, known: training ? [training.run] : [] });
    training.set(paused);
    return {};
  },
  generate: (input, { signal, progress }) => generateJob(threads, { ...input, signal, onProgress: progress }),
  'gallery.grid': ({ files, size, columns, margin, path, text }) =>
    threads.pictures().writeGrid({ path, pictures: files, size, columns, margin, text }),
};

const port = ownProcessPort();
// Ctrl-C reaches the whole group; the parent decides when the engine ends, after its checkpoint.
process.on('SIGINT', () => undefined);
port.onClose(() => process.exit(0));
const send: EventSink<typeof engineContract> = serve(engineContract, handlers, port);
