/**
 * One training step of a VAE as a traceable function: reconstruction + KL, RAdam, EMA.
 *
 *   L = mean_b log mean_i (x_bi − x̂_bi)² + klWeight · mean KL(q(z|x) ‖ N(0, 1)),   z = mean + exp(½ logVariance)·eps
 *
 * Source  Kingma & Welling, 2014, Auto-Encoding Variational Bayes, Eqs. 7 and 10, arXiv:1312.6114
 * Differs the logarithm of each picture's own squared error (a Gaussian whose variance is the picture's best one):
 *         otherwise the few pictures of fine texture, which no VAE of this size keeps, hold most of the gradient.
 *         Means over elements, so that klWeight does not depend on the picture size
 */
import type { Autoencoder } from '../models/autoencoder.ts';
import type { Parameters } from '../models/parameters.ts';
import { layoutOf } from '../optim/layout.ts';
import type { OptimiserGraphConfig } from '../optim/optimiser.ts';
import { familyOf, updateState } from '../optim/update.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Tensors } from '../tensor/trace/trace.ts';

export interface VaeTrainingConfig {
  readonly klWeight: number;
  readonly optimiser: OptimiserGraphConfig;
}

/** mean over elements of KL(N(mean, exp(logVariance)) ‖ N(0, 1)). */
export function meanKl(mean: Tensor, logVariance: Tensor): Tensor {
  const terms = ops.sub(ops.add(ops.square(mean), ops.exp(logVariance)), ops.add(logVariance, 1));
  return ops.mul(ops.mean(terms), 0.5);
}

/**
 * Inputs: `x` [batch, 3, h, w] in [−1, 1], `eps` [batch, 4, h/8, w/8] unit Gaussian, scalars `adaptive`, `momentum`
 * (radamRates) and `emaTake`, and the state `parameters/…`, `m/…`, `v/…`, `ema/…`.
 * Outputs: `loss`, `squaredError`, `kl`, `gradNorm`, `committed`, and the next state.
 */
export function vaeStep(autoencoder: Autoencoder, config: VaeTrainingConfig): (inputs: Tensors) => Tensors {
  const layout = layoutOf('separate', [...autoencoder.encoderSpecs, ...autoencoder.decoderSpecs]);
  return (inputs) => {
    const { x, eps } = inputs;
    const { value, grads, parts } = ops.valueGradsAndParts(
      (p: Parameters) => {
        const { mean, logVariance } = autoencoder.encode(p, x!);
        if (!logVariance) throw new RangeError('internal: this encoder has no deviation to train');
        const z = ops.add(mean, ops.mul(ops.exp(ops.mul(logVariance, 0.5)), eps!));
        const squaredErrors = ops.mean(ops.square(ops.sub(autoencoder.decode(p, z), x!)), [1, 2, 3]);
        const kl = meanKl(mean, logVariance);
        return {
          value: ops.add(ops.mean(ops.log(squaredErrors)), ops.mul(kl, config.klWeight)),
          parts: { squaredError: ops.mean(squaredErrors), kl },
        };
      },
      familyOf(inputs, 'parameters', layout),
    );
    return {
      loss: value,
      ...parts,
      // The loss is a logarithm and may be negative; its square is not, and is finite when it is.
      ...updateState(inputs, grads, ops.square(value), layout, config.optimiser),
    };
  };
}
