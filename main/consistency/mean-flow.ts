/**
 * MeanFlow: the network learns the average velocity u(z, r, t) of the flow between times r ≤ t, so that one evaluation crosses it whole:
 * z_r = z_t − (t − r)·u. Time 0 is data, 1 is noise; latents are divided by σ_data: z_t = (1 − t)·x + t·ε, v = ε − x.
 *
 * Source     Geng et al., 2025, Mean Flows for One-step Generative Modeling, arXiv:2505.13447
 * Reference  rese1f/meanflow@58d099c meanflow.py, models/models_dit.py (a copy of the authors' JAX code)
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

export interface FlowTimes {
  /** Mean and standard deviation of the normal number whose logistic function is a time; −0.4 and 1 in the paper. */
  readonly logitMean: number;
  readonly logitStd: number;
  /** Share of samples with r ≠ t, 0.25 in the paper; the others learn the velocity at t itself. */
  readonly differentShare: number;
}

export interface Interval {
  readonly r: number;
  readonly t: number;
}

/**
 * Times r ≤ t from two standard normal numbers and a uniform one in [0, 1).
 *
 * Source     Geng et al., 2025, Sec. 4.3 and Table 1 (logit-normal times, the larger is t)
 * Reference  meanflow.py: sample_tr
 * Differs    each sample has r ≠ t with the probability `differentShare`; the reference takes the first int(0.75 · batch) of a batch, which would be all of a small one
 */
export function drawInterval(normals: readonly [number, number], uniform: number, times: FlowTimes): Interval {
  const [a, b] = normals.map((z) => 1 / (1 + Math.exp(-(times.logitMean + times.logitStd * z)))) as [number, number];
  const t = Math.max(a, b);
  return { t, r: uniform < times.differentShare ? Math.min(a, b) : t };
}

/**
 * Both times as the network's time input: cosines and sines of t in the first half, of t − r in the second. Frequencies are 10000^(−i/quarter),
 * and times are not scaled: the highest has an angle of t itself, so that the derivative by t stays small.
 * With `derivative`, the derivative by t at fixed r instead. In double precision on the host; writes `size` values at `offset`.
 *
 * Source     Geng et al., 2025, Sec. 4.3 (embeddings of t and t − r)
 * Reference  models/models_dit.py: timestep_embedding, which gets times in [0, 1] as they are
 * Differs    two halves of one vector for one small network, instead of two vectors for two whose outputs are added
 */
export function embedInterval(
  { r, t }: Interval,
  size: number,
  out: Float32Array,
  offset = 0,
  derivative = false,
): void {
  const quarter = size / 4;
  [t, t - r].forEach((time, half) => {
    for (let i = 0; i < quarter; i++) {
      const frequency = 10_000 ** (-i / quarter);
      const [cos, sin] = [Math.cos(time * frequency), Math.sin(time * frequency)];
      const at = offset + half * 2 * quarter + i;
      out[at] = derivative ? -frequency * sin : cos;
      out[at + quarter] = derivative ? frequency * cos : sin;
    }
  });
}

/**
 * What u(z_t, r, t) is to be: v − (t − r)·du/dt with du/dt = v·∂_z u + ∂_t u, the tangent of u along the flow. `gap` [batch, 1, 1, 1] is t − r.
 *
 * Source  Geng et al., 2025, Eq. 6 (the MeanFlow identity), Eq. 8 (the total derivative)
 */
export const meanFlowTarget = (v: Tensor, gap: Tensor, tangent: Tensor): Tensor => ops.sub(v, ops.mul(gap, tangent));

/** Σ over each sample of (u − target)²: [batch, …] → [batch]. */
export const squaredError = (u: Tensor, target: Tensor): Tensor => ops.sum(ops.square(ops.sub(u, target)), [1, 2, 3]);

/**
 * Adaptive weight of each sample, 1/(‖Δ‖² + c)^p; a constant of the loss. With p = 0 it is 1, with p = 1/2 the loss is Pseudo-Huber's.
 *
 * Source     Geng et al., 2025, Sec. 4.3 and App. B.2 (p = 1, c = 10⁻³); the reference's default of c is 0.01
 */
export function adaptiveWeight(errors: Tensor, power: number, guard: number): Tensor {
  return ops.exp(ops.mul(ops.log(ops.add(errors, guard)), -power));
}
