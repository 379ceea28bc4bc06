/** A VAE's whole training step (both networks, the loss, RAdam, moving average), compiled and at once. */
import { describe, expect, it } from 'vitest';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { vaeTrainingStep } from '../../main/vae/trainer.ts';
import { runCompiled } from '../support/compiled.ts';
import { normal, tensor } from '../support/tensors.ts';
import { tinyVaeConfig } from '../support/vae-training.ts';

describe('a step of a VAE and its discriminator', () => {
  const config = tinyVaeConfig({ batchSize: 1, loss: { discriminator: { kind: 'patch' } } });
  const { fn, types } = vaeTrainingStep(config, 32, 'joined', true);

  it('computes compiled what TF.js computes at once', async () => {
    const scalars = { klWeight: 0.1, adaptive: 1e-3, momentum: 0, emaTake: 0.1 };
    const inputs = Object.fromEntries(
      Object.entries(types).map(([name, { shape }], i): [string, EagerTensor] => {
        if (name in scalars) return [name, tensor([scalars[name as keyof typeof scalars]], [])];
        const value = normal(shape, i, name === 'x' || name === 'eps' ? 0.5 : 0.1);
        return [name, name.startsWith('v/') ? { ...value, data: Float32Array.from(value.data, Math.abs) } : value];
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
        because: 'float32 sums in another order; what cancels is measured by the largest value',
      });
    }
  });
});
