/** A run on a device: its programs and its state, however both are laid out there. */
import { studioError } from '../base/errors.ts';
import type { Device } from '../engine/contract.ts';
import { packValues, unpackValues } from '../optim/layout.ts';
import type { Layout } from '../optim/layout.ts';
import { stateFamilies } from '../optim/update.ts';
import type { StateFamily } from '../optim/update.ts';
import type { ParameterValue } from '../models/parameters.ts';
import type { Batch } from './batch.ts';
import { initialScaling, scalingPrefix } from './loss-scaling.ts';
import type { RunConfig } from './schema.ts';
import { emptySums, gradientGraph, runLayout, trainingGraph, updateGraph } from './step.ts';
import type { LatentShape } from '../models/network.ts';
import { batchInputs, microBatchInputs, updateInputs } from './step-inputs.ts';

export interface NamedValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A step to make: its batch, the number of the update (from 1) and the average's rate. */
export interface Step {
  readonly batch: Batch;
  readonly update: number;
  readonly emaRate: number;
}

/** What a step says of itself. */
export interface StepReport {
  readonly loss: number;
  readonly consistencyLoss: number;
  readonly diffusionLoss: number;
  readonly gradNorm: number;
  /** Whether the step took place: one whose numbers are not finite changes nothing. */
  readonly committed: boolean;
  /** What the loss was multiplied by for its gradient; 1 in full precision. */
  readonly lossScale: number;
}

export interface Trainer {
  /** The name of the state on the device, and how its families lie there. */
  readonly state: string;
  readonly layout: Layout;
  /** Steps worth handing over at once. */
  readonly burst: number;
  /** Rows of a batch that are on the device at once. */
  readonly microBatch: number;
  /** Puts a state there: `parameters/…`, `m/…`, `v/…`, `ema/…` by parameter. */
  put(state: readonly NamedValue[]): Promise<void>;
  /** Copies the state back, by parameter. */
  read(): Promise<NamedValue[]>;
  /** Makes steps, one after another. */
  steps(steps: readonly Step[]): Promise<StepReport[]>;
  release(): Promise<void>;
}

export interface TrainerOptions {
  readonly device: Device;
  /** Names the run's programs and state on the device. */
  readonly name: string;
  readonly config: RunConfig;
  readonly shape: LatentShape;
  /** A divisor of the batch size; the whole batch when not given. */
  readonly microBatch?: number | undefined;
}

/** A run's state before its first step: moments 0, the average equal to the weights. */
export function initialState(parameters: readonly ParameterValue[]): NamedValue[] {
  return stateFamilies.flatMap((family) =>
    parameters.map(({ name, shape, data }) => ({
      name: `${family}/${name}`,
      shape,
      data: family === 'm' || family === 'v' ? new Float32Array(data.length) : data.slice(),
    })),
  );
}

/** The values of a family by parameter, as tensors of a state in this layout. */
export function familyTensors(family: StateFamily, state: readonly NamedValue[], layout: Layout) {
  const prefix = `${family}/`;
  const values = new Map(
    state.flatMap(({ name, data }) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data] as const] : [])),
  );
  return packValues(values, layout).map(({ name, shape, data }) => ({ name: prefix + name, shape: [...shape], data }));
}

/** Scale and streak of a state; those of the beginning where it was trained in full precision until now. */
const scalingTensors = (state: readonly NamedValue[]) =>
  initialScaling().map((start) => ({
    ...start,
    data: state.find(({ name }) => name === start.name)?.data ?? start.data,
  }));

export async function createTrainer({ device, name, config, shape, microBatch }: TrainerOptions): Promise<Trainer> {
  const traits = await device.traits({});
  const layout = runLayout(config.network, shape, traits.layout);
  const rows = microBatch ?? config.batchSize;
  const isWhole = rows === config.batchSize;
  const programs = isWhole
    ? { [name]: trainingGraph(config, shape, layout) }
    : { [`${name} gradients`]: gradientGraph(config, shape, layout, rows), [name]: updateGraph(config, layout) };
  for (const [program, graph] of Object.entries(programs)) await device.load({ program, graph });

  function calls({ batch, update, emaRate }: Step) {
    const scalars = updateInputs(config, update, emaRate);
    if (isWhole) return [{ program: name, inputs: { ...batchInputs(batch, shape), ...scalars } }];
    return [
      ...microBatchInputs(batch, shape, rows).map((inputs) => ({ program: `${name} gradients`, inputs })),
      { program: name, inputs: scalars },
    ];
  }

  return {
    state: name,
    layout,
    burst: traits.burst,
    microBatch: rows,
    async put(state) {
      const tensors = [
        ...stateFamilies.flatMap((family) => familyTensors(family, state, layout)),
        ...(config.precision === 'mixed' ? scalingTensors(state) : []),
      ];
      await device.createState({ state: name, tensors: isWhole ? tensors : [...tensors, ...emptySums(layout)] });
    },
    async read() {
      const families: NamedValue[] = [];
      for (const family of stateFamilies) {
        const prefix = `${family}/`;
        const chunks = await device.readState({ state: name, prefix });
        const values = chunks.map((chunk) => ({ ...chunk, name: chunk.name.slice(prefix.length) }));
        families.push(...unpackValues(values, layout).map((value) => ({ ...value, name: prefix + value.name })));
      }
      return [...families, ...(await device.readState({ state: name, prefix: scalingPrefix }))];
    },
    async steps(steps) {
      const { outputs } = await device.steps({ state: name, calls: steps.flatMap(calls) });
      const perStep = outputs.length / steps.length;
      return steps.map((_, i) => report(outputs[(i + 1) * perStep - 1]!));
    },
    async release() {
      await device.dropState({ state: name });
      for (const program of Object.keys(programs)) await device.unload({ program });
    },
  };
}

function report(outputs: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): StepReport {
  const value = (name: string): number => outputs[name]!.data[0]!;
  const committed = value('committed') === 1;
  // Shader compilers may assume that NaN does not exist; a step that should have been gated must not go unnoticed.
  if (committed && !(Number.isFinite(value('loss')) && Number.isFinite(value('gradNorm'))))
    throw studioError('engine.ignoresNaN', {});
  return {
    loss: value('loss'),
    consistencyLoss: value('consistencyLoss'),
    diffusionLoss: value('diffusionLoss'),
    gradNorm: value('gradNorm'),
    committed,
    lossScale: outputs['lossScale']?.data[0] ?? 1,
  };
}
