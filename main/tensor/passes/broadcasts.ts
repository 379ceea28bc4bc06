/**
 * Broadcasts that TF.js's gradients write out in full: x · ones becomes x (or a broadcast of x), and a broadcast
 * in front of an element-wise op is dropped or moved behind it, so that the op works on the small tensor.
 */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { sameShape, sizeOf } from '../ir/graph.ts';
import { broadcastShape } from '../ir/shapes.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

const binaryOps = new Set(['add', 'sub', 'mul', 'div', 'greater']);
const unaryOps = new Set(['neg', 'exp', 'log', 'log1p', 'sqrt', 'rsqrt', 'relu', 'sigmoid', 'tanh', 'cast']);

/** What an expand broadcasts, if `value` is one. */
function expanded(value: ValueId, { producer }: Rewriter): ValueId | undefined {
  const node = producer(value);
  return node?.op === 'expand' ? node.inputs[0] : undefined;
}

function isAll(value: ValueId, wanted: number, rewriter: Rewriter): boolean {
  const data = rewriter.constantOf(expanded(value, rewriter) ?? value);
  return data !== undefined && data.every((element) => element === wanted);
}

/** `value` as it is when it has the shape, else broadcast to it. */
function broadcast(value: ValueId, like: ValueId, rewriter: Rewriter): ValueId {
  const { shape } = rewriter.typeOf(like);
  return sameShape(rewriter.typeOf(value).shape, shape) ? value : rewriter.emit('expand', [value], { shape });
}

function withoutNeutral(node: Node, rewriter: Rewriter): ValueId | undefined {
  const [a, b] = node.inputs as [ValueId, ValueId];
  const neutral = node.op === 'mul' ? 1 : node.op === 'add' ? 0 : undefined;
  if (neutral === undefined || rewriter.typeOf(a).dtype !== 'float32') return undefined;
  if (isAll(b, neutral, rewriter)) return broadcast(a, node.outputs[0]!, rewriter);
  if (isAll(a, neutral, rewriter)) return broadcast(b, node.outputs[0]!, rewriter);
  return undefined;
}

/** Uses what an input was broadcast from, when the op broadcasts it to the same result anyway. */
function droppedExpand(node: Node, rewriter: Rewriter): ValueId | undefined {
  const { shape } = rewriter.typeOf(node.outputs[0]!);
  const sources = node.inputs.map((value) => expanded(value, rewriter) ?? value);
  if (sources.every((value, i) => value === node.inputs[i])) return undefined;
  const small = sources.map((value) => rewriter.typeOf(value).shape).reduce(broadcastShape);
  if (sameShape(small, shape)) return rewriter.emit(node.op, sources, node.attributes);
  // Both sides are small: compute small, broadcast once.
  return sizeOf(small) < sizeOf(shape)
    ? rewriter.emit('expand', [rewriter.emit(node.op, sources, node.attributes)], { shape })
    : undefined;
}

export function simplifyBroadcasts(graph: Graph): Graph {
  return rewrite(graph, 'simplifyBroadcasts', (node, rewriter) => {
    if (unaryOps.has(node.op)) {
      const source = expanded(node.inputs[0]!, rewriter);
      if (source === undefined) return undefined;
      return [
        rewriter.emit('expand', [rewriter.emit(node.op, [source], node.attributes)], {
          shape: rewriter.typeOf(node.outputs[0]!).shape,
        }),
      ];
    }
    if (node.op === 'where') {
      const value = droppedExpand(node, rewriter);
      return value === undefined ? undefined : [value];
    }
    if (!binaryOps.has(node.op)) return undefined;
    const value = withoutNeutral(node, rewriter) ?? droppedExpand(node, rewriter);
    return value === undefined ? undefined : [value];
  });
}
