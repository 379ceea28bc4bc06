/**
 * The headline experiment: the full method, the method without each of its parts, and the baselines, at equal steps from equal seeds.
 * It can be stopped and gone on with: finished runs are kept, and so is the number of steps.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../base/rpc.ts';
import { assertThat } from '../base/errors.ts';
import { readLatentSet } from '../latents/reader.ts';
import type { LatentSet } from '../latents/reader.ts';
import { tukeyFences } from '../latents/statistics.ts';
import { latentsFolder } from '../latents/store.ts';
import { makeFolder } from '../storage/files.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { experimentFile, experimentFormat, readResult, requestFile, resultFile, sheetFile } from './files.ts';
import { writeReport } from './report.ts';
import type { Report } from './report.ts';
import { scoreOf } from './run.ts';
import type { Experiment, RunRequest, RunResult } from './schema.ts';
import { runOf, variants } from './variants.ts';
import type { Variant } from './variants.ts';
import { runInProcess } from './worker.ts';

export interface HeadlineOptions {
  readonly out: string;
  /** The steps of each run, or the minutes for all of them, from which the steps follow. */
  readonly length: { readonly steps: number } | { readonly minutes: number };
  readonly seeds: number;
  /** The program of one run: main/experiment/run.process.ts, built. */
  readonly script: string;
  readonly resources: string;
  /** The project whose latents are used, their key, and how many of its pictures are kept aside. */
  readonly project: string;
  readonly latentsKey: string;
  readonly vae: string;
  readonly heldOut: number;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

/** Samples of each run that are scored. */
const samples = 4096;
/** Steps of a trial: the first ones warm up, the others are timed. */
const trial = { warm: 10, timed: 40 } as const;

interface Job {
  readonly variant: Variant;
  readonly seed: number;
}

export async function headline(options: HeadlineOptions): Promise<Report> {
  const { out, say } = options;
  await makeFolder(join(out, 'runs'));
  await makeFolder(join(out, 'pictures'));
  const known = await readJson(experimentFile(out), experimentFormat);
  const experiment = known ?? (await begin(options));
  if (known) say(`Going on with the experiment in ${out}: ${experiment.steps} steps a run.`);
  const jobs = experiment.seeds.flatMap((seed) => variants.map((variant): Job => ({ variant, seed })));
  const missing: Job[] = [];
  for (const job of jobs) if (!(await readResult(out, job.variant.id, job.seed))) missing.push(job);
  say(`${jobs.length} runs of ${experiment.steps} steps, ${jobs.length - missing.length} of them done.`);

  const next = missing[Symbol.iterator]();
  const work = async (): Promise<void> => {
    // Whoever is free takes the next one.
    for (const job of next) {
      throwIfCancelled(options.signal);
      const result = await train(options, experiment, job);
      const [one, two] = [result.scores['1'], result.scores['2']];
      say(
        `${job.variant.title}, seed ${job.seed}: distance ${one.frechet.toFixed(2)} in one step, ${two.frechet.toFixed(2)} in two; ${Math.round(result.seconds)} s`,
      );
      await writeReport(out, experiment, await results(out, jobs));
    }
  };
  await Promise.all(Array.from({ length: workers() }, work));
  return writeReport(out, experiment, await results(out, jobs));
}

/** One for each core. */
const workers = (): number => availableParallelism();

async function results(out: string, jobs: readonly Job[]): Promise<RunResult[]> {
  const all = await Promise.all(jobs.map(({ variant, seed }) => readResult(out, variant.id, seed)));
  return all.filter((result) => result !== undefined);
}

function request({ out, ...options }: HeadlineOptions, { variant, seed }: Job, experiment: Experiment): RunRequest {
  const dimensions = experiment.shape[0] * experiment.shape[1] * experiment.shape[2];
  return {
    variant: variant.id,
    config: runOf(variant, dimensions, experiment.steps, seed),
    latents: latentsFolder(options.project, experiment.latentsKey),
    heldOut: experiment.heldOut,
    vae: experiment.vae,
    resources: options.resources,
    result: resultFile(out, variant.id, seed),
    sheets: { '1': sheetFile(out, variant.id, seed, 1), '2': sheetFile(out, variant.id, seed, 2) },
    samples: experiment.samples,
  };
}

async function train(options: HeadlineOptions, experiment: Experiment, job: Job): Promise<RunResult> {
  const { out, script, signal } = options;
  const file = requestFile(out, job.variant.id, job.seed);
  const quarter = Math.ceil(experiment.steps / 4);
  let said = 0;
  const onStep = (step: number): void => {
    if (step - said < quarter || step === experiment.steps) return;
    said = step;
    options.say(`${job.variant.title}, seed ${job.seed}: step ${step} of ${experiment.steps}`);
  };
  await runInProcess(script, file, request(options, job, experiment), onStep, signal);
  const result = await readResult(out, job.variant.id, job.seed);
  assertThat(result !== undefined, `a result of ${job.variant.id}`);
  return result;
}

/** Looks at the latents, times a step, and fixes how many steps every run has. */
async function begin(options: HeadlineOptions): Promise<Experiment> {
  const { out, length } = options;
  const set = await readLatentSet(latentsFolder(options.project, options.latentsKey), options.heldOut);
  const draft: Omit<Experiment, 'steps'> = {
    ...('minutes' in length ? { minutes: length.minutes } : {}),
    seeds: Array.from({ length: options.seeds }, (_, seed) => seed),
    samples,
    heldOut: options.heldOut,
    latentsKey: options.latentsKey,
    vae: options.vae,
    shape: set.manifest.shape,
    floor: scoreOf(set.training.subarray(0, samples * set.dimensions), set.heldOut, set.dimensions),
    outliers: outliersOf(set),
  };
  const steps = 'steps' in length ? length.steps : await stepsFor(length.minutes, options, draft);
  const experiment = { ...draft, steps };
  await writeJson(experimentFile(out), experimentFormat, experiment);
  return experiment;
}

/** How many steps each run can have, from steps that are timed on all cores at once. */
async function stepsFor(minutes: number, options: HeadlineOptions, draft: Omit<Experiment, 'steps'>): Promise<number> {
  options.say('Timing a step …');
  const untilStopped = { ...draft, steps: 1_000_000 };
  const times = await Promise.all(Array.from({ length: workers() }, (_, i) => timeStep(options, untilStopped, i)));
  const stepSeconds = Math.max(...times);
  const each = (minutes * 60 * workers()) / (variants.length * options.seeds);
  const steps = Math.max(10, Math.floor(each / stepSeconds));
  options.say(`A step takes ${Math.round(1000 * stepSeconds)} ms: every run gets ${steps} steps.`);
  return steps;
}

async function timeStep(options: HeadlineOptions, experiment: Experiment, worker: number): Promise<number> {
  const enough = new AbortController();
  const stop = AbortSignal.any([enough.signal, options.signal]);
  const at = new Map<number, number>();
  const job = { variant: variants[0]!, seed: 0 };
  const file = join(options.out, 'runs', `trial-${worker}.request.json`);
  const last = trial.warm + trial.timed;
  await runInProcess(
    options.script,
    file,
    request(options, job, experiment),
    (step) => {
      at.set(step, performance.now());
      if (step >= last) enough.abort();
    },
    stop,
  ).catch((thrown: unknown) => {
    if (!enough.signal.aborted) throw thrown;
  });
  throwIfCancelled(options.signal);
  return (at.get(last)! - at.get(trial.warm)!) / 1000 / trial.timed;
}

/** The share of values beyond Tukey's outer fences: of each channel as the VAE gave it, and of all normalised values. */
function outliersOf({ statistics, training }: LatentSet): Experiment['outliers'] {
  const sorted = training.slice().sort();
  const { outer } = tukeyFences(sorted);
  const beyond = sorted.reduce((count, value) => count + (value < outer[0] || value > outer[1] ? 1 : 0), 0);
  return { raw: statistics.channels.map(({ outerShare }) => outerShare), normalised: beyond / sorted.length };
}
