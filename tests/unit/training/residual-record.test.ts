import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { levelsAt } from '../../../main/consistency/noise-levels.ts';
import { recordedSteps, residualRecord } from '../../../main/training/residuals/record.ts';
import { readResidualRows } from '../../../main/training/residuals/rows.ts';
import { placedStages } from '../../../main/training/stages.ts';
import type { StepReport } from '../../../main/training/trainer.ts';
import { batchOf } from '../../support/teaching.ts';
import { consistencyConfig, runTiny, tinyConfig } from '../../support/training.ts';

const report = (residuals: Float32Array): StepReport => ({
  ...{ loss: 1, parts: {}, gradNorm: 1, committed: true, lossScale: 1 },
  residuals,
});

describe('the record of residuals', () => {
  it('has 64 steps of each stage, evenly spread, its last among them', () => {
    const config = consistencyConfig({ curriculum: { s0: 10, s1: 640 } });
    const steps = [...recordedSteps(config, 100_000)];
    expect(steps).toHaveLength(7 * 64);
    expect(steps.at(-1)).toBe(100_000);
    for (const { begin, steps: length, levels } of placedStages(config, 100_000)) {
      const own = steps.filter((step) => step > begin && step <= begin + length);
      expect(own).toHaveLength(64);
      expect(own.at(-1)).toBe(begin + length);
      const gaps = own.slice(1).map((step, i) => step - own[i]!);
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
      for (const step of own) expect(levelsAt(step - 1, 100_000, { s0: 10, s1: 640 })).toBe(levels);
    }
  });

  it('has every step of a short run', () => {
    expect([...recordedSteps(tinyConfig(), 12)]).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  });

  it('has of each sample what the step knew: r, its level and λ; 64 samples at most', () => {
    const config = tinyConfig({ batchSize: 100 });
    const batch = batchOf(config, 4);
    const squares = Float32Array.from({ length: 100 }, (_, b) => (b + 1) ** 2);
    const row = residualRecord(config, 100)!.row(report(squares), batch, 5)!;
    expect(row).toMatchObject({ step: 5, r: Array.from({ length: 64 }, (_, b) => b + 1) });
    const { sigma, weight } = row as unknown as { sigma: number[]; weight: number[] };
    expect(sigma).toBeAllClose(batch.inputs['t.sigma']!.subarray(0, 64), {
      rtol: 1e-5,
      atol: 0,
      because: 'six digits are kept',
    });
    expect(weight).toHaveLength(64);
    weight.forEach((lambda, b) =>
      expect(lambda * (batch.inputs['t.sigma']![b]! - batch.inputs['r.sigma']![b]!)).toBeCloseTo(1, 3),
    );
  });

  it('is written by training: the mean of λ·ρ(r²) of a row is the consistency loss of its step', async () => {
    const config = consistencyConfig({ loss: 'l2', diffusionLoss: { weight: 0 } });
    const losses: number[] = [];
    const { folder } = await runTiny({
      config,
      loop: { onRows: (rows) => losses.push(...rows.map(({ consistencyLoss }) => consistencyLoss!)) },
    });
    const rows = await readResidualRows(folder);
    expect(rows).toHaveLength(12);
    const means = rows.map(({ r, weight }) => r.reduce((sum, each, b) => sum + weight[b]! * each ** 2, 0) / r.length);
    expect(means).toBeAllClose(losses, { rtol: 2e-5, atol: 0, because: 'six digits are kept' });
  });

  it('is not kept of steps in between, and of objectives without a teacher', async () => {
    const row = residualRecord(tinyConfig(), 100_000)!.row;
    expect(row(report(new Float32Array(8)), batchOf(tinyConfig(), 0), 3)).toBeUndefined();
    const config = tinyConfig({ objective: { kind: 'diffusion' }, length: { kind: 'steps', steps: 2 } });
    const { folder } = await runTiny({ config });
    expect(existsSync(join(folder, 'residuals.jsonl'))).toBe(false);
    expect(await readResidualRows(folder)).toEqual([]);
  });
});
