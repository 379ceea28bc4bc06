/** How much memory the values of a graph need while its nodes run in order. */
import type { Graph, NodeOf, OpName, TensorType, ValueId } from './graph.ts';
import { sizeOf, typeOf } from './graph.ts';

const elementBytes = { float32: 4, float16: 2, int32: 4, bool: 1 } as const;

export const bytesOf = ({ dtype, shape }: TensorType): number => elementBytes[dtype] * sizeOf(shape);

/** Bytes at a moment, besides inputs and constants. */
export interface Live {
  /** Outputs of the graph that are written by then. */
  readonly outputs: number;
  /** Values that are still to be read. */
  readonly between: number;
}

const total = ({ outputs, between }: Live): number => outputs + between;

/** Ops whose result is their input, seen differently. */
const isView = ({ op }: NodeOf<OpName>): boolean => op === 'reshape' || op === 'identity';

/**
 * Bytes after each node of `graph.nodes` and before what it read is freed. A value is there from the node that writes it to the
 * last one that reads it, an output to the end.
 */
export function liveBytes(graph: Graph): Live[] {
  const source = new Map<ValueId, ValueId>();
  const sourceOf = (value: ValueId): ValueId => source.get(value) ?? value;
  const lastUse = new Map<ValueId, number>();
  graph.nodes.forEach((node, i) => {
    if (isView(node)) source.set(node.outputs[0]!, sourceOf(node.inputs[0]!));
    for (const value of [...node.inputs, ...node.outputs]) lastUse.set(sourceOf(value), i);
  });
  const outputs = new Set(graph.outputs.map(({ value }) => sourceOf(value)));
  const given = new Set([...graph.inputs.map(({ value }) => value), ...graph.constants.keys()]);
  const freed = graph.nodes.map(() => 0);
  for (const [value, i] of lastUse)
    if (!outputs.has(value) && !given.has(value)) freed[i]! += bytesOf(typeOf(graph, value));

  let now: Live = { outputs: 0, between: 0 };
  return graph.nodes.map((node, i) => {
    let { outputs: kept, between } = now;
    for (const value of node.outputs) {
      if (source.has(value)) continue;
      const bytes = bytesOf(typeOf(graph, value));
      if (outputs.has(value)) kept += bytes;
      else between += bytes;
    }
    now = { outputs: kept, between: between - freed[i]! };
    return { outputs: kept, between };
  });
}

/** The moment at which most bytes are live, by `measure`. */
export const livePeak = (graph: Graph, measure = total): Live =>
  liveBytes(graph).reduce<Live>((most, now) => (measure(now) > measure(most) ? now : most), { outputs: 0, between: 0 });

/** The largest single tensor of a graph, inputs and constants included. */
export const largestTensor = (graph: Graph): number =>
  [...graph.types.values()].reduce((most, type) => Math.max(most, bytesOf(type)), 0);
