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

/**
 * Easy Consistency Tuning, arXiv:2406.14548. Defaults are those of locuslab/ect's training/loss.py, ct_train.py and run_ecm.sh.
 */
const easyConsistencySchema = z.strictObject({
  kind: z.literal('easyConsistency'),
  /** ln t is normal; sampling starts at sigmaMax. */
  noise: z
    .strictObject({
      sigmaMax: positive.default(80),
      pMean: z.number().default(-1.1),
      pStd: positive.default(2),
    })
    .prefault({}),
  /** r = t·(1 − n(t)/q^(stage + 1)) with n(t) = 1 + k·sigmoid(−b·t), at least 0. */
  q: z.number().gt(1).default(2),
  k: z.number().nonnegative().default(8),
  b: positive.default(1),
  /** How often the gap t − r shrinks by q during a run, in stages of equal length. */
  doublings: z.int().min(0).max(24).default(7),
  /** c of √(S + c²) − c. */
  c: z.number().nonnegative().default(0),
});
export type EasyConsistencyConfig = z.infer<typeof easyConsistencySchema>;

/** EDM's diffusion model, arXiv:2206.00364, Table 1. */
const diffusionSchema = z.strictObject({
  kind: z.literal('diffusion'),
  /** ln σ is normal in training; sampling goes from sigmaMax to sigmaMin and then to 0. */
  noise: noiseConfigSchema.extend({ pMean: z.number().default(-1.2), pStd: positive.default(1.2) }).prefault({}),
});
export type DiffusionConfig = z.infer<typeof diffusionSchema>;

/** MeanFlow, arXiv:2505.13447, with the defaults of its ImageNet runs. */
const meanFlowSchema = z.strictObject({
  kind: z.literal('meanFlow'),
  /** Times are the logistic function of a normal number. */
  logitMean: z.number().default(-0.4),
  logitStd: positive.default(1),
  /** Share of samples with r ≠ t; the others learn the velocity at t itself. */
  differentShare: z.number().min(0).max(1).default(0.25),
  /** Weight 1/(error + guard)^power of a sample; 0 is none. */
  power: z.number().min(0).max(2).default(1),
  guard: positive.default(1e-3),
});
export type MeanFlowConfig = z.infer<typeof meanFlowSchema>;

export const objectiveSchema = z.discriminatedUnion('kind', [
  consistencySchema,
  easyConsistencySchema,
  diffusionSchema,
  meanFlowSchema,
]);
export type ObjectiveConfig = z.infer<typeof objectiveSchema>;
