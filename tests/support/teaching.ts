/** Batches, a state and the residuals of tiny runs, for tests of student and teacher. */
import type { Device } from '../../main/engine/contract.ts';
import { networkSpecs } from '../../main/models/network.ts';
import { initialise } from '../../main/models/parameters.ts';
import type { Batch } from '../../main/training/batch.ts';
import { DataOrder, prepareBatch } from '../../main/training/batch.ts';
import { networkOf } from '../../main/training/classes.ts';
import type { RunConfig } from '../../main/training/schema.ts';
import { batchInputs } from '../../main/training/step-inputs.ts';
import { batchTypes, residualGraph, runLayout } from '../../main/training/step.ts';
import { familyTensors, initialState } from '../../main/training/trainer.ts';
import type { NamedValue } from '../../main/training/trainer.ts';
import { normal } from './tensors.ts';
import { tinyShape } from './training.ts';

export const dimensions = tinyShape.reduce((a, b) => a * b, 1);
const latents = normal([12 * dimensions], 1, 0.5).data as Float32Array;
const labels = Int32Array.from({ length: 12 }, (_, i) => (i % 3) - 1);
export const totalSteps = 100;
export const batchOf = (config: RunConfig, k: number): Batch =>
  prepareBatch({ latents, count: 12, dimensions, labels }, config, totalSteps, k, new DataOrder(config.seed, 12));

/** A state whose network does something: as they are drawn, its last layer is 0. */
export const livelyState = (config: RunConfig, seed = 0): NamedValue[] =>
  initialState(
    initialise(networkSpecs(networkOf(config), tinyShape), 3).map((value, i) => ({
      ...value,
      data: (normal([value.data.length], seed + i, 0.1).data as Float32Array).map((x, j) => x + value.data[j]!),
    })),
  );

/** Student − teacher of the rows of step k's batch, through a program of its own. */
export async function residualsOf(config: RunConfig, k: number, device: Device): Promise<Float32Array> {
  const layout = runLayout(networkOf(config), tinyShape, (await device.traits({})).layout);
  const rows = config.batchSize;
  const graph = residualGraph(config, tinyShape, layout, rows);
  await device.load({ program: 'residual', graph });
  await device.createState({ state: 's', tensors: familyTensors('parameters', livelyState(config), layout) });
  const all = batchInputs(batchOf(config, k), batchTypes(config, rows, tinyShape));
  const wanted = new Set(graph.inputs.map(({ name }) => name));
  const inputs = Object.fromEntries(Object.entries(all).filter(([name]) => wanted.has(name)));
  const { residual } = await device.run({ program: 'residual', state: 's', inputs });
  return residual!.data as Float32Array;
}
