/** A training step as labs know it: network, a robust loss, RAdam, and one moving average of the weights. */
import type { NamedTensor, TensorData } from '../engine/contract.ts';
import { pack, packValues, unpack } from '../optim/layout.ts';
import type { Layout } from '../optim/layout.ts';
import { radamRates } from '../optim/radam.ts';
import type { OptimiserConfig } from '../optim/optimiser.ts';
import { familyOf, familyTypes, stateFamilies, updateState, updateTypes } from '../optim/update.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { mixedPrecision } from '../tensor/passes/mixed-precision.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { TensorFunction, TensorTypes } from '../tensor/trace/trace.ts';
import { initialScaling, nextScaling, scaleOf, scalingTypes } from '../training/loss-scaling.ts';
import { runConfigSchema } from '../training/schema.ts';
import type { RunConfig } from '../training/schema.ts';
import { fill, inputStreams, sizeOf, startsOf, startValues } from './fill.ts';
import type { Network } from './networks.ts';

export const optimiser: OptimiserConfig = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 };
export const emaRate = 0.999;

export const precisionSchema = runConfigSchema.shape.precision;
export type Precision = RunConfig['precision'];

/** The Cauchy loss log(1 + r/2c²) of each sample's squared error r, averaged; c = 0.1. */
function lossOf(prediction: Tensor, target: Tensor): Tensor {
  const axes = prediction.shape.map((_, axis) => axis).slice(1);
  const r = ops.sum(ops.square(ops.sub(prediction, target)), axes);
  return ops.mean(ops.log(ops.add(ops.div(r, 2 * 0.1 * 0.1), 1)));
}

/** The step as a function of batch, rates and state; outputs `loss` and the next state. In mixed precision it scales the loss. */
export function stepFunction(network: Network, layout: Layout): TensorFunction {
  return (inputs) => {
    const scale = scaleOf(inputs);
    const parameters = unpack(familyOf(inputs, 'parameters', layout), layout);
    const { value, grads } = ops.valueAndGrads((p: typeof parameters) => {
      const loss = lossOf(network.forward(p, inputs['x']!, inputs['time']!), inputs['y']!);
      return scale ? ops.mul(loss, scale) : loss;
    }, parameters);
    const unscaled = (x: Tensor): Tensor => (scale ? ops.div(x, scale) : x);
    const loss = unscaled(value);
    const gradients = Object.fromEntries(Object.entries(grads).map(([name, gradient]) => [name, unscaled(gradient)]));
    const updated = updateState(inputs, pack(gradients, layout), loss, layout, optimiser);
    return { loss, ...updated, ...(scale ? nextScaling(inputs, updated['committed']!) : {}) };
  };
}

const float = (shape: readonly number[]) => ({ dtype: 'float32', shape }) as const;

/** Types of everything a step takes, for batches of this size. */
const stepTypes = (network: Network, layout: Layout, batch: number, precision: Precision): TensorTypes => ({
  x: float([batch, ...network.x]),
  time: float([batch, ...network.time]),
  y: float([batch, ...network.x]),
  ...updateTypes,
  ...familyTypes(stateFamilies, layout),
  ...(precision === 'mixed' ? scalingTypes : {}),
});

/** The step as a graph in this precision. */
export function stepGraph(network: Network, layout: Layout, batch: number, precision: Precision): Graph {
  const graph = trace('bench step', stepFunction(network, layout), stepTypes(network, layout, batch, precision));
  return precision === 'mixed' ? mixedPrecision(optimise(graph)) : graph;
}

type Values = Record<string, TensorData>;
const tensor = (shape: readonly number[], data: Float32Array): TensorData => ({
  dtype: 'float32',
  shape: [...shape],
  data,
});

/** The batch that all sides train on, made from the shared numbers. */
export function batchValues(network: Network, batch: number): Values {
  const shapes = { x: network.x, time: network.time, y: network.x };
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      tensor([batch, ...shape], fill(batch * sizeOf(shape), inputStreams + i)),
    ]),
  );
}

/** The rates of update number `update` (from 1). */
export function rateValues(update: number): Values {
  const { adaptive, momentum } = radamRates(update, optimiser);
  const scalar = (value: number) => tensor([], Float32Array.of(value));
  return { adaptive: scalar(adaptive), momentum: scalar(momentum), emaTake: scalar(1 - emaRate) };
}

/** The state before the first step: moments 0, the average equal to the weights. */
export function stateValues(network: Network, layout: Layout, precision: Precision): NamedTensor[] {
  const starts = startsOf(network.specs);
  const families = stateFamilies.flatMap((family) => {
    const isMoment = family === 'm' || family === 'v';
    const values = starts.map((start, index): [string, Float32Array] => [
      start.name,
      isMoment ? new Float32Array(sizeOf(start.shape)) : startValues(start, index),
    ]);
    return packValues(new Map(values), layout).map(({ name, shape, data }) => ({
      name: `${family}/${name}`,
      shape: [...shape],
      data,
    }));
  });
  return precision === 'mixed' ? [...families, ...initialScaling()] : families;
}
