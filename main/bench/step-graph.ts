/** A training step as labs know it: network, a robust loss, RAdam, and one moving average of the weights. */
import { emaUpdate } from '../optim/ema.ts';
import { radamRates, radamUpdate } from '../optim/radam.ts';
import type { RAdamConfig } from '../optim/radam.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { TensorFunction, TensorTypes } from '../tensor/trace/trace.ts';
import { fill, inputStreams, sizeOf, startsOf, startValues } from './fill.ts';
import type { Network } from './networks.ts';

export const optimiser: RAdamConfig = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0 };
export const emaRate = 0.999;

const families = ['parameters', 'm', 'v', 'ema'] as const;
const float = (shape: readonly number[]) => ({ dtype: 'float32', shape }) as const;

/** The Cauchy loss log(1 + r/2c²) of each sample's squared error r, averaged; c = 0.1. */
export function lossOf(prediction: Tensor, target: Tensor): Tensor {
  const axes = prediction.shape.map((_, axis) => axis).slice(1);
  const r = ops.sum(ops.square(ops.sub(prediction, target)), axes);
  return ops.mean(ops.log(ops.add(ops.div(r, 2 * 0.1 * 0.1), 1)));
}

/** The step as a function of batch, rates and state; outputs `loss` and the next state. */
export function stepFunction(network: Network): TensorFunction {
  const names = network.specs.map(({ name }) => name);
  return (inputs) => {
    const family = (prefix: string) => Object.fromEntries(names.map((name) => [name, inputs[`${prefix}/${name}`]!]));
    const [parameters, m, v, ema] = families.map(family) as [Tensors, Tensors, Tensors, Tensors];
    const { value, grads } = ops.valueAndGrads(
      (p: Tensors) => lossOf(network.forward(p, inputs['x']!, inputs['time']!), inputs['y']!),
      parameters,
    );
    const rates = { adaptive: inputs['adaptive']!, momentum: inputs['momentum']! };
    const next = names.flatMap((name): [string, Tensor][] => {
      const updated = radamUpdate(
        { parameter: parameters[name]!, m: m[name]!, v: v[name]! },
        grads[name]!,
        rates,
        optimiser,
      );
      return [
        [`parameters/${name}`, updated.parameter],
        [`m/${name}`, updated.m],
        [`v/${name}`, updated.v],
        [`ema/${name}`, emaUpdate(ema[name]!, updated.parameter, inputs['emaTake']!)],
      ];
    });
    return { loss: value, ...Object.fromEntries(next) };
  };
}
type Tensors = Readonly<Record<string, Tensor>>;

/** Types of everything a step takes, for batches of this size. */
export function stepTypes(network: Network, batch: number): TensorTypes {
  return {
    x: float([batch, ...network.x]),
    time: float([batch, ...network.time]),
    y: float([batch, ...network.x]),
    adaptive: float([]),
    momentum: float([]),
    emaTake: float([]),
    ...Object.fromEntries(
      families.flatMap((family) => network.specs.map(({ name, shape }) => [`${family}/${name}`, float(shape)])),
    ),
  };
}

type Values = Record<string, { dtype: 'float32'; shape: number[]; data: Float32Array }>;
const tensor = (shape: readonly number[], data: Float32Array) => ({
  dtype: 'float32' as const,
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

/** The state before the first step. */
export function stateValues(network: Network): { name: string; shape: number[]; data: Float32Array }[] {
  const starts = startsOf(network.specs);
  return families.flatMap((family) =>
    starts.map((start, index) => ({
      name: `${family}/${start.name}`,
      shape: [...start.shape],
      data: family === 'm' || family === 'v' ? new Float32Array(sizeOf(start.shape)) : startValues(start, index),
    })),
  );
}
