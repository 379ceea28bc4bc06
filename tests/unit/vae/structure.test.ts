import { describe, expect, it } from 'vitest';
import { multiScaleSimilarity, scalesOf } from '../../../main/vae/structure.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal } from '../../support/tensors.ts';

type Plane = number[][];
const window = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5));
const total = window.reduce((a, b) => a + b, 0);

/** The formula of Wang et al. at every place, by plain loops in double precision. */
function ssimOfPlanes(x: Plane, y: Plane): { contrast: number; both: number } {
  const places = x.length - 10;
  let [contrast, both] = [0, 0];
  for (let top = 0; top < places; top++)
    for (let left = 0; left < places; left++) {
      const mean = (f: (i: number, j: number) => number) => {
        let sum = 0;
        for (let i = 0; i < 11; i++)
          for (let j = 0; j < 11; j++) sum += ((window[i]! * window[j]!) / total ** 2) * f(top + i, left + j);
        return sum;
      };
      const [mx, my] = [mean((i, j) => x[i]![j]!), mean((i, j) => y[i]![j]!)];
      const vx = mean((i, j) => (x[i]![j]! - mx) ** 2);
      const vy = mean((i, j) => (y[i]![j]! - my) ** 2);
      const cov = mean((i, j) => (x[i]![j]! - mx) * (y[i]![j]! - my));
      const [c1, c2] = [0.02 ** 2, 0.06 ** 2];
      const cs = (2 * cov + c2) / (vx + vy + c2);
      contrast += cs / places ** 2;
      both += (cs * ((2 * mx * my + c1) / (mx ** 2 + my ** 2 + c1))) / places ** 2;
    }
  return { contrast, both };
}
const halved = (x: Plane): Plane =>
  Array.from(
    { length: x.length / 2 },
    (_, i) =>
    Array.from({ length: x.length / 2 }, (_, j) => (x[2 * i]![2 * j]! + x[2 * i + 1]![2 * j]! + x[2 * i]![2 * j + 1]! + x[2 * i + 1]![2 * j + 1]!) / 4), // prettier-ignore
  );

const size = 24;
const x = normal([2, 1, size, size], 1, 0.4);
const noise = normal([2, 1, size, size], 2, 0.3);
const y = { ...x, data: Float32Array.from(x.data, (value, i) => 0.8 * value + noise.data[i]! + 0.1) };
const plane = ({ data }: { data: ArrayLike<number> }, picture: number): Plane =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => data[(picture * size + i) * size + j]!)); // prettier-ignore

describe('structural similarity', () => {
  it('is what plain loops over every window give', async () => {
    const { multi } = await runCompiled((inputs) => ({ multi: multiScaleSimilarity(inputs['x']!, inputs['y']!) }), { x, y }); // prettier-ignore
    const [a, b] = scalesOf(size) as [number, number];
    const expected = [0, 1].map((picture) => {
      const [full, half] = [
        ssimOfPlanes(plane(x, picture), plane(y, picture)),
        ssimOfPlanes(halved(plane(x, picture)), halved(plane(y, picture))),
      ];
      return a * full.contrast + b * half.both;
    });
    const tolerance = { rtol: 1e-4, atol: 1e-6, because: 'variances in float32 are differences of means of squares' };
    expect(multi!.data).toBeAllClose(expected, tolerance);
  });

  it('is 1 for equal pictures', async () => {
    const { multi } = await runCompiled((inputs) => ({ multi: multiScaleSimilarity(inputs['x']!, inputs['x']!) }), {
      x,
    });
    expect(multi!.data).toBeAllClose([1, 1], {
      rtol: 1e-5,
      atol: 0,
      because: 'a quotient of equal sums, added up in float32',
    });
  });

  it('uses as many scales as its window of 11 pixels fits into', () => {
    const lengths = [8, 16, 32, 64, 72, 256, 512].map((side) => scalesOf(side).length);
    expect(lengths).toEqual([0, 1, 2, 3, 3, 5, 5]);
    for (const side of [32, 64, 512]) expect(scalesOf(side).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    // The first two of Wang et al.'s five, scaled to 1.
    expect(scalesOf(32)[0]).toBeCloseTo(0.0448 / (0.0448 + 0.2856), 12);
  });
});
