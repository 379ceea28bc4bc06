import { describe, expect, it } from 'vitest';
import { measuredStep } from '../../../main/api/handlers/estimate.ts';
import type { DeviceRow } from '../../../main/engine/schema.ts';
import type { RunRecord } from '../../../main/runs/schema.ts';
import { runConfigSchema } from '../../../main/training/schema.ts';

const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 64, depth: 2, heads: 2 },
  batchSize: 32,
  length: { kind: 'steps', steps: 100 },
});
const check = {
  at: '2026-01-01T00:00:00Z',
  version: '1',
  name: 'A processor',
  deviations: [],
  step: { model: { name: 'Quick look', parameters: 5000, batchSize: 32 }, milliseconds: 40 },
};
const cpu: DeviceRow = { kind: 'cpu', name: 'A processor', state: 'ready', check };
const list = { devices: [cpu], used: 'cpu' as const };
const run = (change: Partial<RunRecord>): RunRecord =>
  ({
    name: 'Earlier',
    createdAt: '2026-01-02T00:00:00Z',
    config: { ...config, length: { kind: 'minutes', minutes: 3 }, seed: 9 },
    step: 200,
    seconds: 10,
    device: { kind: 'cpu', name: 'A processor' },
    ...change,
  }) as RunRecord;

describe('measuredStep', () => {
  it('takes the newest run that did the same work on the same device', () => {
    const runs = [run({ name: 'Older', createdAt: '2026-01-01T00:00:00Z', seconds: 90 }), run({})];
    expect(measuredStep(config, { parameters: 1 }, list, runs)).toEqual({ seconds: 0.05, run: 'Earlier' });
  });

  it('takes no other run', () => {
    const others = [
      run({ step: 0, seconds: 0 }),
      run({ device: { kind: 'webgpu', name: 'A card' } }),
      run({ device: undefined }),
      run({ config: { ...config, batchSize: 16 } }),
      run({ config: { ...config, recompute: true } }),
    ];
    expect(measuredStep(config, { parameters: 1 }, list, others)).toBeUndefined();
  });

  it('takes the check of the device for a model of the same size and batch, and for no other', () => {
    expect(measuredStep(config, { parameters: 5000 }, list, [])).toEqual({ seconds: 0.04 });
    expect(measuredStep({ ...config, batchSize: 16 }, { parameters: 5000 }, list, [])).toBeUndefined();
    expect(measuredStep(config, { parameters: 5001 }, list, [])).toBeUndefined();
    expect(measuredStep(config, { parameters: 5000 }, { ...list, used: 'webgpu' }, [])).toBeUndefined();
  });
});
