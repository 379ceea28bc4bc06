/** Expects that two runs of one configuration made the same steps: losses, weights, moments, averages. */
import { expect } from 'vitest';
import { readCheckpoint } from '../../main/training/checkpoint.ts';
import { readMetrics } from '../../main/training/metrics.ts';
import { readResidualRows } from '../../main/training/residuals/rows.ts';
import type { Tolerance } from './all-close.ts';

export async function expectSameTraining(folder: string, expectedFolder: string, tolerance: Tolerance): Promise<void> {
  const [rows, expected] = [await readMetrics(folder), await readMetrics(expectedFolder)];
  for (const name of ['loss', 'consistencyLoss', 'diffusionLoss', 'gradNorm'] as const)
    expect(rows.map((row) => row[name]!)).toBeAllClose(
      expected.map((row) => row[name]!),
      tolerance,
    );
  const [seen, expectedlySeen] = [await readResidualRows(folder), await readResidualRows(expectedFolder)];
  expect(seen.map(({ step, sigma, weight }) => ({ step, sigma, weight }))).toEqual(
    expectedlySeen.map(({ step, sigma, weight }) => ({ step, sigma, weight })),
  );
  expect(seen.flatMap(({ r }) => r)).toBeAllClose(expectedlySeen.flatMap(({ r }) => r), tolerance); // prettier-ignore
  const [state, expectedState] = [await readCheckpoint(folder), await readCheckpoint(expectedFolder)];
  expect(state!.state.map(({ name, shape }) => ({ name, shape }))).toEqual(
    expectedState!.state.map(({ name, shape }) => ({ name, shape })),
  );
  state!.state.forEach(({ data, name }, i) =>
    expect(data, name).toBeAllClose(expectedState!.state[i]!.data, tolerance),
  );
}
