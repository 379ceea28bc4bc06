/** Training steps on a device of ours. */
import { z } from 'zod';
import type { Device } from '../../engine/contract.ts';
import { layoutOf } from '../../optim/layout.ts';
import { countFlops, products } from '../../tensor/ir/flops.ts';
import { optimise } from '../../tensor/passes/optimise.ts';
import { countParameters } from '../../models/parameters.ts';
import { deviceKindSchema, openDevice } from '../device.ts';
import { startsOf } from '../fill.ts';
import { networks } from '../networks.ts';
import type { NetworkName } from '../networks.ts';
import { batchValues, precisionSchema, rateValues, stateValues, stepGraph } from '../step-graph.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

export const stepSpecSchema = z.strictObject({
  device: deviceKindSchema,
  network: z.enum(Object.keys(networks) as [NetworkName, ...NetworkName[]]),
  batch: z.int().positive(),
  precision: precisionSchema,
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

/** How parameters start. */
export const startsSchema = z
  .array(
    z.strictObject({
      name: z.string(),
      shape: z.array(z.int().positive()).readonly(),
      bound: z.number(),
      value: z.number(),
    }),
  )
  .readonly();

export const stepFactsSchema = z.strictObject({
  parameters: z.int().positive(),
  starts: startsSchema,
  flops: z.number().positive(),
  nodes: z.int().positive(),
  products: productsSchema,
  /** Steps handed over at once: a GPU must not wait for the host between them. */
  stepsPerRound: z.int().positive(),
});

/** A step of the specification, loaded on a device with the state it begins from. */
export async function loadStep(device: Device, { network: name, batch, precision }: StepSpec) {
  const network = networks[name]();
  const { burst, layout: kind } = await device.traits({});
  const layout = layoutOf(kind, network.specs);
  const graph = stepGraph(network, layout, batch, precision);
  const { nodes } = await device.load({ program: 'step', graph });
  await device.createState({ state: 'run', tensors: stateValues(network, layout, precision) });
  const inputs = batchValues(network, batch);
  let update = 0;
  return {
    network,
    graph,
    nodes,
    burst,
    /** Makes `burst` steps and gives their losses. */
    async steps(): Promise<number[]> {
      const calls = Array.from({ length: burst }, () => ({
        program: 'step',
        inputs: { ...inputs, ...rateValues(++update) },
      }));
      const { outputs } = await device.steps({ state: 'run', calls });
      return outputs.map(({ loss }) => loss!.data[0]!);
    },
  };
}

export const prepareStep: Prepare = async (given) => {
  const spec = stepSpecSchema.parse(given);
  const { network, graph, nodes, burst, steps } = await loadStep(await openDevice(spec.device), spec);
  const optimised = optimise(graph);
  return {
    facts: {
      parameters: countParameters(network.specs),
      starts: startsOf(network.specs),
      flops: countFlops(optimised),
      nodes,
      products: products(optimised),
      stepsPerRound: burst,
    } satisfies z.infer<typeof stepFactsSchema>,
    async round() {
      const { ms, values } = await timed(steps);
      return { ms: ms / burst, values };
    },
  };
};
