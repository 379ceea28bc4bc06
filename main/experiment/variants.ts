/** What the headline experiment compares: the paper's method, the method without each of its parts, the baselines, and later methods. */
import { initialC } from '../consistency/scaling-c.ts';
import { runConfigSchema } from '../training/schema.ts';
import type { RunConfig, RunConfigInput } from '../training/schema.ts';

type Consistency = Extract<RunConfigInput['objective'], { kind: 'consistency' }>;
type Unet = Extract<RunConfigInput['network'], { kind: 'unet' }>;

export interface Variant {
  readonly id: string;
  readonly title: string;
  /** What is different from the full method, for the table. */
  readonly note: string;
  readonly config: (dimensions: number) => Omit<RunConfigInput, 'length' | 'seed'>;
}

/** A U-Net small enough that two cores train dozens of it in two hours. Its proportions, not its size, are the paper's. */
const network: Unet = {
  kind: 'unet',
  width: 32,
  multipliers: [1, 1],
  blocks: 1,
  attentionSides: [4],
  headChannels: 32,
  norm: 'nonScaling',
};

/**
 * The full method at this size. What differs from the paper's recipe holds for every variant alike: a learning rate for a small network,
 * β₂ for a short run, and a curriculum that ends at 40 intervals, because few steps are better spent on coarse levels.
 */
const full = {
  network,
  objective: { kind: 'consistency', curriculum: { s0: 10, s1: 40 } } as Consistency,
  optimiser: { learningRate: 1e-3, beta2: 0.99 },
  batchSize: 64,
  sampleSheets: 0,
} satisfies Omit<RunConfigInput, 'length' | 'seed'>;

const consistency = (changes: Partial<Consistency>): Consistency => ({ ...full.objective, ...changes });
const group: Unet = { ...network, norm: 'group' };

/** iLCT: iCT's recipe on latents. Method §2: the authors give the mean of squares the c that iCT made for their sum. */
const baseline = (c: (dimensions: number) => number) => (dimensions: number) => ({
  ...full,
  network: group,
  coupling: 'independent' as const,
  objective: consistency({
    loss: 'pseudoHuber',
    scaling: { kind: 'constant', c: c(dimensions) },
    diffusionLoss: { weight: 0 },
  }),
});

const without = (
  id: string,
  title: string,
  note: string,
  config: (dimensions: number) => Partial<RunConfigInput>,
): Variant => ({ id, title, note, config: (dimensions) => ({ ...full, ...config(dimensions) }) });

export const variants: readonly Variant[] = [
  without('full', 'Full method', 'the reference', () => ({})),
  {
    id: 'ilct-authors',
    title: 'iLCT, the authors’ c',
    note: 'Pseudo-Huber with c = 0.00054·√D on the mean, GroupNorm, no coupling, no diffusion loss',
    config: baseline(initialC),
  },
  {
    id: 'ilct-faithful',
    title: 'iLCT, iCT’s c',
    note: 'the same with c = 0.00054 on the mean, which is iCT’s 0.00054·√D on the norm',
    config: baseline(() => 0.00054),
  },
  without('huber', 'Huber instead of Cauchy', 'Pseudo-Huber loss, all else as the full method', () => ({
    objective: consistency({ loss: 'pseudoHuber' }),
  })),
  without('no-diffusion', 'without the diffusion loss', 'weight 0', () => ({
    objective: consistency({ diffusionLoss: { weight: 0 } }),
  })),
  without('no-coupling', 'without OT coupling', 'noise and latents are paired by chance', () => ({
    coupling: 'independent',
  })),
  without('constant-c', 'without adaptive c', 'c = 0.00054·√D throughout', (dimensions) => ({
    objective: consistency({ scaling: { kind: 'constant', c: initialC(dimensions) } }),
  })),
  without('group-norm', 'GroupNorm instead of NsLN', 'GroupNorm with gains and biases', () => ({ network: group })),
  without(
    'easy-consistency',
    'Easy Consistency Tuning',
    'its own loss and mapping, from scratch: its first stage is a diffusion model’s',
    (d) => ({
      coupling: 'independent',
      // Its gap ends near that of 40 intervals: its published 7 doublings are for far longer runs.
      objective: { kind: 'easyConsistency', doublings: 3, c: initialC(d) },
    }),
  ),
  without('mean-flow', 'MeanFlow', 'average velocities instead of a consistency function', () => ({
    coupling: 'independent',
    objective: { kind: 'meanFlow' },
  })),
];

/** The configuration of one run of the comparison, for latents of `dimensions` elements. */
export const runOf = (variant: Variant, dimensions: number, steps: number, seed: number): RunConfig =>
  runConfigSchema.parse({ ...variant.config(dimensions), length: { kind: 'steps', steps }, seed });
