/** Training steps on a device of ours. */
import { z } from 'zod';
import { countFlops, products } from '../../tensor/ir/flops.ts';
import { optimise } from '../../tensor/passes/optimise.ts';
import { trace } from '../../tensor/trace/trace.ts';
import { countParameters } from '../../models/parameters.ts';
import { openDevice } from '../device.ts';
import { startsOf } from '../fill.ts';
import { networks } from '../networks.ts';
import type { NetworkName } from '../networks.ts';
import { batchValues, rateValues, stateValues, stepFunction, stepTypes } from '../step-graph.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

export const stepSpecSchema = z.strictObject({
  device: z.string(),
  network: z.enum(Object.keys(networks) as [NetworkName, ...NetworkName[]]),
  batch: z.int().positive(),
});
export type StepSpec = z.infer<typeof stepSpecSchema>;

const productSchema = z.strictObject({
  batch: z.int().positive(),
  rows: z.int().positive(),
  inner: z.int().positive(),
  columns: z.int().positive(),
  transposeA: z.boolean(),
  transposeB: z.boolean(),
});
/** Matrix products and how often each occurs. */
export const productsSchema = z.array(z.strictObject({ product: productSchema, count: z.int().positive() })).readonly();

const startSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int().positive()).readonly(),
  bound: z.number(),
  value: z.number(),
});

export const stepFactsSchema = z.strictObject({
  parameters: z.int().positive(),
  starts: z.array(startSchema).readonly(),
  flops: z.number().positive(),
  nodes: z.int().positive(),
  products: productsSchema,
});

export const prepareStep: Prepare = async (given) => {
  const { network: name, batch } = stepSpecSchema.parse(given);
  const network = networks[name]();
  const device = openDevice();
  const graph = trace('bench step', stepFunction(network), stepTypes(network, batch));
  const { nodes } = await device.load({ program: 'step', graph });
  await device.createState({ state: 'run', tensors: stateValues(network) });
  const optimised = optimise(graph);
  const inputs = batchValues(network, batch);
  let update = 0;
  return {
    facts: {
      parameters: countParameters(network.specs),
      starts: startsOf(network.specs),
      flops: countFlops(optimised),
      nodes,
      products: products(optimised),
    } satisfies z.infer<typeof stepFactsSchema>,
    round: () =>
      timed(async () => {
        const rates = rateValues(++update);
        const { outputs } = await device.step({
          program: 'step',
          state: 'run',
          inputs: { ...inputs, ...rates },
          finite: ['loss'],
        });
        return [outputs['loss']!.data[0]!];
      }),
  };
};
