/** The networks a run can train, and the defaults of their parts. */
import { z } from 'zod';

/** DiT of method §6.3 (sLCT's models/network_dit.py). */
const ditConfigSchema = z.strictObject({
  kind: z.literal('dit'),
  /** Latent cells a token covers in each direction. */
  patch: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  width: z.int().min(16).max(2048),
  depth: z.int().min(1).max(48),
  heads: z.int().min(1).max(32),
  mlp: z.enum(['relu', 'silu', 'gatedRelu', 'gatedSilu']).default('relu'),
  /** RMSNorm, as the method's later runs, or LayerNorm. */
  norm: z.enum(['rms', 'layer']).default('rms'),
  /** Norms on queries and keys of each head. */
  qkNorm: z.boolean().default(true),
  /** Rotary position embedding on queries and keys. */
  rope: z.boolean().default(true),
  /** A learned filter on the tokens' Fourier transform before each MLP. */
  frequencyFilter: z.boolean().default(false),
  /** A learned number that weighs the noise level against the class. */
  condMixing: z.boolean().default(false),
});

/** The paper's U-Net, method §6.2; the defaults but for the width are the paper's. */
const unetConfigSchema = z.strictObject({
  kind: z.literal('unet'),
  /** Channels of the first level; the paper's is 128. GroupNorm's groups divide multiples of 32. */
  width: z.int().min(32).max(512).multipleOf(32),
  /** Channels of each level as a multiple of the width; a level has half the side of the one before. */
  multipliers: z.array(z.int().min(1).max(8)).min(1).max(5).default([1, 2, 3, 4]),
  /** Residual blocks per level. */
  blocks: z.int().min(1).max(8).default(4),
  /** Sides of the grid, in latent cells, at which blocks attend. */
  attentionSides: z.array(z.int().min(1).max(64)).max(8).default([16, 8]),
  headChannels: z.union([z.literal(32), z.literal(64)]).default(64),
  norm: z.enum(['nonScaling', 'group', 'layer', 'instance', 'rms']).default('nonScaling'),
});

export const networkConfigSchema = z.discriminatedUnion('kind', [ditConfigSchema, unetConfigSchema]);
