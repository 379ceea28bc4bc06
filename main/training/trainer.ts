/** A run on a device: its programs and its state, however both are laid out there. */
import type { Device } from '../engine/contract.ts';
import { isStudioError, StudioError, studioError } from '../base/errors.ts';
import { packValues, unpackValues } from '../optim/layout.ts';
import type { Layout } from '../optim/layout.ts';
import { familiesOf } from '../optim/update.ts';
import type { StateFamily } from '../optim/update.ts';
import type { ParameterValue } from '../models/parameters.ts';
import type { Batch } from './batch.ts';
import { networkOf } from './classes.ts';
import { initialScaling, scalingPrefix } from './loss-scaling.ts';
import type { RunConfig } from './schema.ts';
import { microBatchSizes, planMemory } from './memory.ts';
import { batchTypes, emptySums, runLayout, stepGraphs } from './step.ts';
import { lossParts } from './objectives/objective.ts';
import type { LossPart } from './objectives/objective.ts';
import type { LatentShape } from '../models/network.ts';
import { batchInputs, microBatchInputs, updateInputs } from './step-inputs.ts';

export interface NamedValue {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * A step to make: its batch, the number of the update (from 1), the rate of each average, and the learning rate where it is not the
 * configuration's any more. Steps that did not take place are counted, too: an optimiser's rates hardly notice, and numbers do not
 * depend on where a burst ended.
 */
export interface Step {
  readonly batch: Batch;
  readonly update: number;
  readonly emaRates: readonly number[];
  readonly learningRate?: number;
}

/** What a step says of itself. */
export interface StepReport {
  readonly loss: number;
  /** The parts of the loss that the objective reports. */
  readonly parts: Readonly<Partial<Record<LossPart, number>>>;
  /** Mean square of student − teacher of each row of the batch, where the objective has a teacher. */
  readonly residuals?: Float32Array;
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
  /** Rows of a batch that are on the device at once; fewer after memory ran out. */
  readonly microBatch: number;
  /** Puts a state there: `parameters/…`, `m/…`, `v/…`, `ema/…`, `ema1/…` … by parameter. */
  put(state: readonly NamedValue[]): Promise<void>;
  /** Copies the state back, by parameter. */
  read(): Promise<NamedValue[]>;
  /**
   * Makes steps, one after another. When memory runs out the step is made again with fewer rows at once, from the state before it.
   * Where there is no room for one row it reports the steps that were made, or throws `run.doesNotFit` when there are none.
   */
  steps(steps: readonly Step[]): Promise<StepReport[]>;
  /** Does other work on the device, with fewer rows at once from then on if there is no room for it beside the run's. */
  withRoom<T>(work: () => Promise<T>): Promise<T>;
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
  /** Memory ran out, and fewer rows are on the device at once from now on. */
  readonly onSmaller?: ((change: SmallerMicroBatch) => Promise<void> | void) | undefined;
}

export interface SmallerMicroBatch {
  readonly from: number;
  readonly to: number;
  readonly error: StudioError;
}

/** A run's state before its first step: moments 0, every average equal to the weights. */
export function initialState(parameters: readonly ParameterValue[], averages = 1): NamedValue[] {
  return familiesOf(averages).flatMap((family) =>
    parameters.map(({ name, shape, data }) => ({
      name: `${family}/${name}`,
      shape,
      data: family === 'm' || family === 'v' ? new Float32Array(data.length) : data.slice(),
    })),
  );
}

/** The values of a family by parameter, as tensors of a state in this layout, where the family may have another name. */
export function familyTensors(
  family: StateFamily,
  state: readonly NamedValue[],
  layout: Layout,
  as: StateFamily = family,
) {
  const prefix = `${family}/`;
  const values = new Map(
    state.flatMap(({ name, data }) => (name.startsWith(prefix) ? [[name.slice(prefix.length), data] as const] : [])),
  );
  return packValues(values, layout).map(({ name, shape, data }) => ({
    name: `${as}/${name}`,
    shape: [...shape],
    data,
  }));
}

/** Scale and streak of a state; those of the beginning where it was trained in full precision until now. */
const scalingTensors = (state: readonly NamedValue[]) =>
  initialScaling().map((start) => ({
    ...start,
    data: state.find(({ name }) => name === start.name)?.data ?? start.data,
  }));

export async function createTrainer(options: TrainerOptions): Promise<Trainer> {
  const { device, name, config, shape, onSmaller } = options;
  const traits = await device.traits({});
  const layout = runLayout(networkOf(config), shape, traits.layout);
  const sizes = microBatchSizes(config.batchSize);
  const families = familiesOf(config.averages.length);
  let rows = options.microBatch ?? config.batchSize;
  let hasState = false;
  /** Not even one row fitted: the programs are gone, the state is there. */
  let stuck: StudioError | undefined;
  const gradientsName = `${name} gradients`;
  const isWhole = () => rows === config.batchSize;
  const programs = () => (isWhole() ? [name] : [gradientsName, name]);

  async function load(): Promise<void> {
    for (const [i, graph] of stepGraphs(config, shape, layout, rows).entries())
      await device.load({ program: programs()[i]!, graph });
  }
  async function unload(): Promise<void> {
    for (const program of programs()) await device.unload({ program });
  }
  async function put(state: readonly NamedValue[]): Promise<void> {
    const tensors = [
      ...families.flatMap((family) => familyTensors(family, state, layout)),
      ...(config.precision === 'mixed' ? scalingTensors(state) : []),
    ];
    await device.createState({
      state: name,
      tensors: isWhole() ? tensors : [...tensors, ...emptySums(config, layout)],
    });
    hasState = true;
  }
  async function read(): Promise<NamedValue[]> {
    const values: NamedValue[] = [];
    for (const family of families) {
      const prefix = `${family}/`;
      const chunks = await device.readState({ state: name, prefix });
      const named = chunks.map((chunk) => ({ ...chunk, name: chunk.name.slice(prefix.length) }));
      values.push(...unpackValues(named, layout).map((value) => ({ ...value, name: prefix + value.name })));
    }
    return [...values, ...(await device.readState({ state: name, prefix: scalingPrefix }))];
  }

  /** Goes on with the next smaller number of rows at once. What was added up of an unfinished step is dropped. */
  async function shrink(error: StudioError): Promise<void> {
    const from = rows;
    // The programs go first: they hold the memory.
    await unload();
    const state = hasState ? await read() : undefined;
    for (let reason = error; ;) {
      const smaller = sizes.find((size) => size < rows);
      if (smaller === undefined) throw (stuck = await doesNotFit(reason));
      rows = smaller;
      try {
        await load();
        if (state) await put(state);
        return void (await onSmaller?.({ from, to: rows, error }));
      } catch (thrown) {
        if (!isStudioError(thrown, 'engine.outOfMemory')) throw thrown;
        reason = thrown;
        await unload();
      }
    }
  }
  async function doesNotFit(error: StudioError): Promise<StudioError> {
    const { total: needed, device: memory } = planMemory(config, shape, { traits, memory: await device.memory({}) }, 1);
    return studioError('run.doesNotFit', { needed, free: memory.free, reason: error.words.what }, error);
  }

  function calls({ batch, update, emaRates, learningRate }: Step) {
    const scalars = updateInputs(config, update, emaRates, learningRate);
    if (isWhole())
      return [{ program: name, inputs: { ...batchInputs(batch, batchTypes(config, rows, shape)), ...scalars } }];
    return [
      ...microBatchInputs(batch, batchTypes(config, rows, shape), rows).map((inputs) => ({
        program: gradientsName,
        inputs,
      })),
      { program: name, inputs: scalars },
    ];
  }

  async function withRoom<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (thrown) {
        if (!isStudioError(thrown, 'engine.outOfMemory')) throw thrown;
        await shrink(thrown);
      }
    }
  }

  try {
    await load();
  } catch (thrown) {
    if (!isStudioError(thrown, 'engine.outOfMemory')) throw thrown;
    await shrink(thrown);
  }
  return {
    state: name,
    layout,
    burst: traits.burst,
    get microBatch() {
      return rows;
    },
    put,
    read,
    async steps(steps) {
      const reports: StepReport[] = [];
      if (stuck) throw stuck;
      while (reports.length < steps.length) {
        const left = steps.slice(reports.length).map(calls);
        const { outputs, outOfMemory } = await device.steps({ state: name, calls: left.flat() });
        const perStep = left[0]!.length;
        const made = Math.floor(outputs.length / perStep);
        reports.push(...Array.from({ length: made }, (_, i) => report(outputs.slice(i * perStep, (i + 1) * perStep))));
        try {
          if (outOfMemory) await shrink(new StudioError(outOfMemory));
        } catch (thrown) {
          if (thrown !== stuck || reports.length === 0) throw thrown;
          break;
        }
      }
      return reports;
    },
    withRoom,
    async release() {
      await device.dropState({ state: name });
      await unload();
    },
  };
}

type Outputs = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

/** What the calls of a step report: the last one of the step, and each of its own rows. */
function report(calls: readonly Outputs[]): StepReport {
  const outputs = calls.at(-1)!;
  const residuals = calls.flatMap((call) => Array.from(call['residuals']?.data ?? []));
  const value = (name: string): number => outputs[name]!.data[0]!;
  const committed = value('committed') === 1;
  // Shader compilers may assume that NaN does not exist; a step that should have been gated must not go unnoticed.
  if (committed && !(Number.isFinite(value('loss')) && Number.isFinite(value('gradNorm'))))
    throw studioError('engine.ignoresNaN', {});
  return {
    loss: value('loss'),
    parts: Object.fromEntries(lossParts.flatMap((name) => (outputs[name] ? [[name, value(name)] as const] : []))),
    ...(residuals.length === 0 ? {} : { residuals: Float32Array.from(residuals) }),
    gradNorm: value('gradNorm'),
    committed,
    lossScale: outputs['lossScale']?.data[0] ?? 1,
  };
}
