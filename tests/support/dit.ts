/** A DiT configuration for tests: each test states what it changes. */
import type { DitConfig } from '../../main/models/dit.ts';

export const ditConfig: DitConfig = {
  channels: 4,
  side: 8,
  patch: 2,
  width: 32,
  depth: 2,
  heads: 2,
  mlp: 'relu',
  rope: true,
  frequencyFilter: true,
  classes: 0,
  condMixing: false,
};
