/** What a run can learn, and the constants of each objective with their sources. */
import { z } from 'zod';

const positive = z.number().positive();

/** Karras noise levels and how they are drawn, method §1.2 and §1.4. */
export const noiseConfigSchema = z.strictObject({
  sigmaMin: positive.default(0.002),
  sigmaMax: positive.default(80),
  rho: positive.default(7),
  pMean: z.number().default(-1.1),
  pStd: positive.default(2),
});
export type NoiseConfig = z.infer<typeof noiseConfigSchema>;

const scalingSchema = z.discriminatedUnion('kind', [
  /** c(N) of the authors' code, method §3. */
  z.strictObject({ kind: z.literal('adaptive') }),
  z.strictObject({ kind: z.literal('adaptiveSqrt2') }),
  z.strictObject({ kind: z.literal('constant'), c: positive }),
  z.strictObject({
    kind: z.literal('table'),
    values: z.array(z.strictObject({ levels: z.int().min(2), c: positive })).min(1).max(32), // prettier-ignore
  }),
]);

/** Latent consistency training, method §1 to §4. */
const consistencySchema = z.strictObject({
  kind: z.literal('consistency'),
  noise: noiseConfigSchema.prefault({}),
  /** Noise levels start at s0 + 1 and double to s1 + 1, method §1.3. */
  curriculum: z.strictObject({ s0: z.int().min(2).default(10), s1: z.int().min(2).default(640) }).prefault({}),
  /** ρ on student − teacher, method §2. */
  loss: z.enum(['cauchy', 'pseudoHuber', 'gemanMcClure', 'l2']).default('cauchy'),
  /** Whether ρ sees the mean of a sample's squares, as in the authors' code, or their sum, as iCT's norm. */
  reduction: z.enum(['mean', 'sum']).default('mean'),
  /** λ = 1/(t − r), or 1. */
  weighting: z.enum(['inverseGap', 'uniform']).default('inverseGap'),
  /** c of ρ, method §3. */
  scaling: scalingSchema.prefault({ kind: 'adaptive' }),
  /** Diffusion loss on the noise levels from int(threshold · N) on, method §4. */
  diffusionLoss: z
    .strictObject({ threshold: z.number().min(0).max(1).default(0.75), weight: z.number().nonnegative().default(5) })
    .prefault({}),
});
export type ConsistencyConfig = z.infer<typeof consistencySchema>;

export const objectiveSchema = z.discriminatedUnion('kind', [consistencySchema]);
export type ObjectiveConfig = z.infer<typeof objectiveSchema>;
