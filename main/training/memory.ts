/**
 * How much memory a run needs, and how many pictures of a batch can be on the device at once. It is an estimate: a walk over the
 * step's graphs that counts what is live, in the order in which ONNX Runtime runs them. How far it is from what was measured is in
 * this module's README.
 */
import type { DeviceTraits } from '../engine/contract.ts';
import type { DeviceMemory } from '../engine/schema.ts';
import type { Layout } from '../optim/layout.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { typeOf } from '../tensor/ir/graph.ts';
import { bytesOf, largestTensor, livePeak } from '../tensor/ir/liveness.ts';
import { runOrder } from '../tensor/onnx/run-order.ts';
import { optimise } from '../tensor/passes/optimise.ts';
import { networkOf } from './classes.ts';
import type { Remedy } from './outlook-schema.ts';
import type { MemoryPlan, RunConfig } from './schema.ts';
import { runLayout, stepGraphs } from './step.ts';
import type { LatentShape } from '../models/network.ts';

/** What a plan must know of a device. */
export interface PlannedDevice {
  readonly traits: DeviceTraits;
  readonly memory: DeviceMemory;
}

/** The share of the free memory that a run may take: other programs have needs, too, and this is an estimate. */
const usableShare = 0.9;

/** Numbers of pictures into which a batch can be parted evenly, the most first. */
export const microBatchSizes = (batchSize: number): number[] =>
  Array.from({ length: batchSize }, (_, i) => batchSize - i).filter((rows) => batchSize % rows === 0);

const stateBytes = (layout: Layout): number =>
  layout.reduce((sum, { shape }) => sum + bytesOf({ dtype: 'float32', shape }), 0);

/** Inputs that are handed over for each call. */
const handedOver = (graph: Graph): number =>
  graph.inputs.reduce((sum, { name, value }) => (name.includes('/') ? sum : sum + bytesOf(typeOf(graph, value))), 0);

/** The memory that programs work in. */
function workBytes(graphs: readonly Graph[], workMemory: DeviceTraits['workMemory']): number {
  const peaks = graphs.map((graph) => {
    const inOrder = { ...graph, nodes: runOrder(graph) };
    const { outputs, between } =
      workMemory === 'own' ? livePeak(inOrder) : { ...livePeak(inOrder, (live) => live.between), outputs: 0 };
    return outputs + between + handedOver(graph);
  });
  return workMemory === 'own' ? peaks.reduce((a, b) => a + b, 0) : Math.max(...peaks);
}

function problemOf(total: number, largest: number, { free, total: all, largestBuffer }: DeviceMemory) {
  if (largestBuffer !== undefined && largest > largestBuffer) return 'buffer';
  const usable = free ?? all;
  return usable !== undefined && total > usableShare * usable ? 'memory' : undefined;
}

/** The plan for `rows` pictures at once. */
export function planMemory(
  config: RunConfig,
  shape: LatentShape,
  { traits, memory }: PlannedDevice,
  rows: number,
): MemoryPlan {
  const layout = runLayout(networkOf(config), shape, traits.layout);
  const graphs = stepGraphs(config, shape, layout, rows).map(optimise);
  const weights = stateBytes(layout);
  const averages = config.averages.length;
  const gradients = rows === config.batchSize ? 0 : weights;
  const bytes = {
    weights,
    moments: 2 * weights,
    average: averages * weights,
    gradients,
    nextState: (3 + averages) * weights + gradients,
    work: workBytes(graphs, traits.workMemory),
  };
  const total = Object.values(bytes).reduce((a, b) => a + b, 0);
  const largest = Math.max(...graphs.map(largestTensor));
  const problem = problemOf(total, largest, memory);
  return {
    batchSize: config.batchSize,
    microBatch: rows,
    bytes,
    total,
    largestTensor: largest,
    device: memory,
    ...(problem && { problem }),
  };
}

/** The plan with the most pictures at once that fit, or as many as the configuration says; one, where not even that fits. */
export function chooseMicroBatch(config: RunConfig, shape: LatentShape, device: PlannedDevice): MemoryPlan {
  if (config.microBatch !== 'auto') return planMemory(config, shape, device, config.microBatch);
  const sizes = microBatchSizes(config.batchSize);
  const whole = planMemory(config, shape, device, config.batchSize);
  if (!whole.problem || sizes.length === 1) return whole;
  // Memory falls with the size, so the largest that fits is found by halving. `fitting` is the smallest size until one fits.
  let [tooMany, index] = [0, sizes.length - 1];
  let fitting = planMemory(config, shape, device, sizes[index]!);
  while (!fitting.problem && index - tooMany > 1) {
    const middle = (tooMany + index) >> 1;
    const plan = planMemory(config, shape, device, sizes[middle]!);
    if (plan.problem) tooMany = middle;
    else [fitting, index] = [plan, middle];
  }
  return fitting;
}

/**
 * What would make a run fit that does not, found by plans for one picture at once, which needs the least.
 * @param planAt the plan of a configuration with so many pictures at once
 */
export function remediesFor(
  config: RunConfig,
  plan: MemoryPlan,
  planAt: (config: RunConfig, rows: number) => MemoryPlan,
): Remedy[] {
  if (!plan.problem) return [];
  const one = plan.microBatch === 1 ? plan : planAt(config, 1);
  const twice = config.recompute ? one : planAt({ ...config, recompute: true }, 1);
  return [
    ...(one.problem ? [] : [{ kind: 'microBatch' } as const]),
    ...(one.problem && !twice.problem ? [{ kind: 'recompute' } as const] : []),
    { kind: 'memory', bytes: Math.ceil(Math.min(one.total, twice.total) / usableShare) },
  ];
}
