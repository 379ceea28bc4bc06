/**
 * Arithmetic of constants, done once: nodes of small constants become constants, and factors in a row become one.
 *
 * Joining two factors, and multiplying by a reciprocal instead of dividing, each change a result by at most one more
 * rounding (2⁻²⁴ of it). Summands are not joined: where they cancel, the error would be of the size of the larger one.
 */
import type { Graph, Node, ValueId } from '../ir/graph.ts';
import { sameShape, sizeOf } from '../ir/graph.ts';
import { rewrite, scalarOf } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

/** Larger results would be stored in the model, where computing them costs less than reading them. */
const mostElements = 16;
const smallestNormal = 2 ** -126;

const unary: Readonly<Partial<Record<Node['op'], (x: number) => number>>> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (x) => 1 / Math.sqrt(x),
  relu: (x) => Math.max(x, 0),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  reshape: (x) => x,
};
const binary: Readonly<Partial<Record<Node['op'], (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

/** The value of a node all of whose inputs are small float32 constants. */
function fold(node: Node, rewriter: Rewriter): ValueId | undefined {
  const type = rewriter.typeOf(node.outputs[0]!);
  const size = sizeOf(type.shape);
  const data = node.inputs.map((value) => rewriter.constantOf(value));
  if (type.dtype !== 'float32' || size > mostElements) return undefined;
  // A scalar goes with everything; other shapes that broadcast are left to the device.
  if (!data.every((values) => values instanceof Float32Array && (values.length === 1 || values.length === size)))
    return undefined;
  const [a, b] = data.map((values) => (i: number) => values![values!.length === 1 ? 0 : i]!);
  const [one, two] = [unary[node.op], binary[node.op]];
  if (one && a)
    return rewriter.constant(
      Float32Array.from({ length: size }, (_, i) => one(a(i))),
      type,
    );
  if (two && a && b)
    return rewriter.constant(
      Float32Array.from({ length: size }, (_, i) => two(a(i), b(i))),
      type,
    );
  return undefined;
}

/** x and f with the node's value = x·f. */
function factored(node: Node, rewriter: Rewriter): { x: ValueId; factor: number } | undefined {
  if (node.op !== 'mul' && node.op !== 'div') return undefined;
  const [a, b] = node.inputs as [ValueId, ValueId];
  const [left, right] = [scalarOf(a, rewriter), scalarOf(b, rewriter)];
  const scales = (x: ValueId) => sameShape(rewriter.typeOf(x).shape, rewriter.typeOf(node.outputs[0]!).shape);
  if (right !== undefined && scales(a)) return { x: a, factor: node.op === 'mul' ? right : 1 / right };
  return left !== undefined && node.op === 'mul' && scales(b) ? { x: b, factor: left } : undefined;
}

function joined(node: Node, rewriter: Rewriter): ValueId | undefined {
  const outer = factored(node, rewriter);
  if (!outer) return undefined;
  const below = rewriter.producer(outer.x);
  const inner = below && rewriter.uses(outer.x) === 1 ? factored(below, rewriter) : undefined;
  if (!inner && node.op === 'mul') return undefined;
  const factor = Math.fround(outer.factor * (inner?.factor ?? 1));
  // Beyond the normal numbers of float32 the joined factor would lose more than a rounding.
  if (!Number.isFinite(factor) || Math.abs(factor) < smallestNormal) return undefined;
  const scalar = rewriter.constant(Float32Array.of(factor), { dtype: 'float32', shape: [] });
  return rewriter.emit('mul', [inner?.x ?? outer.x, scalar], {});
}

export function foldConstants(graph: Graph): Graph {
  return rewrite(graph, 'foldConstants', (node, rewriter) => {
    const value = fold(node, rewriter) ?? joined(node, rewriter);
    return value === undefined ? undefined : [value];
  });
}
