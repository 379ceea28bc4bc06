/** Removes nodes that change nothing, and joins chains of reshapes and of transposes into one. */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { sameShape } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

const isSorted = (perm: readonly number[]): boolean => perm.every((axis, i) => axis === i);

function unchanged(node: Node, { typeOf }: Rewriter): boolean {
  const input = typeOf(node.inputs[0]!);
  switch (node.op) {
    case 'identity':
      return true;
    case 'cast':
      return node.attributes.to === input.dtype;
    case 'reshape':
    case 'expand':
      return sameShape(node.attributes.shape, input.shape);
    case 'transpose':
      return isSorted(node.attributes.perm);
    case 'sum':
    case 'mean':
      return node.attributes.keepDims && node.attributes.axes.every((axis) => input.shape[axis] === 1);
    default:
      return false;
  }
}

function joined(node: Node, rewriter: Rewriter): ValueId | undefined {
  const inner = rewriter.producer(node.inputs[0]!);
  if (node.op === 'reshape' && inner?.op === 'reshape') {
    const source = inner.inputs[0]!;
    return sameShape(rewriter.typeOf(source).shape, node.attributes.shape)
      ? source
      : rewriter.emit('reshape', [source], node.attributes);
  }
  if (node.op === 'transpose' && inner?.op === 'transpose') {
    const perm = node.attributes.perm.map((axis) => inner.attributes.perm[axis]!);
    return isSorted(perm) ? inner.inputs[0]! : rewriter.emit('transpose', [inner.inputs[0]!], { perm });
  }
  return undefined;
}

export function removeIdentities(graph: Graph): Graph {
  return rewrite(graph, 'removeIdentities', (node, rewriter) => {
    if (unchanged(node, rewriter)) return [node.inputs[0]!];
    const value = joined(node, rewriter);
    return value === undefined ? undefined : [value];
  });
}
