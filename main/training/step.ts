/**
 * One step of latent consistency training as graphs: student, teacher, loss, RAdam, EMA.
 * The teacher is the student without gradient at the next smaller noise level, on the same noise (method §1.6).
 * A step is one graph, or, where its activations don't fit, one that adds up gradients of a part of the batch and one that updates.
 */
import { consistencyLoss, diffusionLoss } from '../consistency/loss.ts';
import { networkOutput, networkSpecs, noiseEmbeddingSize } from '../models/network.ts';
import type { LatentShape, NetworkConfig } from '../models/network.ts';
import type { Parameters } from '../models/parameters.ts';
import type { Layout, LayoutKind } from '../optim/layout.ts';
import { layoutOf, pack, unpack } from '../optim/layout.ts';
import { asFamily, familyOf, familyTypes, stateFamilies, updateState, updateTypes } from '../optim/update.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { mixedPrecision } from '../tensor/passes/mixed-precision.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { TensorFunction, Tensors, TensorTypes } from '../tensor/trace/trace.ts';
import { nextScaling, scaleOf, scaleType, scalingTypes } from './loss-scaling.ts';
import type { RunConfig } from './schema.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

const noiseTypes = (prefix: string, batch: number, network: NetworkConfig): TensorTypes => ({
  [`${prefix}.sigma`]: float(batch, 1, 1, 1),
  [`${prefix}.c_skip`]: float(batch, 1, 1, 1),
  [`${prefix}.c_out`]: float(batch, 1, 1, 1),
  [`${prefix}.c_in`]: float(batch, 1, 1, 1),
  [`${prefix}.time`]: float(batch, noiseEmbeddingSize(network)),
});

/**
 * f(x, σ) = c_skip·x + c_out·F(c_in·x, c_noise), with the coefficients from the host in double precision.
 * Source: Song et al., 2023, Consistency Models, Eq. 5, arXiv:2303.01469
 */
function consistencyFunction(p: Parameters, x: Tensor, inputs: Tensors, at: string, network: NetworkConfig): Tensor {
  const F_x = networkOutput(p, ops.mul(x, inputs[`${at}.c_in`]!), inputs[`${at}.time`]!, network);
  return ops.add(ops.mul(x, inputs[`${at}.c_skip`]!), ops.mul(F_x, inputs[`${at}.c_out`]!));
}

/** How a run's parameters lie on a device. */
export const runLayout = (network: NetworkConfig, shape: LatentShape, kind: LayoutKind): Layout =>
  layoutOf(kind, networkSpecs(network, shape));

/** Inputs that hold `rows` rows of a batch. */
const batchTypes = (rows: number, shape: LatentShape, network: NetworkConfig): TensorTypes => ({
  x_0: float(rows, ...shape),
  noise: float(rows, ...shape),
  ...noiseTypes('t', rows, network),
  ...noiseTypes('r', rows, network),
  pairWeights: float(rows),
  diffusionWeights: float(rows),
  c: float(),
});

const lossNames = ['loss', 'consistencyLoss', 'diffusionLoss'] as const;
type Losses = Record<(typeof lossNames)[number], Tensor>;

/** The loss of `batchTypes` inputs, and its gradients by parameter. */
function lossAndGradients(
  parameters: Parameters,
  inputs: Tensors,
  run: RunConfig,
): { losses: Losses; gradients: Parameters } {
  const { x_0, noise } = inputs;
  const scale = scaleOf(inputs);
  const x_t = ops.add(x_0!, ops.mul(noise!, inputs['t.sigma']!));
  const x_r = ops.add(x_0!, ops.mul(noise!, inputs['r.sigma']!));
  // Outside the loss, so that no gradient flows through it.
  const teacher = consistencyFunction(parameters, x_r, inputs, 'r', run.network);
  const { value, grads, parts } = ops.valueGradsAndParts((p: Parameters) => {
    const student = consistencyFunction(p, x_t, inputs, 't', { ...run.network, recompute: run.recompute });
    const consistency = consistencyLoss(student, teacher, inputs['pairWeights']!, inputs['c']!);
    const diffusion = diffusionLoss(student, x_0!, inputs['diffusionWeights']!);
    const loss = ops.add(consistency, ops.mul(diffusion, run.diffusionLoss.weight));
    return {
      value: scale ? ops.mul(loss, scale) : loss,
      parts: { consistencyLoss: consistency, diffusionLoss: diffusion },
    };
  }, parameters);
  const unscaled = (x: Tensor): Tensor => (scale ? ops.div(x, scale) : x);
  return {
    losses: { loss: unscaled(value), ...parts },
    gradients: Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, unscaled(gradient)])),
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
const stateTypes = (layout: Layout, { precision }: RunConfig): TensorTypes => ({
  ...updateTypes,
  ...familyTypes(stateFamilies, layout),
  ...(precision === 'mixed' ? scalingTypes : {}),
});

function nextState(inputs: Tensors, gradients: Tensors, loss: Tensor, layout: Layout, run: RunConfig): Tensors {
  const updated = updateState(inputs, gradients, loss, layout, run.optimiser);
  return run.precision === 'mixed' ? { ...updated, ...nextScaling(inputs, updated['committed']!) } : updated;
}

/** A whole step: the batch, the rates and the state in; losses, `gradNorm`, `committed` and the next state out. */
export function trainingStep(run: RunConfig, shape: LatentShape, layout: Layout): TypedFunction {
  return {
    fn: (inputs) => {
      const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
      const { losses, gradients } = lossAndGradients(parameters, inputs, run);
      return { ...losses, ...nextState(inputs, pack(gradients, layout), losses.loss, layout, run) };
    },
    types: { ...batchTypes(run.batchSize, shape, run.network), ...stateTypes(layout, run) },
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

/** What gradients of parts of a batch are added up in, next to the state of `stateFamilies`. */
const sumFamilies = ['gradients'] as const;
const sumTypes = (layout: Layout): TensorTypes => ({
  ...familyTypes(sumFamilies, layout),
  ...Object.fromEntries(lossNames.map((name) => [`sums/${name}`, float()])),
});

/** Adds the loss and the gradients of `rows` rows to the sums. With the host's weights for the whole batch the sums are the batch's. */
export function gradientStep(run: RunConfig, shape: LatentShape, layout: Layout, rows: number): TypedFunction {
  return {
    fn: (inputs) => {
      const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
      const { losses, gradients } = lossAndGradients(parameters, inputs, run);
      const packed = pack(gradients, layout);
      const sums = familyOf(inputs, 'gradients', layout);
      return {
        ...Object.fromEntries(
          lossNames.map((name) => [`sums/${name}`, ops.add(inputs[`sums/${name}`]!, losses[name])]),
        ),
        ...asFamily(
          'gradients',
          Object.fromEntries(layout.map(({ name }) => [name, ops.add(sums[name]!, packed[name]!)])),
        ),
      };
    },
    types: {
      ...batchTypes(rows, shape, run.network),
      ...familyTypes(['parameters'], layout),
      ...sumTypes(layout),
      ...(run.precision === 'mixed' ? scaleType : {}),
    },
  };
}

export const gradientGraph = (run: RunConfig, shape: LatentShape, layout: Layout, rows: number): Graph =>
  traceRun('gradients of a micro-batch', gradientStep(run, shape, layout, rows), run);

/** Updates with the sums and empties them. Outputs are those of `trainingGraph`. */
export function updateGraph(run: RunConfig, layout: Layout): Graph {
  const fn: TensorFunction = (inputs) => {
    const losses = Object.fromEntries(lossNames.map((name) => [name, inputs[`sums/${name}`]!])) as Losses;
    const gradients = familyOf(inputs, 'gradients', layout);
    const zeros = ({ shape }: { readonly shape: readonly number[] }) => ops.broadcastTo(ops.scalar(0), [...shape]);
    return {
      ...losses,
      ...nextState(inputs, gradients, losses.loss, layout, run),
      ...Object.fromEntries(lossNames.map((name) => [`sums/${name}`, ops.scalar(0)])),
      ...asFamily('gradients', Object.fromEntries(layout.map((chunk) => [chunk.name, zeros(chunk)]))),
    };
  };
  return traceRun('update', { fn, types: { ...stateTypes(layout, run), ...sumTypes(layout) } }, run);
}

/** Zeros for `sumTypes`. */
export function emptySums(layout: Layout): { name: string; shape: number[]; data: Float32Array }[] {
  return [
    ...lossNames.map((name) => ({ name: `sums/${name}`, shape: [], data: new Float32Array(1) })),
    ...layout.map(({ name, shape }) => ({
      name: `gradients/${name}`,
      shape: [...shape],
      data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
    })),
  ];
}

/** Outputs `x`: f of `batch` noisy latents `x` at `at.…`, with the averaged weights (`ema/…`) of a run's state. */
export function samplingGraph(network: NetworkConfig, shape: LatentShape, batch: number, layout: Layout): Graph {
  return trace(
    'sampling step',
    (inputs) => {
      const ema = unpack(familyOf(inputs, 'ema', layout), layout);
      return { x: consistencyFunction(ema, inputs['x']!, inputs, 'at', network) };
    },
    { x: float(batch, ...shape), ...noiseTypes('at', batch, network), ...familyTypes(['ema'], layout) },
  );
}
