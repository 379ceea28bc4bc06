import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import { measureLatents } from '../../../main/latents/finish.ts';
import { NormalisedDeviation, denormalise, normalise } from '../../../main/latents/normalise.ts';
import { Arena } from '../../../main/latents/measure/arena.ts';
import { ChannelMeasure } from '../../../main/latents/measure/channel.ts';
import { rowArrays, rowBytes, rowMemory } from '../../../main/latents/measure/row-kernel.ts';
import { bellCurve } from '../../../main/latents/views/advice.ts';
import { quantile, tukeyFences } from '../../../main/latents/statistics.ts';
import { rowsInMemory } from '../../support/latents.ts';

interface Golden {
  tukey: {
    sample: number[];
    q1: number;
    median: number;
    q3: number;
    inner: number[];
    outer: number[];
    gaussian_reference: { P_outside_inner: number; P_outside_outer: number };
  };
}
const { tukey } = JSON.parse(readFileSync(new URL('../../golden/method.json', import.meta.url), 'utf8')) as Golden;

describe('Tukey’s fences', () => {
  it('of the golden sample', () => {
    const { q1, median, q3, inner, outer } = tukeyFences(Float64Array.from(tukey.sample).sort());
    expect([q1, median, q3, ...inner, ...outer]).toBeAllClose(
      [tukey.q1, tukey.median, tukey.q3, ...tukey.inner, ...tukey.outer],
      { rtol: 1e-12, atol: 1e-12, because: 'both sides are double precision' },
    );
  });

  it('the reference shares are those of a bell curve', () => {
    const { P_outside_inner: inner, P_outside_outer: outer } = tukey.gaussian_reference;
    expect([bellCurve.innerShare, bellCurve.outerShare]).toBeAllClose([inner, outer], {
      rtol: 1e-3,
      atol: 0,
      because: 'the constants are written with four digits',
    });
  });

  it('quantiles interpolate between neighbours', () => {
    expect([0, 0.25, 0.5, 1].map((q) => quantile([1, 2, 4, 8], q))).toEqual([1, 1.75, 3, 8]);
    expect(quantile([5], 0.3)).toBe(5);
  });
});

/** Statistics of values that come in blocks of this length, each value a row of its own. */
function channelStatistics(channel: number, values: Float32Array, block = values.length) {
  const arena = new Arena(rowArrays + 1, rowBytes(1, values.length) + values.byteLength);
  const rows = arena.float32(values.length);
  rows.set(values);
  const place = { channel, dimensions: 1, offset: 0, positions: 1, memory: rowMemory(arena, 1, values.length) };
  const measure = new ChannelMeasure({
    ...place,
    pictures: values.length,
    copies: 1,
    mostExtremes: 100,
    mostUnsure: 100,
  });
  do for (let at = 0; at < rows.length; at += block) measure.add(rows.subarray(at, at + block), at);
  while (measure.endPass());
  return measure.result!.statistics;
}

describe('a channel', () => {
  it('has the quartiles of its sorted values, exactly, whatever the values and blocks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 0, 1, -1)), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 9 }),
        (list, block) => {
          const values = Float32Array.from(list);
          const { q1, median, q3, min, max } = channelStatistics(0, values, block);
          const sorted = values.toSorted();
          expect([min, q1, median, q3, max].map((x) => x + 0)).toEqual(
            [0, 0.25, 0.5, 0.75, 1].map((q) => quantile(sorted, q) + 0),
          );
        },
      ),
    );
  });

  it('says the same of its values in blocks as at once', () => {
    const values = new Float32Array(20_000);
    fillNormal(values, { seed: 2, stream: 'test', index: 0 });
    expect(channelStatistics(0, values, 64)).toEqual(channelStatistics(0, values));
  });

  it('with more outliers than are kept still counts them all and shows the extremes', () => {
    const values = Float32Array.from({ length: 200_000 }, (_, i) => (i % 5 === 0 ? 100 + i : (i % 100) / 100));
    const s = channelStatistics(0, values);
    expect(s.outlierCount).toBe(40_000);
    expect(s.outlierSample).toHaveLength(200);
    expect(Math.max(...s.outlierSample)).toBe(s.max);
    // Evenly by rank: outlier k of 40,000 is 100 + 5k.
    s.outlierSample.forEach((value, i) => expect(Math.abs(value - 100 - (i * 200_000) / 199)).toBeLessThan(200));
  });

  it('of Gaussians has the shares and kurtosis of a Gaussian', () => {
    const values = new Float32Array(200_000);
    fillNormal(values, { seed: 1, stream: 'test', index: 0 });
    const s = channelStatistics(2, values);
    expect(s).toMatchObject({ channel: 2, n: 200_000 });
    // Five standard errors: 1/√n, 1/√2n, √24/√n, and √p/√n for a share p.
    expect(Math.abs(s.mean)).toBeLessThan(0.012);
    expect(Math.abs(s.std - 1)).toBeLessThan(0.008);
    expect(Math.abs(s.kurtosis)).toBeLessThan(0.055);
    expect(Math.abs(s.innerShare - bellCurve.innerShare)).toBeLessThan(0.0011);
    expect(s.outlierCount).toBe(Math.round(s.innerShare * s.n));
  });

  it('with one far value shows it: as dot, as extreme, beyond the outer fence', () => {
    const values = Float32Array.from({ length: 101 }, (_, i) => (i === 50 ? 1000 : i / 10));
    const s = channelStatistics(0, values);
    expect(s).toMatchObject({ max: 1000, outlierCount: 1, outlierSample: [1000], outerShare: 1 / 101 });
    expect(s.whiskers).toEqual([0, 10]);
    expect(s.kurtosis).toBeGreaterThan(50);
  });

  it('keeps every value: histogram, below and above add up, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 300 }),
        (list) => {
          const s = channelStatistics(0, Float32Array.from(list));
          const { counts, below, above } = s.histogram;
          expect(counts.reduce((a, b) => a + b, 0) + below + above).toBe(list.length);
          expect(s.outlierSample.length).toBeLessThanOrEqual(Math.max(200, 4));
          expect(s.outlierSample.length).toBe(Math.min(s.outlierCount, s.outlierSample.length));
          expect(s.whiskers[0]).toBeLessThanOrEqual(s.whiskers[1]);
        },
      ),
    );
  });

  it('with more outliers than dots shows the two extremes among 200', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => (i < 1000 ? 100 + i : (i % 100) / 100));
    const s = channelStatistics(0, values);
    expect(s.outlierCount).toBe(1000);
    expect(s.outlierSample).toHaveLength(200);
    expect([Math.min(...s.outlierSample), Math.max(...s.outlierSample)]).toEqual([100, 1099]);
  });
});

describe('normalisation', () => {
  const rows = 50;
  const dimensions = 12;
  /** Rows whose element d has mean d and deviation d; element 0 never varies. */
  const latents = () => {
    const values = new Float32Array(rows * dimensions);
    fillNormal(values, { seed: 3, stream: 'test', index: 0 });
    return values.map((z, i) => (i % dimensions) * (1 + z));
  };
  /** Two passes, in float64. */
  const elementStatistics = (values: Float32Array) => {
    const of = (reduce: (column: number[], d: number) => number) =>
      Float64Array.from({ length: dimensions }, (_, d) =>
        reduce(
          Array.from({ length: rows }, (_row, i) => values[i * dimensions + d]!),
          d,
        ),
      );
    const mean = of((column) => column.reduce((sum, x) => sum + x, 0) / rows);
    const std = of((column, d) => Math.sqrt(column.reduce((sum, x) => sum + (x - mean[d]!) ** 2, 0) / (rows - 1)));
    return { mean, std };
  };
  const normalisation = () => {
    const { mean, std } = elementStatistics(latents());
    return { mean: Float32Array.from(mean), std: Float32Array.from(std) };
  };

  it('gives every element mean 0 and deviation 0.5, and comes back', () => {
    const values = normalise(latents(), normalisation());
    const { mean, std } = elementStatistics(values);
    expect(mean).toBeAllClose(new Float64Array(dimensions), { rtol: 0, atol: 1e-6, because: 'float32' });
    expect(std.slice(1)).toBeAllClose(new Float64Array(dimensions - 1).fill(0.5), {
      rtol: 1e-5,
      atol: 0,
      because: 'float32',
    });
    expect(denormalise(values, normalisation())).toBeAllClose(latents(), {
      rtol: 1e-5,
      atol: 1e-4,
      because: 'float32, with values up to 50',
    });
  });

  it('only centres an element that never varies', () => {
    expect(normalisation().std[0]).toBe(0);
    expect(normalise(latents(), normalisation())[0]).toBe(0);
  });

  it('is asserted: the right latents pass, raw ones and constant ones do not', () => {
    const deviationOf = (values: Float32Array, size: number, constant: number) => {
      const deviation = new NormalisedDeviation(size, constant);
      deviation.add(values.subarray(0, size));
      deviation.add(values.subarray(size));
      return deviation.assert();
    };
    expect(deviationOf(normalise(latents(), normalisation()), dimensions, 1)).toBeCloseTo(0.5, 5);
    expect(() => deviationOf(latents(), dimensions, 1)).toThrow(/standard deviation of/);
    expect(() => deviationOf(new Float32Array(24), 12, 12)).toThrow();
  });
});

describe('latents', () => {
  const shape: [number, number, number] = [2, 2, 2];
  const values = new Float32Array(40 * 8);
  fillNormal(values, { seed: 5, stream: 'test', index: 0 });

  it('are measured block by block: the same numbers for any blocks', async () => {
    const whole = await measureLatents(rowsInMemory(values, shape));
    for (const rowsPerBlock of [1, 3, 4, 8, 11])
      expect(await measureLatents(rowsInMemory(values, shape, { rowsPerBlock }))).toEqual(whole);
    // The second channel of every row, by hand.
    const second = Float32Array.from({ length: 160 }, (_, i) => values[8 * Math.floor(i / 4) + 4 + (i % 4)]!).sort();
    const { q1, median, q3, n } = whole.statistics.channels[1]!;
    expect([n, q1, median, q3]).toEqual([160, ...[0.25, 0.5, 0.75].map((q) => quantile(second, q))]);
  });
});
