/**
 * Rectified Adam: while the variance of the adaptive rate is not yet tractable, plain momentum; then Adam, rectified.
 *
 *   g ← g + wd·p          m ← β₁m + (1 − β₁)g          v ← β₂v + (1 − β₂)g²
 *   ρ_k > 5:  p ← p − lr·rect·√(1 − β₂ᵏ)/(1 − β₁ᵏ) · m/(√v + eps)
 *   else:     p ← p − lr/(1 − β₁ᵏ) · m
 *
 * Source     Liu et al., 2020, On the Variance of the Adaptive Learning Rate and Beyond, Algorithm 2, arXiv:1908.03265
 * Reference  torch.optim.RAdam (PyTorch 1.13), which adds eps after the square root and couples the weight decay
 * Differs    both branches are one formula with two host scalars, so that a step's graph never changes
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

export interface RAdamConfig {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
}

/** The two rates of a step: p ← p − m·(adaptive/(√v + eps) + momentum); one of them is 0. */
export interface RAdamRates {
  readonly adaptive: number;
  readonly momentum: number;
  /** ρ_k, for inspection. */
  readonly rho: number;
}

/** Rates of step k, counting from 1. */
export function radamRates(k: number, { learningRate, beta1, beta2 }: RAdamConfig): RAdamRates {
  const rhoInfinity = 2 / (1 - beta2) - 1;
  const correction1 = 1 - beta1 ** k;
  const correction2 = 1 - beta2 ** k;
  const rho = rhoInfinity - (2 * k * beta2 ** k) / correction2;
  if (rho <= 5) return { adaptive: 0, momentum: learningRate / correction1, rho };
  const rect = Math.sqrt(((rho - 4) * (rho - 2) * rhoInfinity) / ((rhoInfinity - 4) * (rhoInfinity - 2) * rho));
  return { adaptive: (learningRate * rect * Math.sqrt(correction2)) / correction1, momentum: 0, rho };
}

export interface Moments {
  readonly parameter: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/** One parameter's update. `adaptive` and `momentum` are scalar tensors holding the step's rates. */
export function radamUpdate(
  { parameter, m, v }: Moments,
  gradient: Tensor,
  rates: { readonly adaptive: Tensor; readonly momentum: Tensor },
  { beta1, beta2, eps, weightDecay }: RAdamConfig,
): Moments {
  const g = weightDecay === 0 ? gradient : ops.add(gradient, ops.mul(parameter, weightDecay));
  const nextM = ops.add(ops.mul(m, beta1), ops.mul(g, 1 - beta1));
  const nextV = ops.add(ops.mul(v, beta2), ops.mul(ops.square(g), 1 - beta2));
  const scale = ops.add(ops.div(rates.adaptive, ops.add(ops.sqrt(nextV), eps)), rates.momentum);
  return { parameter: ops.sub(parameter, ops.mul(nextM, scale)), m: nextM, v: nextV };
}
