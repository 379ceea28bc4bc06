/** Computes each common subexpression once. */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';

export function shareCommon(graph: Graph): Graph {
  const seen = new Map<string, readonly ValueId[]>();
  const constants = new Map<string, ValueId>();
  const canonical = new Map<ValueId, ValueId>();
  for (const [value, data] of graph.constants) {
    // Larger constants are tables that a network makes once; comparing them would cost more than it saves.
    if (data.length > 16) continue;
    const key = `${JSON.stringify(graph.types.get(value))} ${data.join(',')}`;
    canonical.set(value, constants.get(key) ?? value);
    if (!constants.has(key)) constants.set(key, value);
  }
  const keyOf = (node: Node) => `${node.op} ${node.inputs.join(',')} ${JSON.stringify(node.attributes)}`;
  const shared = {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((value) => canonical.get(value) ?? value) })),
  };
  return rewrite(shared, 'shareCommon', (node) => {
    const key = keyOf(node);
    const known = seen.get(key);
    if (!known) seen.set(key, node.outputs);
    return known;
  });
}
