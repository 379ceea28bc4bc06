/** Computes each common subexpression once. */
import type { ConstantData, Graph, Node, ValueId } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';

const bytesOf = ({ buffer, byteOffset, byteLength }: ConstantData): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** The first of equal constants for each: a network that is called twice makes its tables twice, and whatever reads them differs by that alone. */
function sharedConstants({ constants, types }: Graph): ReadonlyMap<ValueId, ValueId> {
  const canonical = new Map<ValueId, ValueId>();
  const alike = new Map<string, ValueId[]>();
  for (const [value, data] of constants) {
    const key = `${JSON.stringify(types.get(value))} ${data.subarray(0, 16).join(',')}`;
    const candidates = alike.get(key) ?? [];
    const equal = candidates.find((other) => bytesOf(constants.get(other)!).equals(bytesOf(data)));
    canonical.set(value, equal ?? value);
    if (equal === undefined) alike.set(key, [...candidates, value]);
  }
  return canonical;
}

export function shareCommon(graph: Graph): Graph {
  const seen = new Map<string, readonly ValueId[]>();
  const canonical = sharedConstants(graph);
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
