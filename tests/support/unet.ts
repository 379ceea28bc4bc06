/** U-Nets for tests: each test states what it changes. */
import type { UnetConfig } from '../../main/models/unet.ts';
import type { RunConfigInput } from '../../main/training/schema.ts';

/** The one of the golden numbers. */
export const smallUnet: UnetConfig = {
  channels: 4,
  side: 8,
  width: 64,
  multipliers: [1, 2],
  blocks: 1,
  attentionSides: [4],
  headChannels: 64,
  norm: 'nonScaling',
};

/** The paper's. */
export const paperUnet: UnetConfig = {
  ...smallUnet,
  side: 32,
  width: 128,
  multipliers: [1, 2, 3, 4],
  blocks: 4,
  attentionSides: [16, 8],
};

/** As a run's configuration, for latents of 4 × 4. */
export const tinyUnet: Extract<RunConfigInput['network'], { kind: 'unet' }> = {
  kind: 'unet',
  width: 32,
  multipliers: [1, 2],
  blocks: 1,
  attentionSides: [4],
  headChannels: 32,
  norm: 'nonScaling',
};
