/** Measuring latents: exactly, or in one pass within the bounds that it states; and the kernel under it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { measureLatents } from '../../../main/latents/finish.ts';
import { Arena } from '../../../main/latents/measure/arena.ts';
import { binCount, boundsOf, floatBelow, floatUpTo, keyAt, keyOf } from '../../../main/latents/measure/bins.ts';
import { Distribution } from '../../../main/latents/measure/distribution.ts';
import { measureChannels, measureHere } from '../../../main/latents/measure/measure.ts';
import { orderOf } from '../../../main/latents/measure/order.ts';
import { planFromSample } from '../../../main/latents/measure/plan.ts';
import { rowArrays, rowBytes, rowKernel, rowMemory } from '../../../main/latents/measure/row-kernel.ts';
import type { Rows } from '../../../main/latents/measure/rows.ts';
import { ChannelScan } from '../../../main/latents/measure/scan.ts';
import { quantile } from '../../../main/latents/statistics.ts';
import { rowsInMemory } from '../../support/latents.ts';

const shape: Rows['shape'] = [2, 4, 4];
const dimensions = 32;

/** Bell curves of another width in each row, now and then a far value. */
function heavyTailed(rows: number, seed = 1): Float32Array {
  const random = new Random({ seed, stream: 'test', index: 0 });
  const values = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const [scale, shift] = [Math.exp(random.normal(0, 0.3)), random.normal(0, 0.2)];
    for (let d = 0; d < dimensions; d++)
      values[row * dimensions + d] = shift + scale * random.normal() * (random.uniform() < 0.02 ? 6 : 1);
  }
  return values;
}

/** How often the rows were read. */
function counted(rows: Rows): { readonly rows: Rows; readonly passes: () => number } {
  let passes = 0;
  return {
    rows: {
      ...rows,
      pass: (blocks) => {
        passes++;
        return rows.pass(blocks);
      },
    },
    passes: () => passes,
  };
}

const anyFloat = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 0, 1, -1, 2 ** -149, -(2 ** -149)),
);

describe('bins', () => {
  it('hold every float once, in order, and none more than a 512th of its size', () => {
    const [low, high] = [keyAt(0), keyAt(binCount - 1)].map(boundsOf);
    // The outermost bins are of what is no number.
    expect([low, high].flat().every(Number.isNaN)).toBe(true);
    let before = -Infinity;
    const wrong: (readonly [number, number])[] = [];
    for (let rank = 0; rank < binCount; rank++) {
      const [least, most] = boundsOf(keyAt(rank));
      if (!Number.isFinite(least) || !Number.isFinite(most)) continue;
      const isNext = before < least || Object.is(least, 0);
      const isNarrow = Math.abs(least) < 2 ** -100 || most - least <= Math.abs(least) / 512;
      if (!(least < most && isNext && isNarrow)) wrong.push([least, most]);
      before = most;
    }
    expect(wrong).toEqual([]);
    fc.assert(
      fc.property(anyFloat, (value) => {
        const [least, most] = boundsOf(keyOf(value));
        expect(value >= least && value <= most).toBe(true);
      }),
    );
  });

  it('know the next smaller float', () => {
    expect([0, 1, -1, 2 ** -149, -Infinity, 0.1].map(floatBelow)).toEqual([
      -(2 ** -149),
      1 - 2 ** -24,
      -1 - 2 ** -23,
      0,
      -Infinity,
      Math.fround(0.1) < 0.1 ? Math.fround(0.1) : Math.fround(0.1) - 2 ** -27,
    ]);
  });

  it('know the largest float that is no larger', () => {
    fc.assert(
      fc.property(anyFloat, fc.double({ noNaN: true }), (value, bound) => {
        const upTo = floatUpTo(bound);
        expect(Math.fround(upTo)).toBe(upTo);
        expect(value > upTo).toBe(value > bound);
      }),
    );
    expect([0.1, 1, -1e300, 1e300].map(floatUpTo)).toEqual([
      Math.fround(0.1) - 2 ** -27,
      1,
      -Infinity,
      3.4028234663852886e38,
    ]);
  });

  it('tell quartiles and MAD within the error that they state', () => {
    const values = fc.oneof(
      fc.array(anyFloat, { minLength: 1, maxLength: 80 }),
      fc.array(fc.float({ noNaN: true, min: -4, max: 4 }), { minLength: 1, maxLength: 300 }),
      fc.array(fc.float({ noNaN: true, min: 1000, max: 1001 }), { minLength: 1, maxLength: 80 }),
    );
    fc.assert(
      fc.property(values, (list) => {
        const counts = new Uint32Array(binCount);
        for (const value of list) counts[keyOf(value)]!++;
        const found = orderOf(new Distribution(counts));
        const sorted = Float64Array.from(list).sort();
        const median = quantile(sorted, 0.5);
        const distances = sorted.map((value) => Math.abs(value - median)).sort();
        const exact = [...[0.25, 0.5, 0.75].map((q) => quantile(sorted, q)), quantile(distances, 0.5)];
        [found.q1, found.median, found.q3, found.mad].forEach((value, i) => {
          // Rounding of double precision, besides.
          const allowed = found.error + 1e-12 * Math.max(...sorted.map(Math.abs));
          expect(Math.abs(value - exact[i]!)).toBeLessThanOrEqual(allowed);
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the kernel', () => {
  it('counts, sums and finds what plain loops do, for any number of rows and positions', () => {
    const sizes = fc.record({
      positions: fc.integer({ min: 1, max: 21 }),
      rows: fc.integer({ min: 1, max: 5 }),
      offset: fc.integer({ min: 0, max: 7 }),
    });
    const bounds = fc.record({
      centre: fc.double({ noNaN: true, min: -3, max: 3 }),
      low: fc.float({ noNaN: true, min: -3, max: 0 }),
      high: fc.float({ noNaN: true, min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(sizes, bounds, fc.integer(), ({ positions, rows, offset }, limits, seed) => {
        const place = { dimensions: positions + offset, offset, positions };
        const arena = new Arena(rowArrays + 1, rowBytes(positions, rows) + 4 * rows * place.dimensions);
        const memory = rowMemory(arena, positions, rows);
        const block = arena.float32(rows * place.dimensions);
        const random = new Random({ seed, stream: 'test', index: 0 });
        block.forEach((_, i) => (block[i] = random.normal()));
        const far = rowKernel(memory, place)(block, limits);

        const counts = new Map<number, number>();
        const [first, second] = [new Float64Array(positions), new Float64Array(positions)];
        let [third, fourth] = [0, 0];
        const found: number[] = [];
        block.forEach((value, i) => {
          const position = (i % place.dimensions) - offset;
          if (position < 0) return;
          counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1);
          const y = value - limits.centre;
          first[position]! += y;
          second[position]! += y ** 2;
          third += y ** 3;
          fourth += y ** 4;
          if (value < limits.low || value > limits.high) found.push(i);
        });
        expect([...memory.found.subarray(0, far)].map((address) => (address - block.byteOffset) / 4)).toEqual(found);
        expect(memory.counts.reduce((sum, count) => sum + count, 0)).toBe(rows * positions);
        for (const [key, count] of counts) expect(memory.counts[key]).toBe(count);
        const close = { rtol: 1e-12, atol: 1e-12, because: 'sums are in another order' };
        expect(memory.first).toBeAllClose(first, close);
        expect(memory.second).toBeAllClose(second, close);
        const [thirdEven, thirdOdd, fourthEven, fourthOdd] = memory.powers;
        expect([thirdEven! + thirdOdd!, fourthEven! + fourthOdd!]).toBeAllClose([third, fourth], close);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a large set', () => {
  const values = heavyTailed(4000);
  const once = () => counted(rowsInMemory(values, shape, { rowsPerBlock: 300 }));

  it('is read once, and its numbers are the exact ones but for the stated error of the quartiles', async () => {
    const { rows, passes } = once();
    const [quick, exact] = [await measureLatents(rows, { mostExact: 0 }), await measureLatents(once().rows)];
    expect(passes()).toBe(1);
    expect(quick.elements.mean).toBeAllClose(exact.elements.mean, {
      rtol: 1e-12,
      atol: 1e-12,
      because: 'another centre',
    });
    for (const [c, found] of quick.statistics.channels.entries()) {
      const known = exact.statistics.channels[c]!;
      expect(known.orderError).toBe(0);
      expect(found.orderError).toBeGreaterThan(0);
      expect(found.orderError).toBeLessThan((known.q3 - known.q1) / 400);
      for (const key of ['q1', 'median', 'q3', 'mad'] as const)
        expect(Math.abs(found[key] - known[key]), key).toBeLessThanOrEqual(found.orderError);
      const same = ['n', 'mean', 'std', 'min', 'max', 'kurtosis'] as const;
      const close = { rtol: 1e-10, atol: 1e-12, because: 'the sums are about another centre' };
      expect(same.map((key) => found[key])).toBeAllClose(
        same.map((key) => known[key]),
        close,
      );
    }
  });

  it('counts beyond its own fences exactly, by picture and by place, and lists the most extreme', async () => {
    const { statistics, outliers } = await measureLatents(once().rows, { mostExact: 0 });
    const { channels } = statistics;
    const channelOf = (i: number) => channels[Math.floor((i % dimensions) / 16)]!;
    const isBeyond = (i: number, fences: 'innerFences' | 'outerFences') => {
      const [low, high] = channelOf(i)[fences];
      return values[i]! < low || values[i]! > high;
    };
    const inner = [...values.keys()].filter((i) => isBeyond(i, 'innerFences'));
    const outer = inner.filter((i) => isBeyond(i, 'outerFences'));
    expect(outer.length).toBeGreaterThan(500);
    expect([outliers.facts.inner, outliers.facts.outer]).toEqual([inner.length, outer.length]);
    const tally = (of: readonly number[], by: (i: number) => number, length: number) => {
      const counts = new Array<number>(length).fill(0);
      for (const i of of) counts[by(i)]!++;
      return counts;
    };
    const { numbers } = outliers;
    const byPicture = tally(outer, (i) => Math.floor(i / dimensions), 4000);
    expect([...numbers.order].map((picture) => byPicture[picture])).toEqual([...numbers.outer]);
    expect([...numbers.cells]).toEqual(tally(outer, (i) => i % dimensions, dimensions));
    for (const [c, { innerShare, outerShare, whiskers, n, innerFences }] of channels.entries()) {
      const own = (of: readonly number[]) => of.filter((i) => channelOf(i).channel === c).length;
      expect([innerShare * n, outerShare * n].map(Math.round)).toEqual([own(inner), own(outer)]);
      const within = values.filter((x, i) => channelOf(i).channel === c && x >= innerFences[0] && x <= innerFences[1]);
      expect(whiskers).toEqual([Math.min(...within), Math.max(...within)]);
    }
    const size = (i: number) => Math.abs((0.6745 * (values[i]! - channelOf(i).median)) / channelOf(i).mad);
    const listed = inner.toSorted((a, b) => size(b) - size(a) || a - b).slice(0, 20_000);
    expect([...numbers.pictures].map((picture, i) => picture * dimensions + numbers.elements[i]!)).toEqual(listed);
  });

  it('is read three times when its sample was misleading, and is then exact', async () => {
    const { rows, passes } = once();
    const misleading: Rows = {
      ...rows,
      sample: async (...asked) => (await rows.sample(...asked)).map((group) => group.map((value) => 3 * value)),
    };
    const total: number[] = [];
    const found = await measureLatents(misleading, {
      mostExact: 0,
      onProgress: (progress) => total.push(progress.total),
    });
    expect(passes()).toBe(3);
    expect(total[0]).toBe(4000);
    expect(total.at(-1)).toBe(12_000);
    expect(found).toEqual(await measureLatents(once().rows));
  });

  it('without values near its fences is read three times, so that its ends are known', async () => {
    const random = new Random({ seed: 6, stream: 'test', index: 0 });
    const even = Float32Array.from({ length: 4000 * dimensions }, () => random.uniform());
    const { rows, passes } = counted(rowsInMemory(even, shape, { rowsPerBlock: 300 }));
    const [first] = (await measureLatents(rows, { mostExact: 0 })).statistics.channels;
    expect(passes()).toBe(3);
    const own = even.filter((_, i) => i % dimensions < 16);
    const ends = [Math.min(...own), Math.max(...own)];
    expect([first!.min, first!.max, ...first!.whiskers]).toEqual([...ends, ...ends]);
  });

  it('with more values near a fence than may wait does not settle', () => {
    const place = { dimensions: 1, offset: 0, positions: 1 };
    const arena = new Arena(2 * rowArrays + 1, 2 * rowBytes(1, 9) + 36);
    const block = arena.float32(9);
    // Quartiles 2 and 6, median 4; the fences at 12 and 18, −4 and −10 are known to one unit.
    block.set([0, 1, 2, 3, 4, 5, 6, 12.5, -3.5]);
    const side = (sign: 1 | -1) => {
      const [inner, outer] = [4 * sign + 8, 4 * sign + 14];
      return { from: 0, inner: [inner - 1, inner + 1], outer: [outer - 1, outer + 1] } as const;
    };
    const plan = { centre: 4, below: side(-1), above: side(1) };
    const settled = (mostUnsure: number) => {
      const sizes = { pictures: 9, copies: 1, mostExtremes: 2, mostUnsure };
      const scan = new ChannelScan(place, sizes, rowMemory(arena, 1, 9), plan);
      scan.add(block, 0);
      return scan.settle({ q1: 2, median: 4, q3: 6, mad: 2, error: 0 });
    };
    expect(settled(1)).toMatchObject({ whiskers: [-3.5, 6], min: -3.5, max: 12.5 });
    expect(settled(0)).toBeUndefined();
  });

  it('is measured exactly when half of its values are the same, which says nothing about fences', async () => {
    const same = values.map((value, i) => (i % 3 === 0 ? value : 0.25));
    const { rows, passes } = counted(rowsInMemory(same, shape, { rowsPerBlock: 300 }));
    const { statistics } = await measureLatents(rows, { mostExact: 0 });
    expect(passes()).toBe(3);
    expect(statistics.channels[0]).toMatchObject({ q1: 0.25, median: 0.25, q3: 0.25, mad: 0, orderError: 0 });
  });

  it('has the same numbers whoever measures which channels', async () => {
    const { rows } = once();
    const together = await measureChannels(rows, { mostExact: 0, mostExtremes: 50 });
    const apart = await measureChannels(once().rows, {
      ...{ mostExact: 0, mostExtremes: 50 },
      open: ({ tasks }) => {
        const each = [0, 1].map((c) => measureHere({ tasks: tasks.then((all) => [all[c]!]) }));
        return {
          // The second is behind the first.
          add: async (block) => void (await Promise.all(each.map((measurer) => measurer.add(block)))),
          endPass: async () => (await Promise.all(each.map((measurer) => measurer.endPass()))).some(Boolean),
          results: async () => (await Promise.all(each.map((measurer) => measurer.results()))).flat(),
          close: async () => undefined,
        };
      },
    });
    expect(apart).toEqual(together);
  });

  it('says what went wrong, and ends, when whoever measures fails', async () => {
    const failing = measureChannels(once().rows, {
      mostExtremes: 50,
      open: (work) => ({ ...measureHere(work), add: () => Promise.reject(new Error('no more')) }),
    });
    await expect(failing).rejects.toThrow('no more');
  });
});

it('a sample that says too little makes no plan', () => {
  const random = new Random({ seed: 2, stream: 'test', index: 0 });
  const part = (shift: number) => Float32Array.from({ length: 100 }, () => shift + random.normal());
  expect(planFromSample(Array.from({ length: 16 }, () => part(0)))).toBeDefined();
  // Parts that have nothing in common.
  expect(planFromSample(Array.from({ length: 16 }, (_, i) => part(i % 2 === 0 ? 0 : 50)))).toBeUndefined();
  expect(planFromSample(Array.from({ length: 16 }, () => new Float32Array(100).fill(3)))).toBeUndefined();
});
