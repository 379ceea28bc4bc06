/** The scale c of the robust losses: residuals shrink as noise levels get denser, and c follows them. */

/** c₀ = 0.00054 · √D for a latent with D elements (iCT's constant; 0.03456 for 4 × 32 × 32). */
export const initialC = (dimensions: number): number => 0.00054 * Math.sqrt(dimensions);

/**
 * c at N levels: c₀ in the first stage (N = s0 + 1), then exp(−1.15 ln(N − 1) − 0.85).
 *
 * Source     Dao et al., 2025, Improved Training Technique for Latent Consistency Models, Sec. on adaptive scaling-c, arXiv:2502.01441
 * Reference  quandao10/LCT@5e7d492 train_cm_latent.py (--c-by-loss-std)
 * Differs    the code's constants, whose run gave the published numbers; the fit was made for the mean of squares of 4,096 elements
 */
export function adaptiveC(levels: number, s0: number, dimensions: number): number {
  return levels <= s0 + 1 ? initialC(dimensions) : Math.exp(-1.15 * Math.log(levels - 1) - 0.85);
}

export interface ScaleAtLevels {
  /** From this number of levels on. */
  readonly levels: number;
  readonly c: number;
}

/** How c is chosen. */
export type Scaling =
  | { readonly kind: 'adaptive' }
  /** √2 times the fitted line: a later variant. Reference: quandao10/sLCT@b032d89. */
  | { readonly kind: 'adaptiveSqrt2' }
  | { readonly kind: 'constant'; readonly c: number }
  /** The entry with the most levels that are not more than N; before all entries, the first. */
  | { readonly kind: 'table'; readonly values: readonly ScaleAtLevels[] };

/** c at N levels of a run whose curriculum starts with s0 intervals, for latents of `dimensions` elements. */
export function scaleC(scaling: Scaling, levels: number, s0: number, dimensions: number): number {
  switch (scaling.kind) {
    case 'adaptive':
      return adaptiveC(levels, s0, dimensions);
    case 'adaptiveSqrt2':
      return (levels <= s0 + 1 ? 1 : Math.SQRT2) * adaptiveC(levels, s0, dimensions);
    case 'constant':
      return scaling.c;
    case 'table': {
      const sorted = scaling.values.toSorted((a, b) => a.levels - b.levels);
      return (sorted.findLast((entry) => entry.levels <= levels) ?? sorted[0]!).c;
    }
  }
}
