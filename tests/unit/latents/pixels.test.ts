/** Statistics of pixels: those of the values that the encoder sees, from how often each of 256 levels occurs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { measureLatents } from '../../../main/latents/finish.ts';
import { countLevels, measurePixels, readPixels, writePixels } from '../../../main/latents/pixels.ts';
import { toPlanes } from '../../../main/vae/pixels.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { rowsInMemory } from '../../support/latents.ts';
import { noisePictures } from '../../support/tiny-vae.ts';

const size = 4;
/** Pictures of few levels, or of many, with some that are far out. */
function drawn(count: number, seed: number, levels: number): Uint8Array[] {
  const random = new Random({ seed, stream: 'test', index: 0 });
  const level = () => (random.uniform() < 0.1 ? random.uniform(0, 256) : 100 + random.uniform(0, levels));
  return Array.from({ length: count }, () => Uint8Array.from({ length: 3 * size * size }, level));
}
const measure = (rgb: readonly Uint8Array[]) => {
  const pictures = noisePictures(rgb.length, size);
  const byId = new Map(pictures.map(({ id }, i) => [id, rgb[i]!]));
  return measurePixels({ pictures, most: 3, count: async ({ id }) => countLevels(byId.get(id)!) });
};

describe('pixels', () => {
  it('have the statistics that their values have when each is looked at', async () => {
    const sets = fc.record({
      count: fc.integer({ min: 2, max: 6 }),
      seed: fc.integer(),
      levels: fc.constantFrom(1, 2, 40, 150),
    });
    await fc.assert(
      fc.asyncProperty(sets, async ({ count, seed, levels }) => {
        const rgb = drawn(count, seed, levels);
        const planes = new Float32Array(rgb.length * 3 * size * size);
        rgb.forEach((picture, i) => toPlanes(picture, planes, i * 3 * size * size));
        const { statistics } = await measureLatents(rowsInMemory(planes, [3, size, size]));
        const found = await measure(rgb);
        expect(found.pictures).toBe(count);
        for (const [i, known] of statistics.channels.entries()) {
          const { histogram, outlierSample, kurtosis, mean, std, ...rest } = found.channels[i]!;
          expect(rest).toEqual({
            ...{ channel: i, n: known.n, min: known.min, q1: known.q1, median: known.median, q3: known.q3 },
            ...{ max: known.max, mad: known.mad, orderError: 0, whiskers: known.whiskers },
            ...{ innerFences: known.innerFences, outerFences: known.outerFences, outlierCount: known.outlierCount },
            ...{ innerShare: known.innerShare, outerShare: known.outerShare },
          });
          expect(outlierSample).toEqual(known.outlierSample);
          expect([mean, std, kurtosis]).toBeAllClose([known.mean, known.std, known.kurtosis], {
            rtol: 1e-9,
            atol: 1e-9,
            because: 'the sums are about another centre',
          });
          expect(histogram.counts.reduce((sum, bin) => sum + bin, 0)).toBe(known.n);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are binned by four levels each, from black to white', async () => {
    const rgb = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
    const { histogram } = (await measure([rgb, rgb])).channels[0]!;
    expect(histogram.counts).toEqual(new Array(64).fill(8));
    expect([histogram.from, histogram.to]).toBeAllClose([-256 / 255, 256 / 255], {
      rtol: 1e-6,
      atol: 0,
      because: 'levels are float32',
    });
  });

  it('of more outliers than dots are shown evenly by rank, the ends among them', async () => {
    const rgb = Uint8Array.from({ length: 3 * 4000 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return pixel % 8 === 0 ? Math.floor(pixel / 40) : 200 + (pixel % 3);
    });
    const { outlierSample, outlierCount, min } = (await measure([rgb, rgb])).channels[1]!;
    expect(outlierCount).toBe(1000);
    expect(outlierSample).toHaveLength(200);
    expect(outlierSample[0]).toBe(min);
    expect(outlierSample).toEqual(outlierSample.toSorted((a, b) => a - b));
  });

  it('are kept beside the set, and are not there before', async () => {
    const folder = await temporaryFolder();
    expect(await readPixels(folder)).toBeUndefined();
    const found = await measure(drawn(3, 1, 40));
    await writePixels(folder, found);
    expect(await readPixels(folder)).toEqual(found);
  });

  it('are no longer read when nobody wants them', async () => {
    const controller = new AbortController();
    let read = 0;
    const measuring = measurePixels({
      ...{ pictures: noisePictures(50, size), most: 2, signal: controller.signal },
      count: async () => {
        if (++read === 5) controller.abort();
        return countLevels(new Uint8Array(3));
      },
    });
    await expect(measuring).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(read).toBeLessThan(10);
  });
});
