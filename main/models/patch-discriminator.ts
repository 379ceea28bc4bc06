/**
 * A discriminator of patches: a small convolutional network that says for each patch of a picture how real it looks. Its
 * receptive field, not the picture, is what it judges, so it works at every size.
 *
 * Source  Isola et al., 2017, Image-to-Image Translation with Conditional Adversarial Networks, section 3.2.2, arXiv:1611.07004
 * Differs 3 × 3 filters, of which the runtimes have fast ones, and no batch normalisation: pictures of a batch do not judge each other
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { parameter } from './layers.ts';
import { xavier } from './parameters.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';

const layers = [
  { into: 3, out: 32, stride: 2 },
  { into: 32, out: 64, stride: 2 },
  { into: 64, out: 128, stride: 2 },
  { into: 128, out: 1, stride: 1 },
] as const;

export const discriminatorSpecs: readonly ParameterSpec[] = layers.flatMap(({ into, out }, i): ParameterSpec[] => {
  const shape = [out, into, 3, 3];
  return [
    { name: `discriminator.${i}.weight`, shape, start: xavier(shape) },
    { name: `discriminator.${i}.bias`, shape: [out], start: { kind: 'zeros' } },
  ];
});

const leakyRelu = (x: Tensor): Tensor => ops.sub(ops.relu(x), ops.mul(ops.relu(ops.neg(x)), 0.2));

/** x [batch, 3, h, w] in [−1, 1] → [batch, 1, h/8, w/8]: above 0 where a patch looks real. */
export function discriminate(p: Parameters, x: Tensor): Tensor {
  return layers.reduce((y, { out, stride }, i) => {
    const convolved = ops.conv2d(y, parameter(p, `discriminator.${i}.weight`), stride);
    const biased = ops.add(convolved, ops.reshape(parameter(p, `discriminator.${i}.bias`), [1, out, 1, 1]));
    return i === layers.length - 1 ? biased : leakyRelu(biased);
  }, x);
}
