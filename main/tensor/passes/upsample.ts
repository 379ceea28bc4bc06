/** Nearest-neighbour enlargement, which devices have one kernel for, where the graph has three nodes. */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { sameShape } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

/** x where the node is x [batch, channels, h, w] as [batch, channels, h, 1, w, 1], broadcast to [batch, channels, h, 2, w, 2], as [batch, channels, 2h, 2w]. */
function upsampled(node: Node, { producer, typeOf }: Rewriter): ValueId | undefined {
  const broadcast = node.op === 'reshape' ? producer(node.inputs[0]!) : undefined;
  const spread = broadcast?.op === 'expand' ? producer(broadcast.inputs[0]!) : undefined;
  if (node.op !== 'reshape' || broadcast?.op !== 'expand' || spread?.op !== 'reshape') return undefined;
  const x = spread.inputs[0]!;
  const { shape } = typeOf(x);
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const isDoubling =
    shape.length === 4 &&
    sameShape(spread.attributes.shape, [batch, channels, height, 1, width, 1]) &&
    sameShape(broadcast.attributes.shape, [batch, channels, height, 2, width, 2]) &&
    sameShape(node.attributes.shape, [batch, channels, 2 * height, 2 * width]);
  return isDoubling ? x : undefined;
}

export function recogniseUpsample(graph: Graph): Graph {
  return rewrite(graph, 'recogniseUpsample', (node, rewriter) => {
    const x = upsampled(node, rewriter);
    return x === undefined ? undefined : [rewriter.emit('upsample', [x], {})];
  });
}
