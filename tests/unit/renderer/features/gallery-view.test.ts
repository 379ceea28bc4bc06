import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridLayout } from '../../../../main/gallery/grid.ts';
import { mostGridMegapixels as studioMost } from '../../../../main/gallery/schema.ts';
import type { GalleryPicture, RunRecord } from '../../../../renderer/api/studio.ts';
import {
  bestColumns,
  countProblem,
  mostGridMegapixels,
  pictureFacts,
  pictureName,
  planGrid,
  planProblem,
  planWords,
  seedProblem,
  usableRuns,
} from '../../../../renderer/features/gallery/gallery-view.ts';

const picture: GalleryPicture = {
  id: 'a',
  file: 'gallery/a.png',
  run: 'run-1',
  step: 4000,
  nfe: 2,
  seed: 12,
  size: 64,
  createdAt: '2026-03-03T12:00:00.000Z',
};

describe('grids', () => {
  it('are announced exactly as the studio makes them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 32, max: 512 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 64 }),
        (pictures, size, columns, margin) => {
          const { megapixels: _, ...plan } = planGrid(pictures, size, columns, margin);
          expect(plan).toEqual(gridLayout(pictures, size, columns, margin));
        },
      ),
    );
  });
  it('are refused before they are made, by the studio’s own limit', () => {
    expect(mostGridMegapixels).toBe(studioMost);
    expect(planProblem(planGrid(64, 64, 8, 2))).toBeUndefined();
    expect(planProblem(planGrid(10_000, 512, 100, 0))).toContain('100 megapixels');
  });
  it('say their size in pixels', () => {
    expect(planWords(planGrid(64, 128, 8, 4))).toBe('1,060 × 1,060 pixels (1.1 megapixels), 8 × 8 pictures');
    expect(planWords(planGrid(5, 32, 8, 0))).toBe('160 × 32 pixels (0.01 megapixels), 5 × 1 pictures');
  });
  it('are as square as they can be without holes', () => {
    expect([64, 12, 100, 7, 1, 35].map(bestColumns)).toEqual([8, 4, 10, 3, 1, 7]);
  });
});

describe('pictures', () => {
  it('are named by what made them', () => {
    expect(pictureName(picture)).toBe('seed 12, step 4,000, 2 steps');
    expect(pictureFacts(picture, [])[1]?.value).toBe('run-1 (deleted)');
  });
  it('need a run that has saved something, newest first', () => {
    const run = (id: string, step: number, createdAt: string) => ({ id, step, createdAt }) as RunRecord;
    const runs = [run('a', 10, '2026-01-01'), run('b', 0, '2026-01-03'), run('c', 5, '2026-01-02')];
    expect(usableRuns(runs).map(({ id }) => id)).toEqual(['c', 'a']);
  });
  it('are asked for in whole numbers', () => {
    expect([1, 10_000].map(countProblem)).toEqual([undefined, undefined]);
    expect([0, 10_001, 1.5, Number.NaN].every((value) => countProblem(value) !== undefined)).toBe(true);
    expect([0, 7].map(seedProblem)).toEqual([undefined, undefined]);
    expect([-1, 0.5, Number.NaN].every((value) => seedProblem(value) !== undefined)).toBe(true);
  });
});
