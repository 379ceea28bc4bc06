/** Every count of the method's table of parameter counts, and no count of it left out. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ditSizes } from '../../main/models/dit-sizes.ts';
import type { DitSize } from '../../main/models/dit-sizes.ts';
import type { DitConfig } from '../../main/models/dit.ts';
import { networkSpecs } from '../../main/models/network.ts';
import { countParameters } from '../../main/models/parameters.ts';
import type { UnetConfig } from '../../main/models/unet.ts';
import { ditConfig } from '../support/dit.ts';
import { paperUnet } from '../support/unet.ts';

const { param_counts_excluding_fixed_pos_embed: counts } = JSON.parse(
  readFileSync(new URL('method.json', import.meta.url), 'utf8'),
) as { param_counts_excluding_fixed_pos_embed: Record<string, number | { total: number; trainable: number }> };

const unets = {
  unet_paper_nsln: paperUnet,
  unet_paper_gn: { ...paperUnet, norm: 'group' },
  unet_iLCT_baseline_2blocks_gn: { ...paperUnet, norm: 'group', blocks: 2 },
} as const;

/** “DiT-S/2 rms classes=0 mlp=relu_ freq=prev_mlp” as a configuration. Patch 2 at 32 × 32. */
function configOf(name: string): DitConfig {
  const [, size, norm, classes, mlp, rest] =
    /^DiT-(\w+)\/2 (rms|layer)(?:\(qk-norm affine\))? classes=(\d+) mlp=(relu|gate)_? (.*)$/.exec(name)!;
  return {
    ...ditConfig,
    ...ditSizes[size as DitSize],
    side: 32,
    norm: norm as 'rms' | 'layer',
    classes: Number(classes),
    mlp: mlp === 'relu' ? 'relu' : 'gatedRelu',
    frequencyFilter: rest!.includes('prev_mlp'),
    condMixing: rest!.endsWith('cond_mixing'),
  };
}

describe('parameter counts', () => {
  const [dits, others] = [true, false].map((wanted) =>
    Object.entries(counts).filter(([name]) => name.startsWith('DiT-') === wanted),
  ) as [[string, number][], [string, { total: number; trainable: number }][]];

  it('of four sizes of the DiT, in every form that the table has', () => {
    expect(dits).toHaveLength(4 * 10);
    const ours = dits.map(([name]): [string, number] => {
      const config = { kind: 'dit', ...configOf(name) } as const;
      return [name, countParameters(networkSpecs(config, [4, 32, 32]))];
    });
    expect(ours).toEqual(dits);
  });

  it('of the paper’s U-Nets: what is trained, and with the frozen gains', () => {
    const count = (unet: UnetConfig) => countParameters(networkSpecs({ kind: 'unet', ...unet }, [4, 32, 32]));
    expect(Object.fromEntries(others.map(([name]) => [name, count(unets[name as keyof typeof unets])]))).toEqual(
      Object.fromEntries(others.map(([name, { trainable }]) => [name, trainable])),
    );
    // LayerNorm learns the gains that Non-scaling LayerNorm freezes at 1.
    expect(count({ ...paperUnet, norm: 'layer' })).toBe(others[0]![1].total);
  });
});
