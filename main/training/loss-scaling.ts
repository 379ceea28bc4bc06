/**
 * Loss scaling for mixed precision: the loss is multiplied before its gradient is taken and the gradient divided afterwards, in
 * float32, so that small gradients do not vanish in float16. A step that overflows is skipped like every step that is not
 * finite, and the scale halves; it doubles after 2,000 good steps in a row. Scale and streak are part of a run's state.
 *
 * Source     Micikevicius et al., 2018, Mixed Precision Training, §3.2, arXiv:1710.03740
 * Reference  torch.amp.GradScaler (start 2¹⁶, factors 2 and ½, interval 2,000)
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Tensors } from '../tensor/trace/trace.ts';

const scaleName = 'scaling/scale';
const streakName = 'scaling/streak';
export const scalingPrefix = 'scaling/';

const scalar = { dtype: 'float32', shape: [] } as const;
export const scaleType = { [scaleName]: scalar };
export const scalingTypes = { ...scaleType, [streakName]: scalar };

/** Powers of two, so that scaling rounds nothing. */
const startScale = 2 ** 16;
export const goodSteps = 2000;

/** The state before the first step. */
export const initialScaling = () => [
  { name: scaleName, shape: [], data: Float32Array.of(startScale) },
  { name: streakName, shape: [], data: new Float32Array(1) },
];

/** The scale of a step among its inputs; undefined in full precision. */
export const scaleOf = (inputs: Tensors): Tensor | undefined => inputs[scaleName];

/** The next state after a step that was `committed` (1 or 0), and `lossScale`, what this one used. */
export function nextScaling(inputs: Tensors, committed: Tensor): Tensors {
  const [scale, before] = [inputs[scaleName]!, inputs[streakName]!];
  const streak = ops.mul(committed, ops.add(before, 1));
  const isGood = ops.greater(committed, 0.5);
  const grows = ops.greater(streak, goodSteps - 0.5);
  return {
    lossScale: scale,
    [scaleName]: ops.where(grows, ops.mul(scale, 2), ops.where(isGood, scale, ops.mul(scale, 0.5))),
    [streakName]: ops.where(grows, ops.scalar(0), streak),
  };
}
