/** Measures the residuals of a checkpoint: student − teacher, as training would have them next, at some discretisation steps. */
import { studioError } from '../base/errors.ts';
import { ProgressMeter } from '../base/progress.ts';
import type { Progress } from '../base/progress.ts';
import { throwIfCancelled } from '../base/rpc.ts';
import type { Device, TensorData } from '../engine/contract.ts';
import { latentsFolder, readManifest } from '../latents/store.ts';
import type { LatentManifest } from '../latents/schema.ts';
import type { LatentShape } from '../models/network.ts';
import type { Layout } from '../optim/layout.ts';
import type { RunRecord } from '../runs/schema.ts';
import { readRun, runFolder } from '../runs/store.ts';
import { listCheckpoints, readCheckpoint } from '../training/checkpoint.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import { classCount, networkOf } from '../training/classes.ts';
import { objectiveOf } from '../training/objectives/index.ts';
import type { Teaching } from '../training/objectives/objective.ts';
import { choosePairs } from '../training/residuals/pairs.ts';
import type { ChosenPair } from '../training/residuals/pairs.ts';
import { stageAt } from '../training/residuals/stage.ts';
import type { MeasuredPair, ResidualMeasurement, ResidualRequest } from '../training/residuals/schema.ts';
import { writeMeasurement } from '../training/residuals/store.ts';
import type { RunConfig } from '../training/schema.ts';
import { residualGraph, runLayout } from '../training/step.ts';
import { familyTensors } from '../training/trainer.ts';
import { refuseOtherClasses } from './run-classes.ts';
import type { Maths } from './threads.ts';

export interface ResidualsJob extends ResidualRequest {
  readonly project: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** The threads that measuring needs. */
export interface MeasuringThreads {
  readonly device: Device;
  readonly maths: Pick<Maths, 'open' | 'close' | 'batch' | 'distribution'>;
}

/** Samples at each discretisation step where nobody says: with 21 of them nearly 4,096 in all. */
const usualPictures = 192;
/** Rows that are on the device at once. */
const rowsAtOnce = 16;
let jobs = 0;

/** Latents, noise and classes, row after row, as the steps after the checkpoint will have them. */
interface Samples {
  readonly x_0: Float32Array;
  readonly noise: Float32Array;
  /** Of no length where the network is told none. */
  readonly classes: Float32Array;
  /** What the picture of each counts in the loss; undefined where all count the same. */
  readonly counts: Float32Array | undefined;
}

/**
 * Throws `run.unknown`, `run.noTeacher`, `run.noCheckpoint`, `run.unknownCheckpoint`, `run.noDiscretisationStep`,
 * `run.latentsChanged`, `run.classesChanged` and `run.residualsNotFinite`; an earlier measurement is then still there.
 */
export async function residualsJob(threads: MeasuringThreads, job: ResidualsJob): Promise<ResidualMeasurement> {
  const { device, maths } = threads;
  const { project, pictures = usualPictures } = job;
  const record = await readRun(project, job.run);
  const { id: run, config, plan } = record;
  const folder = runFolder(project, run);
  const { teaching } = objectiveOf(config);
  if (!teaching) throw studioError('run.noTeacher', { run });
  const latents = await latentsOf(project, record);
  const { info, state } = await checkpointOf(folder, run, job.checkpoint);
  // The step that training would make next; after the last one the last.
  const k = Math.min(info.step, plan.steps - 1);
  const pairs = choosePairs(teaching.pairs({ k, totalSteps: plan.steps }), job.steps);
  // Two jobs may take turns on the device, each with its own weights.
  const name = `residuals ${++jobs}`;
  const { heldOutPictures: heldOut, adjusted } = plan;
  await maths.open({ data: name, folder: latentsFolder(project, latents.key), heldOut, adjusted });
  const layout = runLayout(networkOf(config), latents.shape, (await device.traits({})).layout);
  try {
    const samples = await samplesFrom(threads, name, record, info.step, pictures);
    const subtract = await createSubtraction(device, { name, config, teaching, shape: latents.shape, layout }, state);
    try {
      const r = new Float32Array(pairs.length * pictures);
      const measured: MeasuredPair[] = [];
      const meter = new ProgressMeter();
      const report = (done: number) => job.onProgress(meter.update(done, r.length));
      report(0);
      for (const [i, pair] of pairs.entries()) {
        const done = i * pictures;
        const residual = await subtract.at(pair, samples, (rows) => {
          report(done + rows);
          throwIfCancelled(job.signal);
        });
        r.set(rootMeanSquares(residual, pictures), done);
        if (!r.subarray(done, done + pictures).every(Number.isFinite))
          throw studioError('run.residualsNotFinite', { run, step: info.step, sigma: Number(pair.t.toPrecision(4)) });
        const distribution = await maths.distribution({ values: residual }, { transfer: [residual.buffer] });
        measured.push({ ...distribution, ...aboutPair(pair) });
      }
      const { levels } = stageAt(config, plan, k);
      const measurement: ResidualMeasurement = {
        step: info.step,
        measuredAt: new Date().toISOString(),
        device: await deviceOf(device),
        ...(levels === undefined ? {} : { levels }),
        ...{ pictures, elements: samples.x_0.length / pictures, pairs: measured },
      };
      // Not into the empty folder of a run that was deleted meanwhile.
      await readRun(project, run);
      await writeMeasurement(folder, { measurement, r, counts: samples.counts });
      return measurement;
    } finally {
      await subtract.release();
    }
  } finally {
    await maths.close({ data: name });
  }
}

async function latentsOf(project: string, record: RunRecord): Promise<LatentManifest> {
  const latents = await readManifest(latentsFolder(project, record.latentsKey));
  if (!latents?.complete) throw studioError('run.latentsChanged', { run: record.id });
  await refuseOtherClasses(project, record, latents);
  return latents;
}

/** The weights of a checkpoint: those that are trained, not an average of them. */
async function checkpointOf(folder: string, run: string, step: number | undefined): Promise<Checkpoint> {
  const checkpoint = await readCheckpoint(folder, (name) => name.startsWith('parameters/'), undefined, step);
  if (checkpoint) return checkpoint;
  if (step === undefined) throw studioError('run.noCheckpoint', { run });
  const known = (await listCheckpoints(folder)).map((one) => one.step);
  throw studioError('run.unknownCheckpoint', { run, step, known });
}

async function deviceOf(device: Device): Promise<ResidualMeasurement['device']> {
  const { kind, name } = await device.info({});
  return { kind, name };
}

const aboutPair = ({ index, t, r, weight, share }: ChosenPair) => ({
  ...{ index, sigma: t, teacherSigma: r, weight, share },
});

/** The latents of the steps from `step` on, each with the noise that it is paired with there. */
async function samplesFrom(
  { maths }: Pick<MeasuringThreads, 'maths'>,
  data: string,
  { config, plan }: Pick<RunRecord, 'config' | 'plan'>,
  step: number,
  pictures: number,
): Promise<Samples> {
  const { batchSize } = config;
  const steps = Array.from({ length: Math.ceil(pictures / batchSize) }, (_, i) => step + i);
  const batches = await Promise.all(steps.map((k) => maths.batch({ data, config, steps: plan.steps, k })));
  const joined = (parts: readonly Float32Array[]): Float32Array => {
    const perRow = (parts[0]?.length ?? 0) / batchSize;
    const all = new Float32Array(pictures * perRow);
    parts.forEach((part, i) => {
      const at = i * part.length;
      all.set(part.subarray(0, Math.min(part.length, all.length - at)), at);
    });
    return all;
  };
  const counts = batches.flatMap((batch) => batch.counts ?? []);
  return {
    x_0: joined(batches.map(({ x_0 }) => x_0)),
    noise: joined(batches.map(({ noise }) => noise)),
    counts: counts.length > 0 ? joined(counts) : undefined,
    classes: joined(batches.flatMap(({ inputs }) => inputs['classes'] ?? [])),
  };
}

interface Run {
  /** Names its program and its state on the device. */
  readonly name: string;
  readonly config: RunConfig;
  readonly teaching: Teaching;
  readonly shape: LatentShape;
  readonly layout: Layout;
}

/** Student − teacher made ready on the device, with these weights. */
async function createSubtraction(
  device: Device,
  { name, config, teaching, shape, layout }: Run,
  state: Checkpoint['state'],
) {
  const rows = rowsAtOnce;
  const types = teaching.types(rows);
  const tensor = (data: Float32Array, tensorShape: readonly number[]): TensorData => ({
    dtype: 'float32',
    shape: [...tensorShape],
    data,
  });
  /** Rows from `from` on, filled up with zeros. */
  const part = (all: Float32Array, from: number, rowShape: readonly number[]): TensorData => {
    const perRow = rowShape.reduce((product, size) => product * size, 1);
    const data = new Float32Array(rows * perRow);
    data.set(all.subarray(from * perRow, (from + rows) * perRow));
    return tensor(data, [rows, ...rowShape]);
  };
  await device.load({ program: name, graph: residualGraph(config, shape, layout, rows) });
  await device.createState({ state: name, tensors: familyTensors('parameters', state, layout) });
  return {
    /** The residuals of all samples at a pair of levels, row after row; `onRows` hears of each part beforehand. */
    async at(
      pair: ChosenPair,
      { x_0, noise, classes }: Samples,
      onRows: (done: number) => void,
    ): Promise<Float32Array<ArrayBuffer>> {
      const all = new Float32Array(x_0.length);
      const perRow = shape[0] * shape[1] * shape[2];
      const levels = Object.fromEntries(
        Object.entries(teaching.inputs(pair, rows)).map(([input, data]) => [input, tensor(data, types[input]!.shape)]),
      );
      for (let from = 0; from * perRow < x_0.length; from += rows) {
        onRows(from);
        const inputs = {
          ...levels,
          x_0: part(x_0, from, shape),
          noise: part(noise, from, shape),
          ...(classes.length === 0 ? {} : { classes: part(classes, from, [classCount(config) + 1]) }),
        };
        const { residual } = await device.run({ program: name, state: name, inputs });
        const at = from * perRow;
        all.set((residual!.data as Float32Array).subarray(0, all.length - at), at);
      }
      return all;
    },
    release: async () => {
      await device.dropState({ state: name });
      await device.unload({ program: name });
    },
  };
}

/** √(mean of squares) of each of `rows` rows. */
function rootMeanSquares(values: Float32Array, rows: number): Float32Array {
  const perRow = values.length / rows;
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = row * perRow; i < (row + 1) * perRow; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum / perRow);
  });
}
