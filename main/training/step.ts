/**
 * One training step as graphs: the objective's loss, its gradient, the optimiser, the averages. A step is one graph, or, where its
 * activations don't fit, one that adds up gradients of a part of the batch and one that updates.
 */
import { assertThat } from '../base/errors.ts';
import { guided } from '../consistency/guidance.ts';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../models/network.ts';
import type { LatentShape, NetworkConfig } from '../models/network.ts';
import type { Parameters } from '../models/parameters.ts';
import type { Layout, LayoutKind } from '../optim/layout.ts';
import { layoutOf, pack, unpack } from '../optim/layout.ts';
import { asFamily, familiesOf, familyOf, familyTypes, updateState, updateTypesOf } from '../optim/update.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { mixedPrecision } from '../tensor/passes/mixed-precision.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { TensorFunction, Tensors, TensorTypes } from '../tensor/trace/trace.ts';
import { networkOf } from './classes.ts';
import { nextScaling, scaleOf, scaleType, scalingTypes } from './loss-scaling.ts';
import { objectiveOf } from './objectives/index.ts';
import type { LossPart, LossParts, NetworkFunction } from './objectives/objective.ts';
import type { RunConfig } from './schema.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

/** How a run's parameters lie on a device. */
export const runLayout = (network: NetworkConfig, shape: LatentShape, kind: LayoutKind): Layout =>
  layoutOf(kind, networkSpecs(network, shape));

/** The network of a run as a function of its weights, with what it is told of the rows' classes. */
const networkFunction =
  (network: NetworkConfig, classes: Tensor | undefined): NetworkFunction =>
  (p, x, time) =>
    networkOutput(p, x, time, network, classes);

/** One-hot classes of `rows` rows, the last column the null class, for a network that is told them. */
const classTypes = ({ classes = 0 }: NetworkConfig, rows: number): TensorTypes =>
  classes === 0 ? {} : { classes: float(rows, classes + 1) };

/** Inputs that hold `rows` rows of a batch. */
export const batchTypes = (run: RunConfig, rows: number, shape: LatentShape): TensorTypes => ({
  x_0: float(rows, ...shape),
  noise: float(rows, ...shape),
  ...objectiveOf(run).types(rows),
  ...classTypes(networkOf(run), rows),
});

type LossName = 'loss' | LossPart;
/** The losses a step reports: their sum first. */
export const lossNames = (run: RunConfig): readonly LossName[] => ['loss', ...objectiveOf(run).parts];
type Losses = Readonly<Partial<Record<LossName, Tensor>>> & { readonly loss: Tensor };

/** What a step reports of its rows where there is a teacher: `residuals` [rows], the mean square of student − teacher. */
type Reported = Readonly<Partial<Record<'residuals', Tensor>>>;

/** The loss of `batchTypes` inputs, and its gradients by parameter. */
function lossAndGradients(
  parameters: Parameters,
  inputs: Tensors,
  run: RunConfig,
): { losses: Losses; gradients: Parameters; reported: Reported } {
  const scale = scaleOf(inputs);
  const network = networkOf(run);
  const networks = {
    student: networkFunction({ ...network, recompute: run.recompute }, inputs['classes']),
    teacher: networkFunction(network, inputs['classes']),
  };
  const lossOf = objectiveOf(run).loss(networks, parameters, inputs);
  const { value, grads, parts } = ops.valueGradsAndParts((p: Parameters) => {
    const { value: loss, parts: named, meanSquares } = lossOf(p);
    const residuals: Reported = meanSquares ? { residuals: meanSquares } : {};
    return { value: scale ? ops.mul(loss, scale) : loss, parts: { ...named, ...residuals } };
  }, parameters);
  const { residuals, ...lossParts } = parts as LossParts & Reported;
  const unscaled = (x: Tensor): Tensor => (scale ? ops.div(x, scale) : x);
  return {
    losses: { loss: unscaled(value), ...lossParts },
    gradients: Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, unscaled(gradient)])),
    reported: residuals ? { residuals } : {},
  };
}

/** A function with the types of its inputs: it can be traced for a device, or run at once. */
export interface TypedFunction {
  readonly fn: TensorFunction;
  readonly types: TensorTypes;
}

/** A graph in the run's precision. */
function traceRun(name: string, { fn, types }: TypedFunction, { precision }: RunConfig): Graph {
  const graph = trace(name, fn, types);
  return precision === 'mixed' ? mixedPrecision(optimise(graph)) : graph;
}

/** Inputs that hold the state and what an update takes besides. */
const stateTypes = (layout: Layout, { precision, optimiser, averages }: RunConfig): TensorTypes => ({
  ...updateTypesOf(optimiser, averages.length),
  ...familyTypes(familiesOf(averages.length), layout),
  ...(precision === 'mixed' ? scalingTypes : {}),
});

function nextState(inputs: Tensors, gradients: Tensors, loss: Tensor, layout: Layout, run: RunConfig): Tensors {
  const updated = updateState(inputs, gradients, loss, layout, run.optimiser, run.averages.length);
  return run.precision === 'mixed' ? { ...updated, ...nextScaling(inputs, updated['committed']!) } : updated;
}

/** A whole step: the batch, the rates and the state in; losses, `residuals`, `gradNorm`, `committed` and the next state out. */
export function trainingStep(run: RunConfig, shape: LatentShape, layout: Layout): TypedFunction {
  return {
    fn: (inputs) => {
      const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
      const { losses, gradients, reported } = lossAndGradients(parameters, inputs, run);
      return { ...losses, ...reported, ...nextState(inputs, pack(gradients, layout), losses.loss, layout, run) };
    },
    types: { ...batchTypes(run, run.batchSize, shape), ...stateTypes(layout, run) },
  };
}

export const trainingGraph = (run: RunConfig, shape: LatentShape, layout: Layout): Graph =>
  traceRun('training step', trainingStep(run, shape, layout), run);

/** The graphs of a step on `rows` rows at once, in the order they run: one, or one for each part of the batch and one for the update. */
export function stepGraphs(run: RunConfig, shape: LatentShape, layout: Layout, rows: number): Graph[] {
  return rows === run.batchSize
    ? [trainingGraph(run, shape, layout)]
    : [gradientGraph(run, shape, layout, rows), updateGraph(run, layout)];
}

/** What gradients of parts of a batch are added up in, next to the state of `familiesOf`. */
const sumFamilies = ['gradients'] as const;
const sumTypes = (run: RunConfig, layout: Layout): TensorTypes => ({
  ...familyTypes(sumFamilies, layout),
  ...Object.fromEntries(lossNames(run).map((name) => [`sums/${name}`, float()])),
});

/** Adds the loss and the gradients of `rows` rows to the sums, and reports their `residuals`. With the host's weights for the whole batch the sums are the batch's. */
export function gradientStep(run: RunConfig, shape: LatentShape, layout: Layout, rows: number): TypedFunction {
  return {
    fn: (inputs) => {
      const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
      const { losses, gradients, reported } = lossAndGradients(parameters, inputs, run);
      const packed = pack(gradients, layout);
      const sums = familyOf(inputs, 'gradients', layout);
      return {
        ...reported,
        ...Object.fromEntries(
          lossNames(run).map((name) => [`sums/${name}`, ops.add(inputs[`sums/${name}`]!, losses[name]!)]),
        ),
        ...asFamily(
          'gradients',
          Object.fromEntries(layout.map(({ name }) => [name, ops.add(sums[name]!, packed[name]!)])),
        ),
      };
    },
    types: {
      ...batchTypes(run, rows, shape),
      ...familyTypes(['parameters'], layout),
      ...sumTypes(run, layout),
      ...(run.precision === 'mixed' ? scaleType : {}),
    },
  };
}

export const gradientGraph = (run: RunConfig, shape: LatentShape, layout: Layout, rows: number): Graph =>
  traceRun('gradients of a micro-batch', gradientStep(run, shape, layout, rows), run);

/** Updates with the sums and empties them. Outputs are those of `trainingGraph`. */
export function updateGraph(run: RunConfig, layout: Layout): Graph {
  const fn: TensorFunction = (inputs) => {
    const losses = Object.fromEntries(lossNames(run).map((name) => [name, inputs[`sums/${name}`]!]));
    const gradients = familyOf(inputs, 'gradients', layout);
    const zeros = ({ shape }: { readonly shape: readonly number[] }) => ops.broadcastTo(ops.scalar(0), [...shape]);
    return {
      ...losses,
      ...nextState(inputs, gradients, losses['loss']!, layout, run),
      ...Object.fromEntries(lossNames(run).map((name) => [`sums/${name}`, ops.scalar(0)])),
      ...asFamily('gradients', Object.fromEntries(layout.map((chunk) => [chunk.name, zeros(chunk)]))),
    };
  };
  return traceRun('update', { fn, types: { ...stateTypes(layout, run), ...sumTypes(run, layout) } }, run);
}

/** Zeros for `sumTypes`. */
export function emptySums(run: RunConfig, layout: Layout): { name: string; shape: number[]; data: Float32Array }[] {
  return [
    ...lossNames(run).map((name) => ({ name: `sums/${name}`, shape: [], data: new Float32Array(1) })),
    ...layout.map(({ name, shape }) => ({
      name: `gradients/${name}`,
      shape: [...shape],
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    })),
  ];
}

/**
 * Student − teacher of `rows` rows without gradient: the output `residual` [rows, …shape]. It takes `x_0`, `noise`, the levels of
 * `Teaching.inputs`, classes, and the weights (`parameters/…`) of a run's state.
 */
export function residualStep(run: RunConfig, shape: LatentShape, layout: Layout, rows: number): TypedFunction {
  const { teaching } = objectiveOf(run);
  assertThat(teaching !== undefined, 'an objective with a teacher', run.objective.kind);
  const network = networkOf(run);
  return {
    fn: (inputs) => {
      const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
      return { residual: teaching.residual(networkFunction(network, inputs['classes']), parameters, inputs) };
    },
    types: {
      x_0: float(rows, ...shape),
      noise: float(rows, ...shape),
      ...teaching.types(rows),
      ...classTypes(network, rows),
      ...familyTypes(['parameters'], layout),
    },
  };
}

/** In the precision of the run's steps. */
export const residualGraph = (run: RunConfig, shape: LatentShape, layout: Layout, rows: number): Graph =>
  traceRun('student and teacher', residualStep(run, shape, layout, rows), run);

/** One-hot rows of the null class. */
function nullClasses(rows: number, count: number): Tensor {
  const row = new Float32Array(count + 1);
  row[count] = 1;
  return ops.broadcastTo(ops.constant(row, [1, count + 1]), [rows, count + 1]);
}

/**
 * Outputs `x` = c_skip·x + c_out·F(c_in·x, time) for `batch` rows, with the averaged weights (`ema/…`) of a run's state; the
 * coefficients are scalars, and `time` one row, for all of them (objectives/objective.ts, SamplingStep). A network that is told
 * classes takes `classes`, one-hot; the `guided` graph asks it twice and takes the scalar `guidance`, too.
 */
export function samplingGraph(
  network: NetworkConfig,
  shape: LatentShape,
  batch: number,
  layout: Layout,
  guidedByClass = false,
): Graph {
  const embedding = noiseEmbeddingSize(network);
  return trace(
    guidedByClass ? 'guided sampling step' : 'sampling step',
    (inputs) => {
      const ema = unpack(familyOf(inputs, 'ema', layout), layout);
      const time = ops.broadcastTo(inputs['time']!, [batch, embedding]);
      const scaled = ops.mul(inputs['x']!, inputs['c_in']!);
      const F_class = networkOutput(ema, scaled, time, network, inputs['classes']);
      const F_x = guidedByClass
        ? guided(
            F_class,
            networkOutput(ema, scaled, time, network, nullClasses(batch, network.classes!)),
            inputs['guidance']!,
          )
        : F_class;
      return { x: ops.add(ops.mul(inputs['x']!, inputs['c_skip']!), ops.mul(F_x, inputs['c_out']!)) };
    },
    {
      x: float(batch, ...shape),
      c_in: float(),
      c_skip: float(),
      c_out: float(),
      time: float(1, embedding),
      ...classTypes(network, batch),
      ...(guidedByClass ? { guidance: float() } : {}),
      ...familyTypes(['ema'], layout),
    },
  );
}
