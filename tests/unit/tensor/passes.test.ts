import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { GraphBuilder } from '../../../main/tensor/ir/builder.ts';
import type { Graph } from '../../../main/tensor/ir/graph.ts';
import { countOps, printGraph } from '../../../main/tensor/ir/print.ts';
import { simplifyBroadcasts } from '../../../main/tensor/passes/broadcasts.ts';
import { shareCommon } from '../../../main/tensor/passes/common.ts';
import { removeIdentities } from '../../../main/tensor/passes/identities.ts';
import { optimise } from '../../../main/tensor/passes/optimise.ts';
import { removeDeadCode } from '../../../main/tensor/passes/rewrite.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { runEager } from '../../../main/tensor/eager/run.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { normal } from '../../support/tensors.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

/** A graph of one input x [2, 3] built by hand. */
function graph(build: (b: GraphBuilder, x: number) => number): Graph {
  const builder = new GraphBuilder('t');
  const x = builder.input('x', float(2, 3));
  return builder.finish([{ name: 'y', value: build(builder, x) }]);
}

describe('dead code', () => {
  it('goes, and inputs stay', () => {
    const before = graph((b, x) => {
      b.emit('exp', [x], {});
      return b.emit('neg', [x], {});
    });
    expect(countOps(removeDeadCode(before))).toEqual({ neg: 1 });
    expect(removeDeadCode(before).inputs).toEqual(before.inputs);
  });
});

describe('identities', () => {
  it('go, and chains of reshapes and transposes become one', () => {
    const before = graph((b, x) => {
      const a = b.emit('reshape', [b.emit('reshape', [x], { shape: [6] })], { shape: [3, 2] });
      const c = b.emit('transpose', [b.emit('transpose', [a], { perm: [1, 0] })], { perm: [1, 0] });
      return b.emit('cast', [b.emit('expand', [c], { shape: [3, 2] })], { to: 'float32' });
    });
    expect(printGraph(removeIdentities(before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input x
        %1: float32[3,2] = reshape %0 shape=[3,2]
        output y = %1
      "
    `);
  });
});

describe('broadcasts', () => {
  it('times ones and plus zeros disappear', () => {
    const before = graph((b, x) => {
      const ones = b.emit('expand', [b.scalar(1)], { shape: [2, 3] });
      return b.emit('add', [b.emit('mul', [x, ones], {}), b.scalar(0)], {});
    });
    expect(countOps(simplifyBroadcasts(before))).toEqual({});
  });

  it('in front of an op are dropped where the op broadcasts anyway', () => {
    const before = graph((b, x) => {
      const row = b.emit('mean', [x], { axes: [0], keepDims: true });
      return b.emit('sub', [x, b.emit('expand', [row], { shape: [2, 3] })], {});
    });
    expect(countOps(simplifyBroadcasts(before))).toEqual({ mean: 1, sub: 1 });
  });

  it('move behind ops on small tensors', () => {
    const before = graph((b, x) => {
      const row = b.emit('expand', [b.emit('mean', [x], { axes: [0], keepDims: true })], { shape: [2, 3] });
      return b.emit('neg', [b.emit('mul', [row, b.scalar(2)], {})], {});
    });
    expect(printGraph(simplifyBroadcasts(before))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input x
        %1: float32[1,3] = mean %0 axes=[0] keepDims=true
        %2: float32[1,3] = mul %1 2
        %3: float32[1,3] = neg %2
        %4: float32[2,3] = expand %3 shape=[2,3]
        output y = %4
      "
    `);
  });
});

describe('common subexpressions', () => {
  it('are computed once, equal small constants included', () => {
    const before = graph((b, x) => {
      const twice = () => b.emit('mul', [x, b.scalar(3)], {});
      return b.emit('add', [twice(), twice()], {});
    });
    expect(countOps(shareCommon(before))).toEqual({ add: 1, mul: 1 });
  });

  it('count equal tables as one, and tables that differ in one number as two', () => {
    const tables = (last: number) =>
      graph((b, x) => {
        const scaled = (end: number) => {
          const data = Float32Array.from({ length: 3 * 20 }, (_, i) => (i === 59 ? end : i));
          return b.emit('matmul', [x, b.constant(data, float(3, 20))], { transposeA: false, transposeB: false });
        };
        return b.emit('add', [scaled(1), scaled(last)], {});
      });
    expect(countOps(shareCommon(tables(1)))).toEqual({ matmul: 1, add: 1 });
    expect(countOps(shareCommon(tables(2)))).toEqual({ matmul: 2, add: 1 });
  });

  it('of different attributes are kept apart', () => {
    const before = graph((b, x) =>
      b.emit(
        'add',
        [b.emit('sum', [x], { axes: [0], keepDims: true }), b.emit('sum', [x], { axes: [1], keepDims: true })],
        {},
      ),
    );
    expect(countOps(shareCommon(before))).toEqual({ sum: 2, add: 1 });
  });
});

describe('all passes together', () => {
  const network = ({ x, w, b }: Readonly<Record<string, ops.Tensor>>) => {
    const { value, grads } = ops.valueAndGrads(
      (p) => ops.mean(ops.silu(ops.layerNormalise([-1], 1e-5)(ops.add(ops.matMul(x!, p.w), p.b)))),
      { w: w!, b: b! },
    );
    return { value, dw: grads.w, db: grads.b };
  };
  const inputs = { x: normal([8, 4], 1), w: normal([4, 6], 2), b: normal([6], 3) };

  it('make a network’s gradient graph smaller and change none of its numbers', async () => {
    const before = trace('net', network, inputs);
    const after = optimise(before);
    expect(before.nodes.length - after.nodes.length).toBeGreaterThanOrEqual(5);
    const device = createLocalDevice(1);
    await device.load({ program: 'net', graph: before });
    const plain = Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => [name, { ...tensor, shape: [...tensor.shape] }]),
    );
    const compiled = await device.run({ program: 'net', inputs: plain });
    const eager = runEager(network, inputs);
    for (const [name, { data }] of Object.entries(eager)) {
      expect(compiled[name]!.data, name).toBeAllClose(data, {
        rtol: 2e-5,
        atol: 1e-6,
        because: 'float32 sums of a few dozen terms in another order',
      });
    }
  });

  it('leave a graph alone that is already small', () => {
    const small = graph((b, x) => b.emit('relu', [x], {}));
    expect(printGraph(optimise(small))).toBe(printGraph(small));
  });
});
