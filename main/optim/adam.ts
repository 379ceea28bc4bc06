/**
 * Adam, and AdamW, which decays weights beside the adaptive rate instead of through it.
 *
 *   Adam:  g ← g + wd·p      AdamW:  p ← p − lr·wd·p
 *   m ← β₁m + (1 − β₁)g      v ← β₂v + (1 − β₂)g²
 *   p ← p − lr/(1 − β₁ᵏ) · m/(√(v/(1 − β₂ᵏ)) + eps)
 *
 * Source     Kingma & Ba, 2015, Adam, Algorithm 1, arXiv:1412.6980; Loshchilov & Hutter, 2019, Decoupled Weight Decay
 *            Regularization, Algorithm 2, arXiv:1711.05101
 * Reference  torch.optim.Adam and torch.optim.AdamW (PyTorch 2), where lr scales the decoupled decay, too
 * Differs    numerator and denominator are multiplied by √(1 − β₂ᵏ), so that both corrections are host scalars and the graph
 *            divides no vector more than RAdam's; lr·wd is subtracted, because 1 − lr·wd loses three digits in float32
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { ifCommitted, nextMoments, withDecay } from './moments.ts';
import type { AdaptiveConfig, GraphConfig, Moments } from './moments.ts';

/** Scalars of a step: p ← p − decay·p − m·adaptive/(√v + epsilon); Adam has no decay here. */
export interface AdamRates {
  readonly adaptive: number;
  readonly epsilon: number;
}
export interface AdamWRates extends AdamRates {
  readonly decay: number;
}

/** Rates of step k, counting from 1. */
export function adamRates(k: number, { learningRate, beta1, beta2, eps }: AdaptiveConfig): AdamRates {
  const rootCorrection2 = Math.sqrt(1 - beta2 ** k);
  return { adaptive: (learningRate * rootCorrection2) / (1 - beta1 ** k), epsilon: eps * rootCorrection2 };
}

export const adamwRates = (k: number, config: AdaptiveConfig): AdamWRates => ({
  ...adamRates(k, config),
  decay: config.learningRate * config.weightDecay,
});

/** Scalar tensors that hold for all parameters of a step. */
export interface AdamScalars {
  readonly adaptive: Tensor;
  readonly epsilon: Tensor;
  /** Whether the step counts (bool); if not, nothing changes, bit for bit. */
  readonly committed: Tensor;
}
export interface AdamWScalars extends AdamScalars {
  readonly decay: Tensor;
}

/** m·adaptive/(√v + epsilon), 0 in a step that does not count. */
const adaptiveChange = (m: Tensor, v: Tensor, { adaptive, epsilon, committed }: AdamScalars): Tensor =>
  ops.mul(m, ops.div(ifCommitted(committed, adaptive, 0), ops.add(ops.sqrt(v), epsilon)));

/** One parameter's update by Adam. */
export function adamUpdate(
  { parameter, ...before }: Moments,
  gradient: Tensor,
  scalars: AdamScalars,
  config: GraphConfig,
): Moments {
  const decayed = withDecay(gradient, parameter, config.weightDecay);
  const { m, v } = nextMoments(before, decayed, scalars.committed, config);
  return { parameter: ops.sub(parameter, adaptiveChange(m, v, scalars)), m, v };
}

/** One parameter's update by AdamW. */
export function adamwUpdate(
  { parameter, ...before }: Moments,
  gradient: Tensor,
  scalars: AdamWScalars,
  config: GraphConfig,
): Moments {
  const { m, v } = nextMoments(before, gradient, scalars.committed, config);
  const decay = ops.mul(parameter, ifCommitted(scalars.committed, scalars.decay, 0));
  return { parameter: ops.sub(parameter, ops.add(decay, adaptiveChange(m, v, scalars))), m, v };
}
