/** Runs a graph on a TF.js backend, node by node: what a device does that can not compile. */
import { assertThat } from '../../base/errors.ts';
import type { Graph, Node, OpAttributes, ValueDtype, ValueId } from '../ir/graph.ts';
import { formatType, sameShape, typeOf } from '../ir/graph.ts';
import { tf, withBackend } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { eagerRules } from './rules.ts';

/** A graph whose constants are on a backend. */
export interface InterpretedProgram {
  /**
   * Runs with tensors by the graph's input names. They stay the caller's, but what `inputs` makes when it is asked is freed with
   * the rest; the outputs are the caller's to dispose of.
   */
  run(inputs: (name: string) => Tensor): Record<string, Tensor>;
  /** Frees the constants. */
  release(): void;
}

/** Prepares a graph for `backend`, which must be registered with TF.js. */
export function interpretedProgram(graph: Graph, backend: string): InterpretedProgram {
  const constants = withBackend(backend, () =>
    [...graph.constants].map(([value, data]) => {
      const { dtype, shape } = typeOf(graph, value);
      return [value, tf.tensor(data, [...shape], dtype as ValueDtype)] as const;
    }),
  );
  const lastReads = valuesByLastRead(graph);
  const start = (inputs: (name: string) => Tensor): Map<ValueId, Tensor> =>
    new Map([...constants, ...graph.inputs.map((input) => [input.value, checkedInput(graph, input, inputs)] as const)]);

  return {
    run: (inputs) =>
      withBackend(backend, () =>
        tf.tidy(() => {
          const values = start(inputs);
          graph.nodes.forEach((node, i) => {
            compute(node, values);
            for (const value of lastReads[i]!) {
              values.get(value)!.dispose();
              values.delete(value);
            }
          });
          // Clones share the memory; they make an output the caller's own even if it is an input or a constant.
          return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, tf.clone(values.get(value)!)]));
        }),
      ),
    release: () => {
      for (const [, tensor] of constants) tensor.dispose();
    },
  };
}

/** Adds a node's outputs to `values`; what else its rule made is freed. */
function compute(node: Node, values: Map<ValueId, Tensor>): void {
  const inputs = node.inputs.map((value) => values.get(value)!);
  // The rule belongs to the node's op, so it takes these attributes; TypeScript can not correlate the two.
  const rule = eagerRules[node.op] as (inputs: Tensor[], attributes: OpAttributes[typeof node.op]) => Tensor | Tensor[];
  const results = [tf.tidy(() => rule(inputs, node.attributes))].flat();
  node.outputs.forEach((value, i) => values.set(value, results[i]!));
}

/** For each node, the values made by nodes that nothing reads after it, so that memory holds no more than it must. */
function valuesByLastRead(graph: Graph): readonly (readonly ValueId[])[] {
  const last = new Map<ValueId, number>();
  graph.nodes.forEach((node, i) => {
    for (const value of node.outputs) last.set(value, i);
    for (const value of node.inputs) if (last.has(value)) last.set(value, i);
  });
  for (const { value } of graph.outputs) last.delete(value);
  const lists = graph.nodes.map((): ValueId[] => []);
  for (const [value, i] of last) lists[i]!.push(value);
  return lists;
}

function checkedInput(
  graph: Graph,
  { name, value }: Graph['inputs'][number],
  inputs: (name: string) => Tensor,
): Tensor {
  const tensor = inputs(name);
  const type = typeOf(graph, value);
  assertThat(
    tensor.dtype === type.dtype && sameShape(tensor.shape, type.shape),
    `${graph.name}: ${name} ${formatType(type)}`,
    `${tensor.dtype}[${tensor.shape.join(',')}]`,
  );
  return tensor;
}
