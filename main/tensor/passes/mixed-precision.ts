/**
 * Float16 where a GPU gains by it: matrix products, convolutions, and what lies between them. Weights and everything else that
 * goes in or out stay float32, and so do norms, sums, softmax, divisions and the loss, whose range or rounding float16 lacks.
 * The gradients of small losses underflow; whoever trains with this scales the loss (main/training/loss-scaling.ts).
 *
 * Source  Micikevicius et al., 2018, Mixed Precision Training, arXiv:1710.03740
 */
import type { Graph, Node, OpName, ValueId } from '../ir/graph.ts';
import { rewrite, scalarOf } from './rewrite.ts';
import type { Rewriter } from './rewrite.ts';

/** half: reads and writes float16. follows: float16 if all it reads is. single: float32. */
const precision: { readonly [O in OpName]: 'half' | 'follows' | 'single' } = {
  matmul: 'half',
  conv2d: 'half',
  depthwiseConv2d: 'half',
  convTranspose2d: 'half',
  add: 'follows',
  sub: 'follows',
  mul: 'follows',
  neg: 'follows',
  relu: 'follows',
  sigmoid: 'follows',
  tanh: 'follows',
  gelu: 'follows',
  where: 'follows',
  identity: 'follows',
  transpose: 'follows',
  reshape: 'follows',
  expand: 'follows',
  upsample: 'follows',
  concat: 'follows',
  split: 'follows',
  slice: 'follows',
  pad: 'follows',
  div: 'single',
  greater: 'single',
  exp: 'single',
  log: 'single',
  log1p: 'single',
  sqrt: 'single',
  rsqrt: 'single',
  sum: 'single',
  mean: 'single',
  softmax: 'single',
  cast: 'single',
};

/** The normal numbers of float16; what lies outside would lose more than a rounding. */
const isNormalHalf = (x: number): boolean => x === 0 || (Math.abs(x) >= 2 ** -14 && Math.abs(x) <= 65504);

export function mixedPrecision(graph: Graph): Graph {
  const casts = new Map<ValueId, ValueId>();
  const outputs = new Set(graph.outputs.map(({ value }) => value));

  return rewrite(graph, 'mixedPrecision', (node, rewriter) => {
    const cast = (value: ValueId, to: 'float16' | 'float32'): ValueId => {
      const { dtype } = rewriter.typeOf(value);
      if (dtype === to || (dtype !== 'float16' && dtype !== 'float32')) return value;
      const known = casts.get(value) ?? rewriter.emit('cast', [value], { to });
      casts.set(value, known);
      // The way back is the value itself: going down and up again would only lose digits.
      casts.set(known, value);
      return known;
    };
    const emit = (inputs: readonly ValueId[]) => rewriter.emitAll(node.op, inputs, node.attributes);
    const inHalf = (inputs: readonly ValueId[]) => {
      const values = emit(inputs.map((value) => cast(value, 'float16')));
      return values.map((value, i) => (outputs.has(node.outputs[i]!) ? cast(value, 'float32') : value));
    };

    const kind = precision[node.op];
    if (kind === 'half') {
      const [a, b, added] = node.inputs as [ValueId, ValueId, ValueId?];
      if (added === undefined || rewriter.typeOf(added).shape.length < 2) return inHalf(node.inputs);
      // A matrix to add is a gradient so far or another product: what adds up over many stays float32.
      const [product] = emit([cast(a, 'float16'), cast(b, 'float16')]);
      return [rewriter.emit('add', [cast(product!, 'float32'), cast(added, 'float32')], {})];
    }
    if (kind === 'follows' && followsHalf(node, rewriter)) return inHalf(node.inputs);
    const single = node.inputs.map((value) => cast(value, 'float32'));
    return single.every((value, i) => value === node.inputs[i]) ? undefined : emit(single);
  });
}

/** Everything it reads but conditions and scalars is float16. */
function followsHalf({ inputs }: Node, rewriter: Rewriter): boolean {
  const dtypes = inputs.map((value) => {
    const scalar = scalarOf(value, rewriter);
    return scalar !== undefined && isNormalHalf(scalar) ? 'scalar' : rewriter.typeOf(value).dtype;
  });
  return dtypes.includes('float16') && dtypes.every((dtype) => dtype !== 'float32' && dtype !== 'int32');
}
