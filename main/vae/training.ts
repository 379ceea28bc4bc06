/**
 * One training step of a VAE as a traceable function: a sample of the posterior is decoded and compared; RAdam, EMA.
 *
 *   z = mean + exp(½ logVariance)·eps,   L = compare(decode(z), x) + klWeight · mean KL(q(z|x) ‖ N(0, 1))
 *
 * Source  Kingma & Welling, 2014, Auto-Encoding Variational Bayes, Eqs. 7 and 10, arXiv:1312.6114
 * Differs means over elements, so that klWeight does not depend on the picture size
 */
import type { Autoencoder } from '../models/autoencoder.ts';
import { discriminate } from '../models/patch-discriminator.ts';
import type { Parameters } from '../models/parameters.ts';
import { pack, unpack } from '../optim/layout.ts';
import type { Layout } from '../optim/layout.ts';
import type { OptimiserGraphConfig } from '../optim/optimiser.ts';
import { familyOf, updateState } from '../optim/update.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Tensors } from '../tensor/trace/trace.ts';
import { multiScaleSimilarity } from './structure.ts';

/** What reconstructions cost beside the KL divergence, and what a person wants to know of them. */
export type Comparison = (reconstruction: Tensor, x: Tensor) => { value: Tensor; parts: Tensors };

/** The squared error of each picture, [batch]. */
const squaredErrors = (reconstruction: Tensor, x: Tensor): Tensor =>
  ops.mean(ops.square(ops.sub(reconstruction, x)), [1, 2, 3]);

/**
 * The logarithm of each picture's squared error (a Gaussian whose variance is the picture's best one): otherwise the few pictures of fine
 * texture, which no VAE of this size keeps, hold most of the gradient. The starter VAE's.
 */
export const logarithmicError: Comparison = (reconstruction, x) => {
  const errors = squaredErrors(reconstruction, x);
  return { value: ops.mean(ops.log(errors)), parts: { squaredError: ops.mean(errors) } };
};

const absolute = (x: Tensor): Tensor => ops.add(ops.relu(x), ops.relu(ops.neg(x)));

/**
 * l1 · mean |x − x̂| + structure · (1 − MS-SSIM) + psnr · the logarithmic error above.
 *
 * Source  Zhao et al., 2017, Loss Functions for Image Restoration with Neural Networks, Eq. 9 (the first two), arXiv:1511.08861
 * Differs the mean of absolute differences is not weighted by a Gaussian; the third term, without which pictures come back sharper, but
 *         with a lower PSNR than the starter VAE's (README)
 */
export const weighedDifferences =
  (weights: { readonly l1: number; readonly structure: number; readonly psnr: number }): Comparison =>
  (reconstruction, x) => {
    const l1 = ops.mean(absolute(ops.sub(reconstruction, x)));
    const structure = ops.sub(1, ops.mean(multiScaleSimilarity(reconstruction, x)));
    const logSquaredError = ops.mean(ops.log(squaredErrors(reconstruction, x)));
    return {
      value: ops.addAll([
        ops.mul(l1, weights.l1),
        ops.mul(structure, weights.structure),
        ops.mul(logSquaredError, weights.psnr),
      ]),
      parts: { l1, structure, logSquaredError },
    };
  };

/** mean over elements of KL(N(mean, exp(logVariance)) ‖ N(0, 1)). */
export function meanKl(mean: Tensor, logVariance: Tensor): Tensor {
  const terms = ops.sub(ops.add(ops.square(mean), ops.exp(logVariance)), ops.add(logVariance, 1));
  return ops.mul(ops.mean(terms), 0.5);
}

/**
 * The hinge loss of a discriminator: mean max(0, 1 − D(x)) + mean max(0, 1 + D(x̂)), halved.
 *
 * Source  Esser et al., 2021, Taming Transformers for High-Resolution Image Synthesis (its code; Eq. 6 has a logarithm), arXiv:2012.09841
 */
const hinge = (real: Tensor, made: Tensor): Tensor =>
  ops.mul(ops.add(ops.mean(ops.relu(ops.sub(1, real))), ops.mean(ops.relu(ops.add(1, made)))), 0.5);

export interface VaeStep {
  readonly autoencoder: Autoencoder;
  /** How the autoencoder's parameters lie on the device. */
  readonly layout: Layout;
  readonly compare: Comparison;
  readonly optimiser: OptimiserGraphConfig;
  /** A second network that learns in the same step to tell reconstructions from pictures; its verdict counts by `weight`. */
  readonly discriminator?: { readonly layout: Layout; readonly weight: number } | undefined;
}

/**
 * Inputs: `x` [batch, 3, h, w] in [−1, 1], `eps` of the latents' shape, unit Gaussian, scalars `klWeight`, `adaptive`, `momentum`
 * (radamRates) and `emaTake`, and the state `parameters/…`, `m/…`, `v/…`, `ema/…`.
 * Outputs: `loss`, `kl` and what `compare` tells; with a discriminator `adversarial`, its mean verdict on reconstructions, and
 * `discriminatorLoss`; `gradNorm`, of both networks, `committed`, and the next state.
 */
export function vaeStep({ autoencoder, layout, compare, optimiser, discriminator }: VaeStep) {
  const all = [...layout, ...(discriminator?.layout ?? [])];
  return (inputs: Tensors): Tensors => {
    const { x, eps, klWeight } = inputs;
    const judge = discriminator && unpack(familyOf(inputs, 'parameters', discriminator.layout), discriminator.layout);
    const { value, grads, parts } = ops.valueGradsAndParts(
      (p: Parameters) => {
        const { mean, logVariance } = autoencoder.encode(p, x!);
        if (!logVariance) throw new RangeError('internal: this encoder has no deviation to train');
        const z = ops.add(mean, ops.mul(ops.exp(ops.mul(logVariance, 0.5)), eps!));
        const reconstruction = autoencoder.decode(p, z);
        const compared = compare(reconstruction, x!);
        const kl = meanKl(mean, logVariance);
        const loss = ops.add(compared.value, ops.mul(kl, klWeight!));
        if (!discriminator) return { value: loss, parts: { ...compared.parts, kl } };
        const adversarial = ops.mean(discriminate(judge!, reconstruction));
        return {
          value: ops.sub(loss, ops.mul(adversarial, discriminator.weight)),
          parts: { ...compared.parts, kl, adversarial, reconstruction },
        };
      },
      unpack(familyOf(inputs, 'parameters', layout), layout),
    );
    const gradients = pack(grads, layout);
    const { reconstruction, ...told }: Tensors = parts;
    if (!discriminator)
      // The loss may be a logarithm and negative; its square is not, and is finite when it is.
      return { loss: value, ...told, ...updateState(inputs, gradients, ops.square(value), all, optimiser) };
    const judged = ops.valueAndGrads(
      (p: Parameters) => hinge(discriminate(p, x!), discriminate(p, reconstruction!)),
      judge!,
    );
    const finite = ops.add(ops.square(value), judged.value);
    return {
      loss: value,
      ...told,
      discriminatorLoss: judged.value,
      ...updateState(inputs, { ...gradients, ...pack(judged.grads, discriminator.layout) }, finite, all, optimiser),
    };
  };
}
