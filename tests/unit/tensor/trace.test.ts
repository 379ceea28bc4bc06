import { describe, expect, it } from 'vitest';
import { checkGraph } from '../../../main/tensor/ir/check.ts';
import { printGraph } from '../../../main/tensor/ir/print.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { tf } from '../../../main/tensor/tf.ts';
import type { Tensor } from '../../../main/tensor/tf.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import type { TensorFunction } from '../../../main/tensor/trace/trace.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;
/** What `trace` throws, or a plain failure when it does not. */
function failure(fn: TensorFunction): unknown {
  try {
    trace('bad', fn, { x: float(2, 3) });
  } catch (thrown) {
    return thrown;
  }
  return 'nothing was thrown';
}
const here = /trace\.test\.ts:\d+:\d+/;

describe('a trace', () => {
  it('is a typed graph of what the function would compute', () => {
    const graph = trace('f', ({ x, w }) => ({ y: ops.relu(ops.add(ops.matMul(x!, w!), 0.5)) }), {
      x: float(2, 3),
      w: float(3, 4),
    });
    expect(printGraph(graph)).toMatchInlineSnapshot(`
      "graph f
        %0: float32[2,3] = input x
        %1: float32[3,4] = input w
        %2: float32[2,4] = matmul %0 %1 transposeA=false transposeB=false
        %3: float32[2,4] = add %2 0.5
        %4: float32[2,4] = relu %3
        output y = %4
      "
    `);
  });

  it('holds the gradients that the function takes', () => {
    const graph = trace(
      'g',
      ({ x }) => ({ dx: ops.valueAndGrads((p) => ops.sum(ops.square(p.x)), { x: x! }).grads.x }),
      { x: float(3) },
    );
    expect(graph.nodes.map(({ op }) => op)).toContain('mul');
    expect(graph.outputs.map(({ name }) => name)).toEqual(['dx']);
  });

  it('computes nothing and leaves TF.js’s backend as it was', () => {
    void tf.setBackend('cpu');
    trace('f', ({ x }) => ({ y: ops.exp(x!) }), { x: float(1 << 14, 1 << 14) });
    expect(tf.getBackend()).toBe('cpu');
  });
});

describe('a function that can not be traced fails with the op and the line that called it', () => {
  it('for an op outside the vocabulary', () => {
    const error = failure(({ x }) => ({ y: tf.cumsum(x!) }));
    expect(error).toMatchObject({
      code: 'tensor.unknownOp',
      details: { op: 'Cumsum', at: expect.stringMatching(here) as string },
    });
  });

  it('for an op outside the vocabulary that only the gradient needs', () => {
    const error = failure(({ x }) => ({ y: ops.valueAndGrads((p) => ops.sum(tf.rsqrt(p.x)), { x: x! }).grads.x }));
    expect(error).toMatchObject({ code: 'tensor.unknownOp', details: { op: 'Pow' } });
  });

  it('for reading a value', () => {
    const error = failure(({ x }) => ({ y: ops.mul(x!, x!.dataSync()[0]!) }));
    expect(error).toMatchObject({
      code: 'tensor.readWhileTracing',
      details: { op: 'dataSync', at: expect.stringMatching(here) as string },
    });
  });

  it('for reading a value in the background', () => {
    const error = failure(({ x }) => {
      void x!.data().catch(() => undefined);
      return { y: x! };
    });
    expect(error).toMatchObject({ code: 'tensor.readWhileTracing', details: { op: 'data' } });
  });

  it('for shapes that do not fit', () => {
    const error = failure(({ x }) => ({
      y: tf
        .engine()
        .runKernel('BatchMatMul', { a: x!, b: x! }, { transposeA: false, transposeB: false }) as unknown as Tensor,
    }));
    expect(error).toMatchObject({
      code: 'tensor.shape',
      details: { op: 'matmul', got: 'float32[2,3], float32[2,3]', at: expect.stringMatching(here) as string },
    });
  });

  it('for a tensor from outside', () => {
    void tf.setBackend('cpu');
    const outside = tf.scalar(1);
    expect(failure(({ x }) => ({ y: ops.add(x!, outside) }))).toBeInstanceOf(Error);
  });
});

describe('the checker', () => {
  const graph = trace('f', ({ x }) => ({ y: ops.relu(ops.neg(x!)) }), { x: float(2) });
  const [neg, relu] = graph.nodes as [(typeof graph.nodes)[0], (typeof graph.nodes)[0]];
  it.each([
    ['a value that is read before it is written', { ...graph, nodes: [relu, neg] }, 'before it is written'],
    [
      'a wrong shape',
      { ...graph, types: new Map([...graph.types, [neg.outputs[0]!, float(3)]]) },
      'stated as float32[3]',
    ],
    [
      'a wrong dtype',
      { ...graph, types: new Map([...graph.types, [relu.outputs[0]!, { dtype: 'int32', shape: [2] } as const]]) },
      'stated as int32[2]',
    ],
    ['a value that is written twice', { ...graph, nodes: [neg, relu, relu] }, 'written twice'],
    ['an output that nothing writes', { ...graph, outputs: [{ name: 'y', value: 99 }] }, 'which nothing writes'],
    ['two outputs of one name', { ...graph, outputs: [...graph.outputs, ...graph.outputs] }, 'one name'],
  ])('finds %s', (_, bad, problem) => {
    expect(() => checkGraph(bad, 'a test')).toThrow(problem);
  });
});
