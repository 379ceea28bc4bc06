/** Activations that devices have one kernel for, where the graph has many small ones. */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { rewrite, scalarOf } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

/** a and b of a node `op(a, b)`, in the order in which `fits` holds for the second. */
function operands(
  value: ValueId,
  op: 'add' | 'mul',
  fits: (b: ValueId, a: ValueId) => boolean,
  { producer }: Rewriter,
): [ValueId, ValueId] | undefined {
  const node = producer(value);
  if (node?.op !== op) return undefined;
  const [a, b] = node.inputs as [ValueId, ValueId];
  return fits(b, a) ? [a, b] : fits(a, b) ? [b, a] : undefined;
}

const k = Math.sqrt(2 / Math.PI);

/** x where the node is x·sigmoid(x·(2k·0.044715·x² + 2k)). */
function geluInput(node: Node, rewriter: Rewriter): ValueId | undefined {
  const isClose = (wanted: number) => (value: ValueId) =>
    Math.abs((scalarOf(value, rewriter) ?? Infinity) - wanted) < 1e-6;
  const gate = operands(node.outputs[0]!, 'mul', (b) => rewriter.producer(b)?.op === 'sigmoid', {
    ...rewriter,
    producer: () => node,
  });
  if (!gate) return undefined;
  const [x, sigmoid] = gate;
  const inner = operands(rewriter.producer(sigmoid)!.inputs[0]!, 'mul', (_, a) => a === x, rewriter);
  const sum = inner && operands(inner[1], 'add', isClose(2 * k), rewriter);
  const cubic = sum && operands(sum[0], 'mul', isClose(2 * k * 0.044715), rewriter);
  const square = cubic && operands(cubic[0], 'mul', (b, a) => a === x && b === x, rewriter);
  return square && x;
}

export function recogniseGelu(graph: Graph): Graph {
  return rewrite(graph, 'recogniseGelu', (node, rewriter) => {
    const x = node.op === 'mul' ? geluInput(node, rewriter) : undefined;
    return x === undefined ? undefined : [rewriter.emit('gelu', [x], {})];
  });
}
