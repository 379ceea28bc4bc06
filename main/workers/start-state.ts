/** What a new run starts from: weights drawn from its seed, or the averaged weights of another run of the project. */
import { studioError } from '../base/errors.ts';
import { networkSpecs } from '../models/network.ts';
import type { LatentShape, NetworkConfig } from '../models/network.ts';
import { initialise } from '../models/parameters.ts';
import type { ParameterSpec, ParameterValue } from '../models/parameters.ts';
import { readRun, runFolder } from '../runs/store.ts';
import { readCheckpoint } from '../training/checkpoint.ts';
import { networkOf } from '../training/classes.ts';
import type { RunConfig } from '../training/schema.ts';
import { initialState } from '../training/trainer.ts';
import type { NamedValue } from '../training/trainer.ts';

export interface StartState {
  readonly state: readonly NamedValue[];
  /** The step of the other run whose weights they are. */
  readonly from?: { readonly run: string; readonly step: number };
}

/** Throws `run.unknown`, `run.noCheckpoint` and `run.startDiffers`. */
export async function startState(project: string, config: RunConfig, shape: LatentShape): Promise<StartState> {
  const specs = networkSpecs(networkOf(config), shape);
  const averages = config.averages.length;
  if (!config.startFrom) return { state: initialState(initialise(specs, config.seed), averages) };
  const { id: run, config: other, plan } = await readRun(project, config.startFrom.run);
  const differences = [
    ...differencesOf(networkOf(other), networkOf(config)),
    ...(plan.latentShape.join() === shape.join()
      ? []
      : [`the latents are ${plan.latentShape.join(' × ')} there and ${shape.join(' × ')} here`]),
  ];
  if (differences.length > 0) throw studioError('run.startDiffers', { run, differences });
  const checkpoint = await readCheckpoint(runFolder(project, run), (name) => name.startsWith(average));
  if (!checkpoint) throw studioError('run.noCheckpoint', { run });
  const values = new Map(checkpoint.state.map((tensor) => [tensor.name.slice(average.length), tensor]));
  const weights = specs.map((spec) => valueOf(spec, values, run));
  return { state: initialState(weights, averages), from: { run, step: checkpoint.info.step } };
}

/** The first average: what previews and scores use. */
const average = 'ema/';

function valueOf(
  { name, shape }: ParameterSpec,
  values: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  run: string,
): ParameterValue {
  const found = values.get(name);
  if (found?.shape.join() === shape.join()) return { name, shape, data: found.data };
  const there = found ? `is ${found.shape.join(' × ')} there` : 'does not exist there';
  throw studioError('run.startDiffers', { run, differences: [`${name} ${there} and is ${shape.join(' × ')} here`] });
}

/** Choices of a network that differ, in the words of the settings. */
function differencesOf(there: NetworkConfig, here: NetworkConfig): string[] {
  const [a, b] = [there, here] as readonly Readonly<Record<string, unknown>>[];
  if (there.kind !== here.kind) return [`the network is a ${there.kind} there and a ${here.kind} here`];
  const words = (value: unknown) => JSON.stringify(value) ?? 'not set';
  return [...new Set([...Object.keys(a!), ...Object.keys(b!)])]
    .filter((key) => words(a![key]) !== words(b![key]))
    .map((key) => `${key} is ${words(a![key])} there and ${words(b![key])} here`);
}

/** For the run's log; nothing where weights are drawn. */
export const startWords = ({ from }: StartState): string =>
  from ? ` It starts from the averaged weights of ${from.run} after ${from.step.toLocaleString('en')} steps.` : '';
