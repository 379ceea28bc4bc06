/** Passes that make one node of several: the graph they leave, and that its numbers are the ones of the graph before. */
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../main/tensor/ir/builder.ts';
import type { Graph, Shape, ValueId } from '../../../main/tensor/ir/graph.ts';
import { countOps, printGraph } from '../../../main/tensor/ir/print.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { recogniseGelu } from '../../../main/tensor/passes/activations.ts';
import { foldConstants } from '../../../main/tensor/passes/constants.ts';
import { optimise } from '../../../main/tensor/passes/optimise.ts';
import { addIntoProducts, foldTransposes } from '../../../main/tensor/passes/products.ts';
import { simplifyReductions } from '../../../main/tensor/passes/reductions.ts';
import { joinSlices } from '../../../main/tensor/passes/slices.ts';
import { recogniseUpsample } from '../../../main/tensor/passes/upsample.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { runAsIs } from '../../support/as-is.ts';

const plain = { transposeA: false, transposeB: false };

/** A graph built by hand of inputs of these shapes. */
function graph(shapes: readonly Shape[], build: (b: GraphBuilder, ...inputs: ValueId[]) => ValueId | ValueId[]): Graph {
  const builder = new GraphBuilder('t');
  const inputs = shapes.map((shape, i) => builder.input(`x${i}`, { dtype: 'float32', shape }));
  return builder.finish([build(builder, ...inputs)].flat().map((value, i) => ({ name: `y${i}`, value })));
}

/** The graph after a pass, whose numbers were compared with those before. */
async function applied(pass: (graph: Graph) => Graph, before: Graph): Promise<Graph> {
  const after = pass(before);
  const [expected, actual] = [await runAsIs(before), await runAsIs(after)];
  expected.forEach((data, i) =>
    expect(actual[i]).toBeAllClose(data, {
      rtol: 1e-5,
      atol: 1e-6,
      because: 'a few float32 roundings in another order',
    }),
  );
  return after;
}

describe('matrix products', () => {
  it('take transposes of their factors', async () => {
    const before = graph(
      [
        [3, 2],
        [3, 4],
      ],
      (b, x, y) => b.emit('matmul', [b.emit('transpose', [x], { perm: [1, 0] }), y], plain),
    );
    expect(printGraph(await applied(foldTransposes, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[3,2] = input x0
        %1: float32[3,4] = input x1
        %2: float32[2,4] = matmul %0 %1 transposeA=true transposeB=false
        output y0 = %2
      "
    `);
  });

  it('take transposes of the last two axes in batches, and turn a transpose that they had', async () => {
    const before = graph(
      [
        [2, 4, 3],
        [2, 3, 5],
      ],
      (b, x, y) => {
        const swap = (value: ValueId) => b.emit('transpose', [value], { perm: [0, 2, 1] });
        return b.emit('matmul', [swap(x), swap(y)], { transposeA: true, transposeB: true });
      },
    );
    expect(printGraph(await applied(foldTransposes, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,4,3] = input x0
        %1: float32[2,3,5] = input x1
        %2: float32[2,4,5] = matmul %0 %1 transposeA=false transposeB=false
        output y0 = %2
      "
    `);
  });

  it('leave transposes of other axes alone', () => {
    const before = graph(
      [
        [2, 3, 4],
        [3, 4, 5],
      ],
      (b, x, y) => b.emit('matmul', [b.emit('transpose', [x], { perm: [1, 0, 2] }), y], plain),
    );
    expect(printGraph(foldTransposes(before))).toBe(printGraph(before));
  });

  it('add a bias, and a gradient so far', async () => {
    const before = graph([[2, 3], [3, 4], [4], [2, 4]], (b, x, w, bias, sofar) => [
      b.emit('add', [b.emit('matmul', [x, w], plain), bias], {}),
      b.emit('add', [sofar, b.emit('matmul', [x, w], plain)], {}),
    ]);
    expect(printGraph(await applied(addIntoProducts, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input x0
        %1: float32[3,4] = input x1
        %2: float32[4] = input x2
        %3: float32[2,4] = input x3
        %4: float32[2,4] = matmul %0 %1 %2 transposeA=false transposeB=false
        %5: float32[2,4] = matmul %0 %1 %3 transposeA=false transposeB=false
        output y0 = %4
        output y1 = %5
      "
    `);
  });

  it('do not add what is larger than they are, nor where something else reads the product', () => {
    const before = graph(
      [
        [2, 3],
        [3, 4],
        [5, 2, 4],
      ],
      (b, x, w, large) => {
        const product = b.emit('matmul', [x, w], plain);
        const other = b.emit('matmul', [x, w], plain);
        return [b.emit('add', [product, large], {}), b.emit('add', [other, b.emit('exp', [other], {})], {})];
      },
    );
    expect(printGraph(addIntoProducts(before))).toBe(printGraph(before));
  });

  it('of three axes are written as a product and a sum', async () => {
    const before = graph([[2, 3, 4], [4, 5], [5]], (b, x, w, bias) => b.emit('matmul', [x, w, bias], plain));
    const apart = graph([[2, 3, 4], [4, 5], [5]], (b, x, w, bias) =>
      b.emit('add', [b.emit('matmul', [x, w], plain), bias], {}),
    );
    expect(await runAsIs(before)).toEqual(await runAsIs(apart));
  });
});

describe('slices', () => {
  const cut = (b: GraphBuilder, x: ValueId, from: number, size: number) =>
    b.emit('slice', [x], { begin: [0, from], size: [2, size] });

  it('that cut a value into pieces become a split', async () => {
    const before = graph([[2, 6]], (b, x) => [cut(b, x, 3, 3), cut(b, x, 0, 1), cut(b, x, 1, 2)]);
    expect(printGraph(await applied(joinSlices, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,6] = input x0
        %1: float32[2,1], %2: float32[2,2], %3: float32[2,3] = split %0 axis=1 sizes=[1,2,3]
        output y0 = %3
        output y1 = %1
        output y2 = %2
      "
    `);
  });

  it('that leave a gap, or overlap, or both stay', () => {
    for (const pieces of [
      [
        [0, 2],
        [3, 3],
      ],
      [
        [0, 4],
        [3, 3],
      ],
      [
        [0, 3],
        [2, 3],
      ],
    ] as const) {
      const before = graph([[2, 6]], (b, x) => pieces.map(([from, size]) => cut(b, x, from, size)));
      expect(printGraph(joinSlices(before))).toBe(printGraph(before));
    }
  });
});

describe('constants', () => {
  it('of constants are computed once, and factors in a row become one', async () => {
    const before = graph([[2, 3]], (b, x) => {
      const half = b.emit('div', [b.scalar(1), b.emit('add', [b.scalar(1.5), b.scalar(0.5)], {})], {});
      return b.emit('div', [b.emit('mul', [half, b.emit('mul', [x, b.scalar(6)], {})], {}), b.scalar(4)], {});
    });
    expect(printGraph(await applied(foldConstants, foldConstants(before)))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input x0
        %1: float32[2,3] = mul %0 0.75
        output y0 = %1
      "
    `);
  });

  it('that are large when written out, sums, and factors beyond float32 stay', () => {
    const before = graph([[2, 3]], (b, x) => {
      const large = b.emit('expand', [b.scalar(2)], { shape: [1000] });
      const sum = b.emit('add', [b.emit('add', [x, b.scalar(1)], {}), b.scalar(-1)], {});
      const tiny = b.emit('mul', [b.emit('mul', [x, b.scalar(1e-30)], {}), b.scalar(1e-30)], {});
      return [b.emit('exp', [large], {}), sum, tiny];
    });
    expect(printGraph(foldConstants(before))).toBe(printGraph(before));
  });
});

describe('reductions', () => {
  it('keep their axes where a reshape puts them back', async () => {
    const before = graph([[2, 3, 4]], (b, x) =>
      b.emit('reshape', [b.emit('sum', [x], { axes: [1], keepDims: false })], { shape: [2, 1, 4] }),
    );
    expect(printGraph(await applied(simplifyReductions, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3,4] = input x0
        %1: float32[2,1,4] = sum %0 axes=[1] keepDims=true
        output y0 = %1
      "
    `);
  });

  it('of what was broadcast are multiples of what it was broadcast from', async () => {
    const before = graph([[3, 1]], (b, x) => {
      const wide = b.emit('expand', [x], { shape: [2, 3, 4] });
      return [
        b.emit('sum', [wide], { axes: [0, 1, 2], keepDims: false }),
        b.emit('sum', [wide], { axes: [2], keepDims: false }),
        b.emit('mean', [wide], { axes: [0, 2], keepDims: true }),
      ];
    });
    expect(printGraph(await applied(simplifyReductions, before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[3,1] = input x0
        %1: float32[1,3,1] = reshape %0 shape=[1,3,1]
        %2: float32[1,1,1] = sum %1 axes=[1] keepDims=true
        %3: float32[1,1,1] = mul %2 8
        %4: float32[] = reshape %3 shape=[]
        %5: float32[3,1] = mul %0 4
        %6: float32[1,3,1] = reshape %5 shape=[1,3,1]
        %7: float32[2,3,1] = expand %6 shape=[2,3,1]
        %8: float32[2,3] = reshape %7 shape=[2,3]
        %9: float32[1,3,1] = reshape %0 shape=[1,3,1]
        output y0 = %4
        output y1 = %8
        output y2 = %9
      "
    `);
  });

  it('of axes of size 1 are reshapes', async () => {
    const before = graph([[2, 1, 3]], (b, x) => b.emit('mean', [x], { axes: [1], keepDims: false }));
    expect(countOps(await applied(simplifyReductions, before))).toEqual({ reshape: 1 });
  });
});

describe('GELU', () => {
  const types = { x: { dtype: 'float32', shape: [4, 50] } } as const;

  it('of the vocabulary is one node forward, and its gradient saves only input and output', async () => {
    const before = trace('t', ({ x }) => ({ y: ops.gelu(x!) }), types);
    expect(countOps(await applied(recogniseGelu, before))).toEqual({ gelu: 1 });
    const gradient = trace(
      't',
      ({ x }) => ({ dx: ops.valueAndGrads((p) => ops.sum(ops.gelu(p.x)), { x: x! }).grads.x }),
      types,
    );
    expect(countOps(await applied(optimise, gradient))).toMatchInlineSnapshot(`
      {
        "add": 3,
        "gelu": 1,
        "mul": 6,
        "sigmoid": 1,
        "sub": 1,
      }
    `);
  });

  it('with another constant is left as it is', () => {
    const almost = graph([[4]], (b, x) => {
      const k = 2 * Math.sqrt(2 / Math.PI);
      const cubic = b.emit('mul', [b.emit('mul', [x, x], {}), b.scalar(k * 0.05)], {});
      const inner = b.emit('mul', [x, b.emit('add', [cubic, b.scalar(k)], {})], {});
      return b.emit('mul', [x, b.emit('sigmoid', [inner], {})], {});
    });
    expect(printGraph(recogniseGelu(almost))).toBe(printGraph(almost));
  });
});

describe('nearest-neighbour enlargement', () => {
  it('of the vocabulary is one node', async () => {
    const before = trace('t', ({ x }) => ({ y: ops.upsample(x!) }), { x: { dtype: 'float32', shape: [2, 3, 4, 5] } });
    expect(countOps(await applied(recogniseUpsample, before))).toEqual({ upsample: 1 });
  });

  it('by another factor is left as it is', () => {
    const almost = graph([[1, 2, 3, 4]], (b, x) => {
      const cells = b.emit('expand', [b.emit('reshape', [x], { shape: [1, 2, 3, 1, 4, 1] })], {
        shape: [1, 2, 3, 2, 4, 3],
      });
      return b.emit('reshape', [cells], { shape: [1, 2, 6, 12] });
    });
    expect(printGraph(recogniseUpsample(almost))).toBe(printGraph(almost));
  });
});
