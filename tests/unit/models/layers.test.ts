import { describe, expect, it } from 'vitest';
import { depthwise, depthwiseSpecs } from '../../../main/models/layers.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import type { TensorFunction } from '../../../main/tensor/trace/trace.ts';
import { runCompiled } from '../../support/compiled.ts';
import { normal } from '../../support/tensors.ts';

describe('a depthwise convolution', () => {
  // 5 × 7 and 9 × 8 places: both forms of the convolution (main/tensor/ops/depthwise.ts).
  it.each([
    [2, 5, 7, 3],
    [1, 9, 8, 4],
  ])('sums the 3 × 3 neighbours of each channel by the rows of its weight: %i × %i × %i × %i', async (...shape) => {
    const [, height, width, channels] = shape;
    const x = normal(shape, 1);
    const [weight, bias] = depthwiseSpecs('mix', channels).map((spec, i) => normal(spec.shape, 2 + i));
    const expected = Float64Array.from(x.data, (_, index) => {
      const c = index % channels;
      const column = Math.floor(index / channels) % width;
      const row = Math.floor(index / (channels * width)) % height;
      const picture = Math.floor(index / (channels * width * height));
      let sum = bias!.data[c]!;
      for (let tap = 0; tap < 9; tap++) {
        const [y, z] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        sum += x.data[((picture * height + y) * width + z) * channels + c]! * weight!.data[tap * channels + c]!;
      }
      return sum;
    });
    const inputs = { x, 'mix.weight': weight!, 'mix.bias': bias! };
    const fn: TensorFunction = (p) => ({ y: depthwise(p, 'mix', p['x']!) });
    for (const { y } of [runEager(fn, inputs), await runCompiled(fn, inputs)]) {
      expect(y!.shape).toEqual(shape);
      expect(y!.data).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-5, because: 'float32 sums of ten terms' });
    }
  });
});
