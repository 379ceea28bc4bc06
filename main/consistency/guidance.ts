/** Classifier-free guidance: how strongly a picture is pushed towards its class. */
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';

/** At this strength F is that of the class alone, so the network need not be asked without it. */
export const noGuidance = 1;

/**
 * F = F_null + s·(F_class − F_null) on the network's output, on all its channels. Guiding f(x) instead is the same: it
 * is an affine function of F.
 *
 * @param F_class [batch, …], the network's output for the wanted classes
 * @param F_null [batch, …], for the same inputs without a class
 * @param strength s, a scalar
 *
 * Source     Ho & Salimans, 2022, Classifier-Free Diffusion Guidance, Eq. 6, arXiv:2207.12598, with s = 1 + w
 * Reference  quandao10/sLCT@b032d89: all channels
 */
export const guided = (F_class: Tensor, F_null: Tensor, strength: Tensor): Tensor =>
  ops.add(F_null, ops.mul(ops.sub(F_class, F_null), strength));
