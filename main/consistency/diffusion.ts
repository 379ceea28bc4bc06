/**
 * The diffusion model of EDM, with the same network and coefficients: what Easy Consistency Tuning starts from.
 * Source  Karras et al., 2022, Elucidating the Design Space of Diffusion-Based Generative Models, arXiv:2206.00364
 */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import { meanSquare } from './loss.ts';

/**
 * Mean over the batch of w(σ_b) · mean (D − x₀)²; `weights` [batch] holds w(σ) = σ⁻² + σ_data⁻².
 *
 * Source   Karras et al., 2022, Eq. 2 and Table 1 (λ(σ))
 * Differs  the mean over elements, as the losses of this module
 */
export const denoisingLoss = (denoised: Tensor, x_0: Tensor, weights: Tensor): Tensor =>
  ops.mean(ops.mul(weights, meanSquare(ops.sub(denoised, x_0))));
