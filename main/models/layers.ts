/** Layers that networks share. Weights are laid out as PyTorch's: linear [out, in]. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Initialiser, ParameterSpec, Parameters } from './parameters.ts';
import { xavier } from './parameters.ts';

/** A parameter by name; a network that asks for one it has not declared is a fault of the network. */
export function parameter(p: Parameters, name: string): Tensor {
  const found = p[name];
  if (!found) throw new RangeError(`internal: the network has no parameter ${name}`);
  return found;
}

/**
 * block(p, ...inputs), a part of a network whose parameters are those below `name`. With `recompute` only its inputs are kept for
 * the gradient, and its activations are computed twice.
 */
export function applyBlock(
  recompute: boolean | undefined,
  p: Parameters,
  name: string,
  block: (p: Parameters, ...inputs: Tensor[]) => Tensor,
  ...inputs: Tensor[]
): Tensor {
  if (!recompute) return block(p, ...inputs);
  const names = Object.keys(p).filter((key) => key.startsWith(`${name}.`));
  const fn = (...all: Tensor[]) => {
    const own = Object.fromEntries(names.map((key, i) => [key, all[inputs.length + i]!]));
    return block(own, ...all.slice(0, inputs.length));
  };
  return ops.recomputed(fn, inputs, names.map((key) => p[key]!)); // prettier-ignore
}

/** x [..., in] → x·Wᵀ + b [..., out], with parameters `name.weight` [out, in] and `name.bias` [out]. */
export function linear(p: Parameters, name: string, x: Tensor): Tensor {
  const weight = parameter(p, `${name}.weight`);
  const [out, into] = weight.shape as [number, number];
  const rows = ops.reshape(x, [-1, into]);
  const y = ops.add(ops.matMul(rows, weight, false, true), parameter(p, `${name}.bias`));
  return ops.reshape(y, [...x.shape.slice(0, -1), out]);
}

/** Parameters of `linear`; the bias starts at 0. */
export function linearSpecs(name: string, into: number, out: number, start = xavier([out, into])): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [out, into], start },
    { name: `${name}.bias`, shape: [out], start: { kind: 'zeros' } },
  ];
}

/**
 * Each channel's own 3 × 3 convolution with zero padding, channels last: x [batch, h, w, channels] → the same shape.
 * Parameters `name.weight` [9, channels] (row by row) and `name.bias` [channels].
 */
export function depthwise(p: Parameters, name: string, x: Tensor): Tensor {
  const weight = parameter(p, `${name}.weight`);
  const filter = ops.reshape(ops.transpose(weight, [1, 0]), [weight.shape[1]!, 1, 3, 3]);
  const y = ops.depthwiseConv2d(ops.transpose(x, [0, 3, 1, 2]), filter);
  // The bias is added where a runtime can make it a part of the convolution.
  return ops.transpose(ops.add(y, perChannel(parameter(p, `${name}.bias`))), [0, 2, 3, 1]);
}

/** Parameters of `depthwise`. */
export function depthwiseSpecs(name: string, channels: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [9, channels], start: { kind: 'normal', std: 0.15 } },
    { name: `${name}.bias`, shape: [channels], start: { kind: 'zeros' } },
  ];
}

export const weightAndBias = (name: string, shape: readonly number[], start: Initialiser): ParameterSpec[] => [
  { name: `${name}.weight`, shape, start },
  { name: `${name}.bias`, shape: [shape[0]!], start },
];

/** Weights [out, …] and biases [out] uniform in ±1/√fan_in, as PyTorch's layers start. */
export const layerSpecs = (name: string, shape: readonly number[]): ParameterSpec[] =>
  weightAndBias(name, shape, pytorchStart(shape));
const pytorchStart = (shape: readonly number[]): Initialiser => {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  return { kind: 'uniform', bound: 1 / Math.sqrt(fanIn) };
};

/** [channels] as [channels, 1, 1]. */
export const perChannel = (x: Tensor): Tensor => ops.reshape(x, [x.shape[0], 1, 1]);

/** Convolution of x [batch, in, h, w] with `name.weight` [out, in, k, k], plus `name.bias` [out] where the network has one. */
export function convolution(
  p: Parameters,
  name: string,
  x: Tensor,
  window: { readonly stride?: 1 | 2; readonly padding?: number } = {},
): Tensor {
  const y = ops.conv2d(x, parameter(p, `${name}.weight`), window.stride, window.padding);
  const bias = p[`${name}.bias`];
  return bias ? ops.add(y, perChannel(bias)) : y;
}

/** Parameters of a convolution with a bias: a filter of `kernel` × `kernel`. */
export const convolutionSpecs = (name: string, into: number, out: number, kernel = 3): ParameterSpec[] =>
  layerSpecs(name, [out, into, kernel, kernel]);

/** Parameters of a convolution without a bias. */
export const plainConvolutionSpecs = (name: string, into: number, out: number, kernel = 3): ParameterSpec[] =>
  layerSpecs(name, [out, into, kernel, kernel]).slice(0, 1);
