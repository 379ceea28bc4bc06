/** Sums and means of what was broadcast, of axes of size 1, and whose axes are put back by a reshape. */
import type { Graph, Node, NodeOf, ValueId } from '../ir/graph.ts';
import { sameShape, sizeOf } from '../ir/graph.ts';
import { rewrite } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

type Reduction = NodeOf<'sum'> | NodeOf<'mean'>;
const isReduction = (node: Node | undefined): node is Reduction => node?.op === 'sum' || node?.op === 'mean';

/** A reduction without its axes, and a reshape that puts them back: one that keeps them. */
function keptDims(node: Node, rewriter: Rewriter): ValueId | undefined {
  const inner = node.op === 'reshape' ? rewriter.producer(node.inputs[0]!) : undefined;
  if (!isReduction(inner) || rewriter.uses(node.inputs[0]!) !== 1) return undefined;
  const { axes } = inner.attributes;
  const kept = rewriter.typeOf(inner.inputs[0]!).shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return sameShape(kept, rewriter.typeOf(node.outputs[0]!).shape)
    ? rewriter.emit(inner.op, inner.inputs, { axes, keepDims: true })
    : undefined;
}

/** Reduces only along axes along which the values differ; the sum over the others is a multiple. */
function reducedSource(node: Node, rewriter: Rewriter): ValueId | undefined {
  if (!isReduction(node)) return undefined;
  const [input] = node.inputs as [ValueId];
  const below = rewriter.producer(input);
  const source = below?.op === 'expand' ? below.inputs[0]! : input;
  const { shape } = rewriter.typeOf(input);
  const own = rewriter.typeOf(source).shape;
  const sizes = [...Array<number>(shape.length - own.length).fill(1), ...own];
  const { axes } = node.attributes;
  const real = axes.filter((axis) => sizes[axis] !== 1);
  if (real.length === axes.length) return undefined;
  const reshape = (value: ValueId, to: readonly number[]) =>
    sameShape(rewriter.typeOf(value).shape, to) ? value : rewriter.emit('reshape', [value], { shape: to });
  const reduced =
    real.length === 0 ? source : rewriter.emit(node.op, [reshape(source, sizes)], { axes: real, keepDims: true });
  const times = sizeOf(axes.filter((axis) => !real.includes(axis)).map((axis) => shape[axis]!));
  const scaled =
    node.op === 'mean' || times === 1
      ? reduced
      : rewriter.emit('mul', [reduced, rewriter.constant(Float32Array.of(times), { dtype: 'float32', shape: [] })], {});
  // Axes that are broadcast and not reduced stay as they are.
  const small = sizes.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const whole = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const result = rewriter.typeOf(node.outputs[0]!).shape;
  if (sameShape(small, whole)) return reshape(scaled, result);
  return reshape(rewriter.emit('expand', [reshape(scaled, small)], { shape: whole }), result);
}

export function simplifyReductions(graph: Graph): Graph {
  return rewrite(graph, 'simplifyReductions', (node, rewriter) => {
    if (rewriter.typeOf(node.outputs[0]!).dtype !== 'float32') return undefined;
    const value = keptDims(node, rewriter) ?? reducedSource(node, rewriter);
    return value === undefined ? undefined : [value];
  });
}
