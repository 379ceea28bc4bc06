import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import type { Batch } from '../../../main/training/batch.ts';
import { runTiny, tinyConfig } from '../../support/training.ts';

const config = tinyConfig({ batchSize: 32, length: { kind: 'steps', steps: 10 } });

async function trained(options: Parameters<typeof runTiny>[0] = {}) {
  const { folder, end } = await runTiny({ config, ...options });
  const rows = await readMetrics(folder);
  return { rows, end, state: (await readCheckpoint(folder))!.state };
}

describe('micro-batches', () => {
  const tolerance = {
    rtol: 1e-4,
    atol: 2e-5,
    because:
      'the same sums in another order, 10 updates of up to 1e-3 each: RAdam divides by √v, which lifts rounding of tiny gradients',
  };

  it.each([8, 1])(
    'of %i rows make the steps of the batch of 32: losses, weights, moments and averages after 10 steps',
    async (microBatch) => {
      const [whole, parts] = [await trained(), await trained({ microBatch })];
      for (const name of ['loss', 'consistencyLoss', 'diffusionLoss', 'gradNorm'] as const)
        expect(parts.rows.map((row) => row[name]!)).toBeAllClose(
          whole.rows.map((row) => row[name]!),
          tolerance,
        );
      expect(parts.state.map(({ name }) => name)).toEqual(whole.state.map(({ name }) => name));
      parts.state.forEach(({ data }, i) => expect(data).toBeAllClose(whole.state[i]!.data, tolerance));
    },
  );

  it('one of which breaks spoil only their own step', async () => {
    const spoil = (batch: Batch, k: number): Batch => {
      // One row of the third micro-batch.
      if (k === 3) batch.x_0[20 * (batch.x_0.length / 32)] = NaN;
      return batch;
    };
    const [whole, parts] = [await trained({ spoil }), await trained({ microBatch: 8, spoil })];
    expect(parts.end.position.skipped).toBe(1);
    parts.state.forEach(({ data }, i) => expect(data).toBeAllClose(whole.state[i]!.data, tolerance));
  });
});
