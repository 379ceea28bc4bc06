/** Turns choices into a plan: how many steps, which averaging rate, how many pictures are kept aside. */
import { studioError } from '../base/errors.ts';
import { networkSpecs } from '../models/network.ts';
import type { LatentShape } from '../models/network.ts';
import { countParameters } from '../models/parameters.ts';
import { emaRatesOf } from './averages.ts';
import { networkOf } from './classes.ts';
import type { RunClass, RunConfig, RunPlan } from './schema.ts';

/** Below this there is nothing to generalise from. */
export const fewestTrainingPictures = 16;
/** Of fewer pictures none is held out. */
export const fewestWithHeldOut = 100;
const mostHeldOut = 1024;
/** With fewer held-out pictures a Fréchet distance says nothing. */
export const fewestForScore = 64;

/** Pictures kept aside to measure quality: a fifth of a large dataset, less of a small one, none below 100. */
export function heldOutCount(pictures: number): number {
  if (pictures < fewestWithHeldOut) return 0;
  return Math.min(mostHeldOut, Math.floor(pictures * (pictures < 1000 ? 0.05 : 0.2)));
}

/** The number of steps that fit into the rest of a time budget. */
export function stepsFor(seconds: number, stepSeconds: number): number {
  return Math.max(1, Math.floor(seconds / stepSeconds));
}

/**
 * The steps of a run whose length says them: K = floor(latents / batch) · epochs, as the authors count, mirrored copies included
 * (method §1.1, §1.3), at least one an epoch. Undefined for a time, whose steps are measured.
 */
export function lengthInSteps({ length, batchSize }: RunConfig, trainingLatents: number): number | undefined {
  if (length.kind === 'steps') return length.steps;
  if (length.kind === 'epochs') return length.epochs * Math.max(1, Math.floor(trainingLatents / batchSize));
  return undefined;
}

/** The plan of a run of `steps` steps; `classes` are those of its training pictures, of which there are `copies` each. Throws `dataset.tooFew`. */
export function planRun(
  config: RunConfig,
  shape: LatentShape,
  pictures: number,
  steps: number,
  classes: readonly RunClass[] = [],
  copies = 1,
): RunPlan {
  const heldOut = heldOutCount(pictures);
  const trainingPictures = pictures - heldOut;
  if (trainingPictures < fewestTrainingPictures)
    throw studioError('dataset.tooFew', { found: trainingPictures, needed: fewestTrainingPictures });
  return {
    steps,
    parameters: countParameters(networkSpecs(networkOf(config), shape)),
    latentShape: [...shape] as [number, number, number],
    trainingPictures,
    ...(copies === 1 ? {} : { copies }),
    heldOutPictures: heldOut,
    batchSize: config.batchSize,
    emaRates: emaRatesOf(config, steps),
    ...(config.classes.kind === 'none' ? {} : { classes: [...classes] }),
  };
}
