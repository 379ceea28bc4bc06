/** The four sizes of the DiT, without a patch: any of the patches 1, 2 and 4 goes with each. */

/** Source  Peebles & Xie, 2023, arXiv:2212.09748, Table 1 */
export const ditSizes = {
  S: { width: 384, depth: 12, heads: 6 },
  B: { width: 768, depth: 12, heads: 12 },
  L: { width: 1024, depth: 24, heads: 16 },
  XL: { width: 1152, depth: 28, heads: 16 },
} as const;
export type DitSize = keyof typeof ditSizes;

/** Latent cells that a token covers in each direction. */
export const ditPatches = [1, 2, 4] as const;
