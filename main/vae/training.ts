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
import { assertThat } from '../base/errors.ts';
import { encode, decode } from '../models/starter-vae.ts';
import type { Parameters } from '../models/parameters.ts';
import { emaUpdate } from '../optim/ema.ts';
import { radamUpdate } from '../optim/radam.ts';
import type { RAdamConfig } from '../optim/radam.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Tensors } from '../tensor/trace/trace.ts';

export interface VaeTrainingConfig {
  readonly klWeight: number;
  readonly optimiser: Omit<RAdamConfig, 'learningRate'>;
}

/** mean over elements of KL(N(mean, exp(logVariance)) ‖ N(0, 1)). */
export function meanKl(mean: Tensor, logVariance: Tensor): Tensor {
  const terms = ops.sub(ops.add(ops.square(mean), ops.exp(logVariance)), ops.add(logVariance, 1));
  return ops.mul(ops.mean(terms), 0.5);
}

/** The tensors of a family (`parameters/…`) of the step's state, by parameter name. */
function family(inputs: Tensors, prefix: string, names: readonly string[]): Record<string, Tensor> {
  return Object.fromEntries(
    names.map((name) => {
      const tensor = inputs[`${prefix}/${name}`];
      assertThat(tensor !== undefined, `the state to hold ${prefix}/${name}`);
      return [name, tensor];
    }),
  );
}

/**
 * Inputs: `x` [batch, 3, h, w] in [−1, 1], `eps` [batch, 4, h/8, w/8] unit Gaussian, scalars `adaptive`, `momentum`
 * (radamRates) and `emaTake`, and the state `parameters/…`, `m/…`, `v/…`, `ema/…`.
 * Outputs: `loss`, `squaredError`, `kl`, and the next state.
 */
export function vaeStep(names: readonly string[], config: VaeTrainingConfig): (inputs: Tensors) => Tensors {
  return (inputs) => {
    const { x, eps, adaptive, momentum, emaTake } = inputs;
    const parameters: Parameters = family(inputs, 'parameters', names);
    const parts: { squaredError?: Tensor; kl?: Tensor } = {};
    const { value, grads } = ops.valueAndGrads((p: Parameters) => {
      const { mean, logVariance } = encode(p, x!);
      const z = ops.add(mean, ops.mul(ops.exp(ops.mul(logVariance, 0.5)), eps!));
      const squaredErrors = ops.mean(ops.square(ops.sub(decode(p, z), x!)), [1, 2, 3]);
      parts.squaredError = ops.mean(squaredErrors);
      parts.kl = meanKl(mean, logVariance);
      return ops.add(ops.mean(ops.log(squaredErrors)), ops.mul(parts.kl, config.klWeight));
    }, parameters);
    const next: Record<string, Tensor> = { loss: value, squaredError: parts.squaredError!, kl: parts.kl! };
    const [m, v, ema] = [family(inputs, 'm', names), family(inputs, 'v', names), family(inputs, 'ema', names)];
    for (const name of names) {
      const moments = { parameter: parameters[name]!, m: m[name]!, v: v[name]! };
      const updated = radamUpdate(
        moments,
        grads[name]!,
        { adaptive: adaptive!, momentum: momentum! },
        { learningRate: 0, ...config.optimiser },
      );
      next[`parameters/${name}`] = updated.parameter;
      next[`m/${name}`] = updated.m;
      next[`v/${name}`] = updated.v;
      next[`ema/${name}`] = emaUpdate(ema[name]!, updated.parameter, emaTake!);
    }
    return next;
  };
}
