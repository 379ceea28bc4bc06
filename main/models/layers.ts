/** Layers that networks share. Weights are laid out as PyTorch's: linear [out, in], convolution [out, in, k, k]. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { xavier } from './parameters.ts';

/** A parameter by name; a network that asks for one it has not declared is a fault of the network. */
export function parameter(p: Parameters, name: string): Tensor {
  const found = p[name];
  if (!found) throw new RangeError(`internal: the network has no parameter ${name}`);
  return found;
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

/** x [batch, in, h, w] → [batch, out, h, w], with parameters `name.weight` [out, in, k, k] and `name.bias` [out]. */
export function convolution(p: Parameters, name: string, x: Tensor): Tensor {
  const weight = parameter(p, `${name}.weight`);
  return ops.add(ops.conv2d(x, weight), ops.reshape(parameter(p, `${name}.bias`), [weight.shape[0], 1, 1]));
}

/** [batch, c, h·f, w·f] → [batch, c·f², h, w]: each f × f block of cells becomes channels. */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const blocks = ops.reshape(x, [batch, channels, height / factor, factor, width / factor, factor]);
  return ops.reshape(ops.transpose(blocks, [0, 1, 3, 5, 2, 4]), [
    batch,
    channels * factor * factor,
    height / factor,
    width / factor,
  ]);
}

/** [batch, c·f², h, w] → [batch, c, h·f, w·f]: the inverse of `pixelUnshuffle`. */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number];
  const out = channels / (factor * factor);
  const blocks = ops.reshape(x, [batch, out, factor, factor, height, width]);
  return ops.reshape(ops.transpose(blocks, [0, 1, 4, 2, 5, 3]), [batch, out, height * factor, width * factor]);
}
