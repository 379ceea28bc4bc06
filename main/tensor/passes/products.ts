/** What a matrix product can do besides: transpose the last two axes of its factors, and add to what it gives. */
import type { Graph, NodeOf, ValueId } from '../ir/graph.ts';
import { sameShape } from '../ir/graph.ts';
import { broadcastShape } from '../ir/shapes.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

/** What a transpose of the last two axes reads, if `value` is one. */
function swapped(value: ValueId, { producer }: Rewriter): ValueId | undefined {
  const node = producer(value);
  if (node?.op !== 'transpose') return undefined;
  const { perm } = node.attributes;
  const last = perm.length - 1;
  const isSwap = perm.every((axis, i) => axis === (i === last ? last - 1 : i === last - 1 ? last : i));
  return isSwap ? node.inputs[0] : undefined;
}

/** Transposes of its factors become attributes of the product. */
export function foldTransposes(graph: Graph): Graph {
  return rewrite(graph, 'foldTransposes', (node, rewriter) => {
    if (node.op !== 'matmul') return undefined;
    const [a, b, ...added] = node.inputs as [ValueId, ValueId, ...ValueId[]];
    const [x, y] = [swapped(a, rewriter), swapped(b, rewriter)];
    if (x === undefined && y === undefined) return undefined;
    const { transposeA, transposeB } = node.attributes;
    return [
      rewriter.emit('matmul', [x ?? a, y ?? b, ...added], {
        transposeA: x === undefined ? transposeA : !transposeA,
        transposeB: y === undefined ? transposeB : !transposeB,
      }),
    ];
  });
}

/** The product of two matrices that only this sum reads. More than two axes have no kernel that adds. */
function summedProduct(value: ValueId, rewriter: Rewriter): NodeOf<'matmul'> | undefined {
  const node = rewriter.producer(value);
  if (node?.op !== 'matmul' || node.inputs.length > 2 || rewriter.uses(value) !== 1) return undefined;
  return node.inputs.every((factor) => rewriter.typeOf(factor).shape.length === 2) ? node : undefined;
}

/** A sum of a product and something else (a bias, a gradient so far) is written by the product. */
export function addIntoProducts(graph: Graph): Graph {
  return rewrite(graph, 'addIntoProducts', (node, rewriter) => {
    if (node.op !== 'add') return undefined;
    for (const [value, other] of [node.inputs, node.inputs.toReversed()] as [ValueId, ValueId][]) {
      const product = summedProduct(value, rewriter);
      if (!product) continue;
      const { shape } = rewriter.typeOf(value);
      if (sameShape(broadcastShape(rewriter.typeOf(other).shape, shape), shape))
        return [rewriter.emit('matmul', [...product.inputs, other], product.attributes)];
    }
    return undefined;
  });
}
