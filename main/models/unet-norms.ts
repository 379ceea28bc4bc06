/**
 * The norms that a U-Net can have, all with eps 1e-5: what each averages over, and what it learns.
 *
 * Source  Dao et al., 2025, arXiv:2502.01441 (Non-scaling LayerNorm, and the comparison of norms); Ba et al., 2016,
 *         arXiv:1607.06450 (LayerNorm); Wu & He, 2018, arXiv:1803.08494 (GroupNorm); Ulyanov et al., 2016,
 *         arXiv:1607.08022 (instance norm); Zhang & Sennrich, 2019, arXiv:1910.07467 (RMSNorm)
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { parameter, perChannel } from './layers.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import type { UnetConfig } from './unet-blocks.ts';

type Kind = UnetConfig['norm'];
/** One number for each channel, [channels], or for each element of a sample, [channels, side, side]. */
type Extent = 'channel' | 'element';

const eps = 1e-5;
const overSample = ops.layerNormalise([1, 2, 3], eps);
const overPlaces = ops.layerNormalise([2, 3], eps);
const overLast = ops.layerNormalise([2], eps);
const rmsOverLast = ops.rmsNormalise(eps);

/** min(32, channels/4) groups, as in EDM. */
const overGroups = (x: Tensor): Tensor => {
  const [batch, channels] = x.shape as [number, number];
  return ops.reshape(overLast(ops.reshape(x, [batch, Math.min(32, channels / 4), -1])), x.shape);
};

/** x / √(mean(x²) + eps) over the whole sample: nothing is centred. */
const rmsOverSample = (x: Tensor): Tensor => ops.reshape(rmsOverLast(ops.reshape(x, [x.shape[0], -1])), x.shape);

interface Norm {
  readonly normalise: (x: Tensor) => Tensor;
  readonly gain?: Extent;
  readonly bias?: Extent;
}
const norms: Readonly<Record<Kind, Norm>> = {
  nonScaling: { normalise: overSample, bias: 'element' },
  layer: { normalise: overSample, gain: 'element', bias: 'element' },
  group: { normalise: overGroups, gain: 'channel', bias: 'channel' },
  instance: { normalise: overPlaces, gain: 'channel', bias: 'channel' },
  // The method's comparison does not say what its RMSNorm learns; one gain for each channel is the usual form.
  rms: { normalise: rmsOverSample, gain: 'channel' },
};

/** `name.weight` and `name.bias`, as far as this kind has them, for x of [batch, channels, side, side]. */
export function unetNormSpecs(name: string, channels: number, side: number, kind: Kind): ParameterSpec[] {
  const { gain, bias } = norms[kind];
  const shapeOf = (extent: Extent) => (extent === 'channel' ? [channels] : [channels, side, side]);
  return [
    ...(gain ? [{ name: `${name}.weight`, shape: shapeOf(gain), start: { kind: 'ones' } } as const] : []),
    ...(bias ? [{ name: `${name}.bias`, shape: shapeOf(bias), start: { kind: 'zeros' } } as const] : []),
  ];
}

/** normalise(x) · gain + bias, x [batch, channels, side, side]. */
export function unetNorm(p: Parameters, name: string, x: Tensor, kind: Kind): Tensor {
  const { normalise, gain, bias } = norms[kind];
  const learned = (part: string, extent: Extent) =>
    extent === 'channel' ? perChannel(parameter(p, `${name}.${part}`)) : parameter(p, `${name}.${part}`);
  const normed = normalise(x);
  const scaled = gain ? ops.mul(normed, learned('weight', gain)) : normed;
  return bias ? ops.add(scaled, learned('bias', bias)) : scaled;
}
