/** The adaptive scale c of the Cauchy loss: residuals shrink as noise levels get denser, and c follows them. */

/** c₀ = 0.00054 · √D for a latent with D elements (iCT's constant; 0.03456 for 4 × 32 × 32). */
export const initialC = (dimensions: number): number => 0.00054 * Math.sqrt(dimensions);

/**
 * c at N levels: c₀ in the first stage (N = s0 + 1), then exp(−1.15 ln(N − 1) − 0.85).
 *
 * Source     Dao et al., 2025, Improved Training Technique for Latent Consistency Models, Sec. on adaptive scaling-c, arXiv:2502.01441
 * Reference  quandao10/LCT@5e7d492 train_cm_latent.py (--c-by-loss-std)
 * Differs    the code's constants, whose run gave the published numbers; the fit was made for the mean of squares
 */
export function adaptiveC(levels: number, s0: number, dimensions: number): number {
  return levels <= s0 + 1 ? initialC(dimensions) : Math.exp(-1.15 * Math.log(levels - 1) - 0.85);
}
