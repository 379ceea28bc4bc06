/** Exponential moving averages of the weights: the pictures are made with them. A run keeps one or several. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

/** e ← e + take·(p − e) with take = 1 − rate, a scalar tensor: in float32 1 − 0.99993 would lose three digits. */
export function emaUpdate(ema: Tensor, parameter: Tensor, take: Tensor): Tensor {
  return ops.add(ema, ops.mul(ops.sub(parameter, ema), take));
}

/** The rate that forgets half in `halfLifeSteps` steps: 0.99993 has a half-life of 9,902 steps. */
export const emaRate = (halfLifeSteps: number): number => 0.5 ** (1 / halfLifeSteps);
export const emaHalfLife = (rate: number): number => Math.log(0.5) / Math.log(rate);

/** The family of tensors that holds an average, counting from 0. */
export type AverageFamily = 'ema' | `ema${number}`;
export const averageFamily = (index: number): AverageFamily => (index === 0 ? 'ema' : `ema${index}`);

/** The input that hands over 1 − rate of an average. */
export const takeName = (index: number): string => (index === 0 ? 'emaTake' : `emaTake${index}`);
