import { describe, expect, it } from 'vitest';
import type { MemoryPlan, RunRecord } from '../../../../renderer/api/studio.ts';
import {
  memoryNeed,
  memoryNotice,
  memoryParts,
  memoryScale,
  memoryVerdict,
} from '../../../../renderer/features/train/memory-view.ts';

const plan = (changes: Partial<MemoryPlan> = {}): MemoryPlan => ({
  batchSize: 64,
  microBatch: 64,
  bytes: { weights: 4e6, moments: 8e6, average: 4e6, gradients: 0, nextState: 16e6, work: 300e6 },
  total: 332e6,
  largestTensor: 8e6,
  device: { total: 16e9, free: 12e9 },
  ...changes,
});

describe('the memory a run needs', () => {
  it('is shown in parts that are needed and add up', () => {
    const parts = memoryParts(plan());
    expect(parts.map(({ label }) => label)).toEqual([
      'pictures in work',
      'room for the next step',
      'optimiser',
      'model',
      'averaged model',
    ]);
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(332e6);
  });

  it('is beside what the device says it has', () => {
    expect(memoryNeed(plan())).toBe('About 332 MB of the 12 GB that are free.');
    expect(memoryScale(plan())).toBe(12e9);
    expect(memoryNeed(plan({ device: { total: 16e9 } }))).toBe('About 332 MB of 16 GB.');
    expect(memoryNeed(plan({ device: {} }))).toContain('does not say');
    expect(memoryScale(plan({ device: {} }))).toBe(332e6);
  });

  it('says how a batch is worked on, or why it does not fit', () => {
    expect(memoryVerdict(plan())).toBe('All 64 pictures of a step fit at once.');
    expect(memoryVerdict(plan({ microBatch: 16 }))).toContain('in 4 parts of 16; the result is the same');
    expect(memoryVerdict(plan({ microBatch: 1, problem: 'memory' }))).toContain(
      'too much, even with 1 picture at once',
    );
    const buffer = memoryVerdict(plan({ problem: 'buffer', device: { largestBuffer: 4e6 } }));
    expect(buffer).toContain('8.0 MB, is more than the 4.0 MB');
  });

  it('that ran out in a run is told, with what became of it', () => {
    const run = { microBatch: 16, config: { batchSize: 64 } } as RunRecord;
    expect(memoryNotice(run)).toBeUndefined();
    expect(memoryNotice({ ...run, memoryRanOutAt: 1204 })).toBe(
      'Memory ran out at step 1,204. Nothing was lost: the 64 pictures of a step are worked on in 4 parts of 16; the result is the same.',
    );
  });
});
