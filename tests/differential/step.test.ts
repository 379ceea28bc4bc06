/** A network's whole training step (student, teacher, losses, RAdam, moving average), compiled and at once. */
import { describe, expect, it } from 'vitest';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { DataOrder, prepareBatch } from '../../main/training/batch.ts';
import { batchInputs, updateInputs } from '../../main/training/step-inputs.ts';
import { runLayout, trainingStep } from '../../main/training/step.ts';
import { runCompiled } from '../support/compiled.ts';
import { normal } from '../support/tensors.ts';
import { tinyConfig, tinyShape } from '../support/training.ts';
import { tinyUnet } from '../support/unet.ts';

const smaller = { ...tinyUnet, multipliers: [1, 1] };
const networks = {
  'the U-Net': smaller,
  'the U-Net with GroupNorm': { ...smaller, norm: 'group' },
} as const;

describe.each(Object.entries(networks))('a step of %s', (_, network) => {
  const config = tinyConfig({ network, batchSize: 2 });
  const dimensions = tinyShape.reduce((a, b) => a * b, 1);
  const latents = normal([4 * dimensions], 1, 0.5).data as Float32Array;
  const order = new DataOrder(0, 4);
  const batch = prepareBatch({ latents, count: 4, dimensions }, config, 100, 50, order);

  it('computes compiled what TF.js computes at once', async () => {
    const { fn, types } = trainingStep(config, tinyShape, runLayout(config.network, tinyShape, 'separate'));
    const given = { ...batchInputs(batch, types), ...updateInputs(config, 7, [0.99]) };
    // Random weights: at the start whole branches are 0, and so would be most gradients.
    const inputs = Object.fromEntries(
      Object.entries(types).map(([name, { shape }], i): [string, EagerTensor] => {
        const value = normal(shape, i, 0.1);
        return [
          name,
          given[name] ?? (name.startsWith('v/') ? { ...value, data: Float32Array.from(value.data, Math.abs) } : value),
        ];
      }),
    );
    const eager = runEager(fn, inputs);
    const compiled = await runCompiled(fn, inputs);
    expect(Object.keys(compiled)).toEqual(Object.keys(eager));
    expect(eager['committed']!.data[0]).toBe(1);
    for (const [name, { shape, data }] of Object.entries(eager)) {
      const largest = Math.max(...Array.from(data, Math.abs));
      expect(compiled[name]!.shape, name).toEqual(shape);
      expect(compiled[name]!.data, name).toBeAllClose(data, {
        rtol: 1e-4,
        atol: 1e-5 * largest,
        because:
          'float32 sums in another order through some thirty layers; what cancels is measured by the largest value',
      });
    }
  });
});
