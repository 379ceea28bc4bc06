/** How the consistency function is made from a network so that it leaves data without noise unchanged. */

/** Standard deviation of the normalised latents; the loader asserts it. */
export const sigmaData = 0.5;

export interface Preconditioning {
  readonly c_skip: number;
  readonly c_out: number;
  readonly c_in: number;
  readonly c_noise: number;
}

/**
 * f(x, σ) = c_skip(σ)·x + c_out(σ)·F(c_in(σ)·x, c_noise(σ)), in double precision on the host.
 *
 * Source     Song et al., 2023, Consistency Models, App. C, arXiv:2303.01469
 * Reference  openai/consistency_models@e32b69e cm/karras_diffusion.py:68-78
 * Differs    nothing: c_out's square root uses σ, not σ − σ_min
 * Invariant  c_skip(σ_min) = 1, c_out(σ_min) = 0   → tests/properties/consistency.test.ts
 */
export function preconditioning(sigma: number, sigmaMin: number): Preconditioning {
  const variance = sigmaData ** 2;
  const root = Math.sqrt(sigma ** 2 + variance);
  return {
    c_skip: variance / ((sigma - sigmaMin) ** 2 + variance),
    c_out: ((sigma - sigmaMin) * sigmaData) / root,
    c_in: 1 / root,
    // Without noise (only where σ_min is 0) the network's output counts nothing, and −∞ would make it NaN.
    c_noise: sigma === 0 ? 0 : 250 * Math.log(sigma),
  };
}

/**
 * Sinusoidal embedding of c_noise: cosines then sines of c_noise · frequency, frequency_i = 10000^(−i/half).
 * In double precision on the host, because |c_noise| reaches 1,553, beyond what GPUs promise for sin and cos.
 * Writes `size` values at `offset`.
 */
export function embedNoise(c_noise: number, size: number, out: Float32Array, offset = 0): void {
  const half = size / 2;
  for (let i = 0; i < half; i++) {
    const angle = c_noise * Math.exp((-Math.log(10_000) * i) / half);
    out[offset + i] = Math.cos(angle);
    out[offset + half + i] = Math.sin(angle);
  }
}
