/**
 * Rectified Adam: while the variance of the adaptive rate is not yet tractable, plain momentum; then Adam, rectified.
 *
 *   g ← g + wd·p          m ← β₁m + (1 − β₁)g          v ← β₂v + (1 − β₂)g²
 *   ρ_k > 5:  p ← p − lr·rect·√(1 − β₂ᵏ)/(1 − β₁ᵏ) · m/(√v + eps)
 *   else:     p ← p − lr/(1 − β₁ᵏ) · m
 *
 * Source     Liu et al., 2020, On the Variance of the Adaptive Learning Rate and Beyond, Algorithm 2, arXiv:1908.03265
 * Reference  torch.optim.RAdam (PyTorch 1.13), which adds eps after the square root and couples the weight decay
 * Differs    both branches are one formula with two host scalars, so that a step's graph never changes;
 *            a step that is not committed leaves everything as it was
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { ifCommitted, nextMoments, withDecay } from './moments.ts';
import type { AdaptiveConfig, GraphConfig, Moments } from './moments.ts';

/** The two rates of a step: p ← p − m·(adaptive/(√v + eps) + momentum); one of them is 0. */
export interface RAdamRates {
  readonly adaptive: number;
  readonly momentum: number;
  /** ρ_k, for inspection. */
  readonly rho: number;
}

/** Rates of step k, counting from 1. */
export function radamRates(
  k: number,
  { learningRate, beta1, beta2 }: Pick<AdaptiveConfig, 'learningRate' | 'beta1' | 'beta2'>,
): RAdamRates {
  const rhoInfinity = 2 / (1 - beta2) - 1;
  const correction1 = 1 - beta1 ** k;
  const correction2 = 1 - beta2 ** k;
  const rho = rhoInfinity - (2 * k * beta2 ** k) / correction2;
  if (rho <= 5) return { adaptive: 0, momentum: learningRate / correction1, rho };
  const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInfinity) / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho));
  return { adaptive: (learningRate * rect * Math.sqrt(correction2)) / correction1, momentum: 0, rho };
}

/** Scalar tensors that hold for all parameters of a step. */
export interface RAdamScalars {
  readonly adaptive: Tensor;
  readonly momentum: Tensor;
  /** Whether the step counts (bool); if not, nothing changes, bit for bit. */
  readonly committed: Tensor;
}

/** One parameter's update. */
export function radamUpdate(
  { parameter, ...before }: Moments,
  gradient: Tensor,
  { adaptive, momentum, committed }: RAdamScalars,
  config: GraphConfig,
): Moments {
  const { m, v } = nextMoments(before, withDecay(gradient, parameter, config.weightDecay), committed, config);
  const scale = ops.add(
    ops.div(ifCommitted(committed, adaptive, 0), ops.add(ops.sqrt(v), config.eps)),
    ifCommitted(committed, momentum, 0),
  );
  return { parameter: ops.sub(parameter, ops.mul(m, scale)), m, v };
}
