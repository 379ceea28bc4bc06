import { describe, expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { dit, ditSpecs, timeEmbeddingSize } from '../../../main/models/dit.ts';
import type { Parameters } from '../../../main/models/parameters.ts';
import { GraphBuilder } from '../../../main/tensor/ir/builder.ts';
import { checkGraph } from '../../../main/tensor/ir/check.ts';
import type { Graph } from '../../../main/tensor/ir/graph.ts';
import { typeOf } from '../../../main/tensor/ir/graph.ts';
import { printGraph } from '../../../main/tensor/ir/print.ts';
import * as ops from '../../../main/tensor/ops.ts';
import { mixedPrecision } from '../../../main/tensor/passes/mixed-precision.ts';
import { optimise } from '../../../main/tensor/passes/optimise.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { ditConfig } from '../../support/dit.ts';
import { normal } from '../../support/tensors.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

describe('mixed precision', () => {
  it('keeps float16 between products, and float32 in norms, sums and whatever goes in or out', () => {
    const graph = trace(
      't',
      ({ x, w, b, u }) => {
        const hidden = ops.gelu(ops.add(ops.matMul(x!, w!), b!));
        const y = ops.matMul(hidden, u!);
        return { y, norm: ops.mean(ops.square(y), [1]) };
      },
      { x: float(2, 3), w: float(3, 4), b: float(4), u: float(4, 3) },
    );
    expect(printGraph(mixedPrecision(optimise(graph)))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input x
        %1: float32[3,4] = input w
        %2: float32[4] = input b
        %3: float32[4,3] = input u
        %4: float16[2,3] = cast %0 to=float16
        %5: float16[3,4] = cast %1 to=float16
        %6: float16[4] = cast %2 to=float16
        %7: float16[2,4] = matmul %4 %5 %6 transposeA=false transposeB=false
        %8: float16[2,4] = gelu %7
        %9: float16[4,3] = cast %3 to=float16
        %10: float16[2,3] = matmul %8 %9 transposeA=false transposeB=false
        %11: float32[2,3] = cast %10 to=float32
        %12: float32[2,3] = mul %11 %11
        %13: float32[2] = mean %12 axes=[1] keepDims=false
        output y = %11
        output norm = %13
      "
    `);
  });

  it('adds up gradients of several products in float32', () => {
    const graph = trace('t', ({ sofar, dy, x }) => ({ sum: ops.add(sofar!, ops.matMul(dy!, x!, true, false)) }), {
      sofar: float(2, 3),
      dy: float(5, 2),
      x: float(5, 3),
    });
    expect(printGraph(mixedPrecision(optimise(graph)))).toMatchInlineSnapshot(`
      "graph t
        %0: float32[2,3] = input sofar
        %1: float32[5,2] = input dy
        %2: float32[5,3] = input x
        %3: float16[5,2] = cast %1 to=float16
        %4: float16[5,3] = cast %2 to=float16
        %5: float16[2,3] = matmul %3 %4 transposeA=true transposeB=false
        %6: float32[2,3] = cast %5 to=float32
        %7: float32[2,3] = add %6 %0
        output sum = %7
      "
    `);
  });

  it('stays inside: a graph that gives float16 is refused', () => {
    const builder = new GraphBuilder('t');
    const y = builder.emit('cast', [builder.input('x', float(2))], { to: 'float16' });
    expect(() => checkGraph(builder.finish([{ name: 'y', value: y }]), 'test')).toThrow(/output y.*float16/);
  });

  it('leaves factors that float16 has no normal number for in float32', () => {
    const graph = trace('t', ({ x, w }) => ({ y: ops.relu(ops.mul(ops.matMul(x!, w!), 1e-6)) }), {
      x: float(2, 3),
      w: float(3, 4),
    });
    const mixed = mixedPrecision(optimise(graph));
    const scaled = mixed.nodes.find(({ op }) => op === 'mul')!;
    expect(typeOf(mixed, scaled.outputs[0]!).dtype).toBe('float32');
  });
});

describe('a DiT in mixed precision', () => {
  const specs = ditSpecs(ditConfig);
  const batch = 4;
  const latents = [batch, ditConfig.channels, ditConfig.side, ditConfig.side];
  const step = trace(
    'step',
    ({ x, y, time, ...p }) => {
      const { value, grads } = ops.valueAndGrads((params: Parameters) => {
        const error = ops.sub(dit(params, x!, time!, ditConfig), y!);
        return ops.mean(ops.log1p(ops.sum(ops.square(error), [1, 2, 3])));
      }, p);
      return { loss: value, ...grads };
    },
    {
      x: float(...latents),
      y: float(...latents),
      time: float(batch, timeEmbeddingSize),
      ...Object.fromEntries(specs.map(({ name, shape }) => [name, float(...shape)])),
    },
  );
  const inputs = Object.fromEntries(
    step.inputs.map(({ name, value }, i) => {
      const { shape } = typeOf(step, value);
      return [name, { ...normal(shape, i + 1, shape.length > 1 && shape !== latents ? 0.1 : 1), shape: [...shape] }];
    }),
  );
  const run = async (graph: Graph) => {
    const device = createLocalDevice(1);
    await device.load({ program: 'step', graph });
    return device.run({ program: 'step', inputs });
  };
  const length = (data: ArrayLike<number>) => Math.hypot(...Array.from(data));

  it('gives the loss and the gradients of float32 to the precision of float16', async () => {
    const [single, mixed] = [await run(step), await run(mixedPrecision(optimise(step)))];
    expect(mixed['loss']!.data[0]).toBeCloseTo(single['loss']!.data[0]!, 2);
    for (const { name } of specs) {
      const [expected, actual] = [single[name]!.data, mixed[name]!.data];
      const error = length(Array.from(expected, (value, i) => value - actual[i]!)) / length(expected);
      // 11 bits round by up to 5e-4 of a number; a gradient is a sum of products of a dozen roundings (measured: at most 6e-3).
      expect(error, name).toBeLessThan(1e-2);
    }
  });

  it('computes all products in float16, and in float32 what needs its range or its rounding', () => {
    const mixed = mixedPrecision(optimise(step));
    const dtypes = (...wanted: readonly string[]) =>
      new Set(
        mixed.nodes.flatMap(({ op, outputs }) => (wanted.includes(op) ? [typeOf(mixed, outputs[0]!).dtype] : [])),
      );
    expect(dtypes('matmul')).toEqual(new Set(['float16']));
    expect(dtypes('softmax', 'sum', 'mean', 'rsqrt', 'log1p', 'div')).toEqual(new Set(['float32']));
  });
});
