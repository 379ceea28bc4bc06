import { describe, expect, it } from 'vitest';
import type { DeviceMemory } from '../../../main/engine/schema.ts';
import { chooseMicroBatch, microBatchSizes, planMemory, remediesFor } from '../../../main/training/memory.ts';
import { planRun } from '../../../main/training/plan.ts';
import type { MemoryPlan, RunConfig } from '../../../main/training/schema.ts';
import { tinyConfig } from '../../support/training.ts';

/** So many places that the pictures need more than the weights. */
const shape = [2, 16, 16] as const;
const config = tinyConfig({ batchSize: 12 });
const device = (memory: DeviceMemory = {}, workMemory: 'own' | 'shared' = 'own') => ({
  traits: { burst: 1, layout: 'separate', workMemory } as const,
  memory,
});
const weights = 4 * planRun(config, shape, 48, 1).parameters;
const plan = (rows: number, memory?: DeviceMemory, workMemory?: 'own' | 'shared') =>
  planMemory(config, shape, device(memory, workMemory), rows);

describe('a plan of memory', () => {
  it('counts the state twice, and gradients only where they are added up', () => {
    const whole = plan(12);
    expect(whole.bytes).toMatchObject({ weights, moments: 2 * weights, average: weights, gradients: 0 });
    expect(whole.bytes.nextState).toBe(4 * weights);
    expect(plan(4).bytes).toMatchObject({ gradients: weights, nextState: 5 * weights });
    expect(whole.total).toBe(8 * weights + whole.bytes.work);
    // Two more averages, now and after the step.
    const averages = Array.from({ length: 3 }, () => ({ kind: 'rate', rate: 0.9 }) as const);
    const three = planMemory(tinyConfig({ batchSize: 12, averages }), shape, device(), 12);
    expect(three.bytes).toMatchObject({ average: 3 * weights, nextState: 6 * weights });
  });

  it('grows with the pictures at once, and is less where programs take turns in one memory', () => {
    const work = [1, 2, 6].map((rows) => plan(rows).bytes.work);
    expect(work[2]! - work[1]!).toBeGreaterThan(3 * (work[1]! - work[0]!));
    expect(plan(6, {}, 'shared').bytes.work).toBeLessThan(work[2]!);
  });

  it('needs less work memory with recomputation', () => {
    const deep = { network: { kind: 'dit', patch: 1, width: 16, depth: 6, heads: 2 }, batchSize: 12 } as const;
    const work = (recompute: boolean) =>
      planMemory(tinyConfig({ ...deep, recompute }), shape, device({}, 'shared'), 12).bytes.work;
    expect(work(true)).toBeLessThan(0.5 * work(false));
  });

  it('says what there is too little of, and nothing where the device does not say what it has', () => {
    expect(plan(12)).not.toHaveProperty('problem');
    const { total, largestTensor } = plan(12);
    expect(plan(12, { free: total / 0.9 + 1 })).not.toHaveProperty('problem');
    expect(plan(12, { free: total / 0.9 - 1 }).problem).toBe('memory');
    expect(plan(12, { total }).problem).toBe('memory');
    expect(plan(12, { largestBuffer: largestTensor })).not.toHaveProperty('problem');
    expect(plan(12, { largestBuffer: largestTensor - 1 }).problem).toBe('buffer');
  });
});

describe('the pictures at once', () => {
  it('part a batch evenly', () => {
    expect(microBatchSizes(12)).toEqual([12, 6, 4, 3, 2, 1]);
    expect(microBatchSizes(1)).toEqual([1]);
    expect(tinyConfig({ batchSize: 12, microBatch: 4 }).microBatch).toBe(4);
    expect(() => tinyConfig({ batchSize: 12, microBatch: 5 })).toThrow(/divides the pictures per step/);
  });

  it.each([12, 6, 4, 3, 2, 1])('are as many as fit: %i', (rows) => {
    const free = plan(rows).total / 0.9;
    expect(chooseMicroBatch(config, shape, device({ free }))).toEqual(plan(rows, { free }));
  });

  it('are one where not even that fits, and what the person says where they say it', () => {
    expect(chooseMicroBatch(config, shape, device({ free: 1 }))).toMatchObject({
      microBatch: 1,
      problem: 'memory',
    });
    const asked = tinyConfig({ batchSize: 12, microBatch: 6 });
    expect(chooseMicroBatch(asked, shape, device({ free: 1 }))).toMatchObject({ microBatch: 6, problem: 'memory' });
  });
});

describe('what would make a run fit', () => {
  /** Needs 100 for each picture at once, a tenth of that when layers are computed twice. */
  const planAt = (free: number) => (wanted: RunConfig, rows: number) => {
    const total = (wanted.recompute ? 10 : 100) * rows;
    return { microBatch: rows, total, ...(total > 0.9 * free && { problem: 'memory' }) } as MemoryPlan;
  };
  const remedies = (free: number, rows: number, changes: Partial<RunConfig> = {}) =>
    remediesFor({ ...config, ...changes }, planAt(free)({ ...config, ...changes }, rows), planAt(free));

  it('is nothing where it fits', () => expect(remedies(1000, 4)).toEqual([]));

  it('is fewer pictures at once where more were asked for', () => {
    expect(remedies(112, 4)).toEqual([{ kind: 'microBatch' }, { kind: 'memory', bytes: Math.ceil(10 / 0.9) }]);
  });

  it('is computing layers twice, or a device with the memory of what needs the least', () => {
    const memory = { kind: 'memory', bytes: 12 };
    expect(remedies(20, 1)).toEqual([{ kind: 'recompute' }, memory]);
    expect([remedies(5, 4), remedies(5, 1, { recompute: true })]).toEqual([[memory], [memory]]);
  });
});
