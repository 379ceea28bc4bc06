/** The modules of the U-Net in the order they run: what each takes and gives. */

export interface UnetConfig {
  /** Latent channels and side length; the latents are square. */
  readonly channels: number;
  readonly side: number;
  /** Channels of the first level; level l has width · multipliers[l], at half the side of the level before. */
  readonly width: number;
  readonly multipliers: readonly number[];
  /** Residual blocks per level on the way down; one more on the way up. */
  readonly blocks: number;
  /** Sides at which blocks attend. */
  readonly attentionSides: readonly number[];
  /** Channels of one attention head. */
  readonly headChannels: number;
  /** Which norm stands everywhere a norm stands (unet-norms.ts). */
  readonly norm: 'nonScaling' | 'group' | 'layer' | 'instance' | 'rms';
  /** Classes besides the null class; 0 (also when absent) for an unconditional network. */
  readonly classes?: number | undefined;
  /** Training keeps only the inputs of each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean | undefined;
}

export interface UnetBlock {
  readonly name: string;
  readonly into: number;
  readonly out: number;
  /** Side of the output. */
  readonly side: number;
  readonly resample: 'none' | 'down' | 'up';
  readonly attention: boolean;
  /** Channels of the skip connection that is joined to the input; they count in `into`. */
  readonly skip: number;
}

export interface UnetPlan {
  /** The first convolution, from the latent channels. */
  readonly first: { readonly name: string; readonly out: number };
  readonly encoder: readonly UnetBlock[];
  readonly decoder: readonly UnetBlock[];
  /** Channels before the last convolution. */
  readonly out: number;
}

const plainBlock = { resample: 'none', attention: false, skip: 0 } as const;

/** Down: a resampling block between levels, then `blocks` blocks; every output is a skip connection. */
export function unetPlan({ side, width, multipliers, blocks, attentionSides }: UnetConfig): UnetPlan {
  const sideOf = (level: number) => side / 2 ** level;
  const widthOf = (level: number) => width * multipliers[level]!;
  const attends = (at: number) => attentionSides.includes(at);
  let current = widthOf(0);
  const skips = [current];
  const next = (block: Omit<UnetBlock, 'into'>): UnetBlock => {
    const planned = { ...block, into: current + block.skip };
    current = block.out;
    return planned;
  };

  const encoder = multipliers.flatMap((_, level) => {
    const at = sideOf(level);
    const name = `enc.${at}x${at}`;
    const down =
      level === 0 ? [] : [next({ ...plainBlock, name: `${name}_down`, out: current, side: at, resample: 'down' })];
    const rest = Array.from({ length: blocks }, (__, i) =>
      next({ ...plainBlock, name: `${name}_block${i}`, out: widthOf(level), side: at, attention: attends(at) }),
    );
    const all = [...down, ...rest];
    skips.push(...all.map(({ out }) => out));
    return all;
  });

  const decoder = multipliers
    .map((_, level) => level)
    .toReversed()
    .flatMap((level) => {
      const at = sideOf(level);
      const name = `dec.${at}x${at}`;
      const before =
        level === multipliers.length - 1
          ? [
              next({ ...plainBlock, name: `${name}_in0`, out: current, side: at, attention: true }),
              next({ ...plainBlock, name: `${name}_in1`, out: current, side: at }),
            ]
          : [next({ ...plainBlock, name: `${name}_up`, out: current, side: at, resample: 'up' })];
      const rest = Array.from({ length: blocks + 1 }, (_, i) =>
        next({
          ...plainBlock,
          name: `${name}_block${i}`,
          out: widthOf(level),
          side: at,
          attention: attends(at),
          skip: skips.pop()!,
        }),
      );
      return [...before, ...rest];
    });

  return { first: { name: `enc.${side}x${side}_conv`, out: widthOf(0) }, encoder, decoder, out: current };
}
