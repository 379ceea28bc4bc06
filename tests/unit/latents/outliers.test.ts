/** The index of outliers: what it lists, what it counts, and how it is asked. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { measureLatents } from '../../../main/latents/finish.ts';
import { assembleOutliers } from '../../../main/latents/outliers/assemble.ts';
import { Extremes } from '../../../main/latents/outliers/extremes.ts';
import { OutlierIndex } from '../../../main/latents/outliers/query.ts';
import { robustZ } from '../../../main/latents/outliers/robust-z.ts';
import { measureChannels } from '../../../main/latents/measure/measure.ts';
import { rowsInMemory } from '../../support/latents.ts';

const shape: [number, number, number] = [2, 3, 4];
const dimensions = 24;

/** Bell curves, of another mean in each channel. */
function ordinary(rows: number): Float32Array {
  const random = new Random({ seed: 4, stream: 'test', index: 0 });
  // Cut off, so that nothing of it is beyond the outer fences.
  const bell = () => Math.max(-2.5, Math.min(2.5, random.normal()));
  return Float32Array.from({ length: rows * dimensions }, (_, i) => bell() + 3 * Math.floor((i % dimensions) / 12));
}
const at = (picture: number, channel: number, row: number, col: number) =>
  picture * dimensions + (channel * shape[1] + row) * shape[2] + col;

const indexOf = async (values: Float32Array, copies = 1) =>
  new OutlierIndex((await measureLatents(rowsInMemory(values, shape, { copies }))).outliers);

describe('planted outliers', () => {
  const values = ordinary(50);
  values[at(31, 1, 2, 3)] = 60;
  values[at(31, 1, 2, 2)] = 40;
  values[at(7, 0, 0, 1)] = -30;
  for (let picture = 0; picture < 40; picture++) values[at(picture, 0, 1, 1)] = 20 + picture / 100;

  it('are found where they are, the most extreme first', async () => {
    const index = await indexOf(values);
    const { rows } = index.outliers({}, 0, 3);
    expect(rows.map(({ z: _, ...row }) => row)).toEqual([
      { picture: 31, channel: 1, row: 2, col: 3, value: 60 },
      { picture: 31, channel: 1, row: 2, col: 2, value: 40 },
      { picture: 7, channel: 0, row: 0, col: 1, value: -30 },
    ]);
    expect(rows.map(({ z }) => Math.sign(z))).toEqual([1, 1, -1]);
    const [worst, second, third] = index.pictures({}, 0, 3).rows;
    expect([worst, second].map((row) => [row!.picture, row!.outerCount, row!.share])).toEqual([
      [31, 3, 3 / dimensions],
      [7, 2, 2 / dimensions],
    ]);
    expect(worst!.worst).toMatchObject({ channel: 1, row: 2, col: 3, value: 60 });
    // One value each: the one that is furthest out comes first.
    expect(third).toMatchObject({ picture: 39, outerCount: 1, worst: { channel: 0, row: 1, col: 1 } });
    expect(index.pictures({}, 0, 50).rows.at(-1)!.outerCount).toBe(0);
  });

  it('at the same place in most pictures are a habit, elsewhere the pictures’ own', async () => {
    const { positions } = await indexOf(values);
    expect(positions.shares[at(0, 0, 1, 1)]).toBe(0.8);
    expect(positions.shares[at(0, 1, 2, 3)]).toBe(1 / 50);
    expect(positions.habits).toEqual([{ channel: 0, row: 1, col: 1, share: 0.8 }]);
    // A few pictures are no habit.
    const few = (await indexOf(values.subarray(0, 5 * dimensions))).positions;
    expect(few.habits).toEqual([]);
  });

  it('of mirror images are not listed; the statistics count them', async () => {
    const random = new Random({ seed: 5, stream: 'test', index: 0 });
    const both = Float32Array.from({ length: 40 * dimensions }, () => Math.max(-2, Math.min(2, random.normal())));
    both[at(2 * 6, 1, 0, 0)] = 30;
    both[at(2 * 6 + 1, 1, 0, 3)] = 31;
    const { outliers, statistics } = await measureLatents(rowsInMemory(both, shape, { copies: 2, rowsPerBlock: 6 }));
    const index = new OutlierIndex(outliers);
    expect(index.outliers({}, 0, 10).rows).toMatchObject([{ picture: 6, channel: 1, row: 0, col: 0, value: 30 }]);
    expect(index.pictures({ beyond: 'outer' }, 0, 10)).toMatchObject({
      total: 1,
      rows: [{ picture: 6, outerCount: 1 }],
    });
    expect(index.positions.pictures).toBe(20);
    expect(index.positions.shares.filter((share) => share > 0)).toEqual([1 / 20]);
    expect(outliers.facts).toMatchObject({ pictures: 20, inner: 1, outer: 1 });
    expect(statistics.channels[1]).toMatchObject({ max: 31, outlierCount: 2 });
  });
});

describe('any values', () => {
  const set = fc
    .record({
      rows: fc.integer({ min: 2, max: 12 }),
      seed: fc.integer(),
      ties: fc.boolean(),
      most: fc.integer({ min: 1, max: 30 }),
    })
    .map(({ rows, seed, ties, most }) => {
      const random = new Random({ seed, stream: 'test', index: 0 });
      const draw = () => random.normal() * (random.uniform() < 0.15 ? 8 : 1);
      const values = Float32Array.from({ length: rows * dimensions }, () => (ties ? Math.round(draw()) : draw()));
      return { values, rows, most };
    });

  it('are listed and counted as by looking at each of them', async () => {
    await fc.assert(
      fc.asyncProperty(set, async ({ values, rows, most }) => {
        const results = await measureChannels(rowsInMemory(values, shape, { rowsPerBlock: 5 }), { mostExtremes: most });
        const { facts, numbers } = assembleOutliers(results, { shape, pictures: rows }, most);
        const judge = (i: number) => facts.channels[Math.floor((i % dimensions) / 12)]!;
        const isBeyond = (i: number, [low, high]: readonly [number, number]) => values[i]! < low || values[i]! > high;
        const size = (i: number) => Math.abs(robustZ(values[i]!, judge(i)));
        const inner = [...values.keys()].filter((i) => isBeyond(i, judge(i).innerFences));
        const outer = inner.filter((i) => isBeyond(i, judge(i).outerFences));
        expect([facts.inner, facts.outer]).toEqual([inner.length, outer.length]);

        const sorted = inner.toSorted((a, b) => size(b) - size(a) || a - b);
        const listed = [...numbers.pictures].map((picture, i) => picture * dimensions + numbers.elements[i]!);
        expect(listed).toEqual(sorted.slice(0, most));
        expect([...numbers.values]).toEqual(listed.map((i) => values[i]));

        const ofPicture = (of: readonly number[], picture: number) =>
          of.filter((i) => Math.floor(i / dimensions) === picture);
        const pictures = Array.from({ length: rows }, (_, picture) => ({
          picture,
          inner: ofPicture(inner, picture).length,
          outer: ofPicture(outer, picture).length,
          worst: ofPicture(sorted, picture)[0],
        })).sort((a, b) => b.outer - a.outer || sizeOf(b.worst) - sizeOf(a.worst) || a.picture - b.picture);
        function sizeOf(i: number | undefined): number {
          return i === undefined ? 0 : size(i);
        }
        expect([...numbers.order]).toEqual(pictures.map(({ picture }) => picture));
        expect([...numbers.inner]).toEqual(pictures.map((row) => row.inner));
        expect([...numbers.outer]).toEqual(pictures.map((row) => row.outer));
        pictures.forEach(({ picture, worst }, i) => {
          if (worst === undefined) return;
          expect(picture * dimensions + numbers.worstElements[i]!).toBe(worst);
          expect(numbers.worst[i]).toBe(values[worst]);
        });
        expect([...numbers.cells]).toEqual(
          Array.from({ length: dimensions }, (_, d) => outer.filter((i) => i % dimensions === d).length),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('offered to a bounded list leave the most extreme ones, the first of equals', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (sizes, most) => {
          const extremes = new Extremes(most);
          sizes.forEach((size, i) => extremes.offer(size, i, 100 + i));
          const sorted = [...sizes.keys()].sort((a, b) => sizes[b]! - sizes[a]! || a - b).slice(0, most);
          const { sizes: kept, pictures, cells } = extremes.kept;
          expect([...cells].sort((a, b) => a - b)).toEqual(sorted.toSorted((a, b) => a - b));
          cells.forEach((i, k) => expect([kept[k], pictures[k]]).toEqual([sizes[i], 100 + i]));
        },
      ),
    );
  });
});

it('robust z is the usual one for a bell curve, and has an answer where most values are the same', () => {
  expect(robustZ(3, { median: 1, mad: 0.6745, std: 9 })).toBe(2);
  expect(robustZ(3, { median: 1, mad: 0, std: 0.5 })).toBe(4);
  expect(robustZ(1, { median: 1, mad: 0, std: 0 })).toBe(0);
});

describe('the index is asked', () => {
  const values = ordinary(30);
  values[at(3, 0, 0, 0)] = 12;
  values[at(3, 1, 2, 1)] = -14;
  values[at(8, 0, 0, 0)] = 9;
  values[at(9, 1, 0, 2)] = 40;
  const asked = async (filter: Parameters<OutlierIndex['outliers']>[0]) => {
    const index = await indexOf(values);
    const { rows, total } = index.outliers(filter, 0, 100);
    expect(total).toBe(rows.length);
    return {
      values: rows.map(({ value }) => value),
      pictures: index.pictures(filter, 0, 100).rows.map((row) => row.picture),
    };
  };

  it.each([
    [{ beyond: 'outer' }, [40, -14, 12, 9], [3, 9, 8]],
    [{ channel: 0, beyond: 'outer' }, [12, 9], [3, 8]],
    [{ from: 9, to: 12 }, [12, 9], [3, 8]],
    [{ to: -10 }, [-14], [3]],
    [{ cell: { row: 0, col: 0 }, beyond: 'outer' }, [12, 9], [3, 8]],
    [{ cell: { row: 2, col: 1 }, channel: 0, beyond: 'outer' }, [], []],
    [{ picture: 3, beyond: 'outer' }, [-14, 12], [3]],
    [{ picture: -1 }, [], []],
  ] as const)('%j', async (filter, expectedValues, expectedPictures) => {
    const found = await asked(filter);
    expect(found.values).toEqual(expectedValues);
    expect(found.pictures).toEqual(expectedPictures);
  });

  it('page by page, and every page is a part of the whole', async () => {
    const index = await indexOf(values);
    const whole = index.pictures({}, 0, 100).rows;
    expect(whole).toHaveLength(30);
    expect([0, 13, 26].flatMap((offset) => index.pictures({}, offset, 13).rows)).toEqual(whole);
    expect(index.pictures({}, 30, 13)).toEqual({ total: 30, rows: [] });
    const all = index.outliers({}, 0, 100).rows;
    expect(index.outliers({}, 1, 2).rows).toEqual(all.slice(1, 3));
    // Another question in between.
    expect(index.outliers({ channel: 1 }, 0, 1).total).toBeLessThan(all.length);
    expect(index.outliers({}, 1, 2).rows).toEqual(all.slice(1, 3));
    expect(index.pictures({ picture: 8 }, 0, 9).rows.map(({ picture }) => picture)).toEqual([8]);
    expect(index.pictures({}, 0, 100).rows).toEqual(whole);
  });

  it('for the z of every value of a latent', async () => {
    const index = await indexOf(values);
    const z = index.zOf(values.subarray(at(9, 0, 0, 0), at(10, 0, 0, 0)));
    expect(z[at(0, 1, 0, 2)]).toBe(index.outliers({}, 0, 1).rows[0]!.z);
    expect(z.filter((each) => Math.abs(each) > 5)).toHaveLength(1);
  });
});
