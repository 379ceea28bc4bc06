/** Compares named tensors: names in order, types, values within a tolerance. */
import { expect } from 'vitest';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import type { Tolerance } from './all-close.ts';

export function expectTensors(
  actual: Readonly<Record<string, EagerTensor>>,
  expected: Readonly<Record<string, EagerTensor>>,
  tolerance: Tolerance,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    expect([name, actual[name]!.dtype, actual[name]!.shape]).toEqual([name, dtype, shape]);
    expect(actual[name]!.data, name).toBeAllClose(data, tolerance);
  }
}
