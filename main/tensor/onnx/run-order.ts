/**
 * The order in which ONNX Runtime runs a graph's nodes, whatever order they are written in: a depth-first walk from the
 * outputs, the last one first, that enters the input with the largest index first and gives a node after its inputs.
 *
 * Source  onnxruntime/core/graph/graph_viewer.cc (default execution order) and Graph::ReverseDFSFrom
 */
import type { Graph, Node, ValueId } from '../ir/graph.ts';

export function runOrder({ nodes }: Pick<Graph, 'nodes'>): Node[] {
  const producer = new Map<ValueId, number>();
  nodes.forEach(({ outputs }, i) => outputs.forEach((value) => producer.set(value, i)));
  const inputsOf = nodes.map(({ inputs }) => [...new Set(inputs.flatMap((value) => producer.get(value) ?? []))]);
  const isRead = new Set(inputsOf.flat());
  const stack = nodes.flatMap((_, i) => (isRead.has(i) ? [] : [{ i, inputsDone: false }]));
  const entered = new Set<number>();
  const order: Node[] = [];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { i, inputsDone } = top;
    if (inputsDone) order.push(nodes[i]!);
    if (entered.has(i)) continue;
    entered.add(i);
    stack.push({ i, inputsDone: true });
    for (const input of inputsOf[i]!.toSorted((a, b) => a - b)) stack.push({ i: input, inputsDone: false });
  }
  return order;
}
