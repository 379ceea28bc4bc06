import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../main/tensor/ir/builder.ts';
import type { Graph } from '../../../main/tensor/ir/graph.ts';
import { largestTensor, liveBytes, livePeak } from '../../../main/tensor/ir/liveness.ts';
import { runOrder } from '../../../main/tensor/onnx/run-order.ts';
import { optimise } from '../../../main/tensor/passes/optimise.ts';
import { gradientGraph, runLayout, trainingGraph } from '../../../main/training/step.ts';
import { tinyConfig } from '../../support/training.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

/** A graph of one input x [10] built by hand. */
function graph(build: (b: GraphBuilder, x: number) => readonly number[]): Graph {
  const builder = new GraphBuilder('t');
  const x = builder.input('x', float(10));
  return builder.finish(build(builder, x).map((value, i) => ({ name: `y${i}`, value })));
}

describe('live bytes', () => {
  it('count a value from its node to its last reader, an output to the end, and no input', () => {
    const chain = graph((b, x) => {
      const first = b.emit('exp', [x], {});
      const out = b.emit('neg', [first], {});
      const sum = b.emit('sum', [b.emit('mul', [first, out], {})], { axes: [0], keepDims: false });
      return [out, sum];
    });
    expect(liveBytes(chain)).toEqual([
      { outputs: 0, between: 40 },
      { outputs: 40, between: 40 },
      { outputs: 40, between: 80 },
      { outputs: 44, between: 40 },
    ]);
    expect(livePeak(chain)).toEqual({ outputs: 40, between: 80 });
    expect(livePeak(chain, ({ between }) => between)).toEqual({ outputs: 40, between: 80 });
  });

  it('count a view of a value as the value', () => {
    const views = graph((b, x) => {
      const y = b.emit('reshape', [b.emit('exp', [x], {})], { shape: [2, 5] });
      return [b.emit('neg', [b.emit('identity', [y], {})], {})];
    });
    expect(liveBytes(views).map(({ outputs, between }) => outputs + between)).toEqual([40, 40, 40, 80]);
  });

  it('of an output that is seen through a view stay to the end', () => {
    const seen = graph((b, x) => {
      const y = b.emit('exp', [x], {});
      b.emit('neg', [y], {});
      return [b.emit('reshape', [y], { shape: [5, 2] })];
    });
    expect(liveBytes(seen)).toEqual([
      { outputs: 40, between: 0 },
      { outputs: 40, between: 40 },
      { outputs: 40, between: 0 },
    ]);
  });

  it('know truth values as bytes and the largest tensor', () => {
    const compared = graph((b, x) => [b.emit('greater', [x, b.scalar(0)], {})]);
    expect(livePeak(compared)).toEqual({ outputs: 10, between: 0 });
    expect(largestTensor(compared)).toBe(40);
  });
});

describe('the order in which ONNX Runtime runs nodes', () => {
  it('is depth first from the last output, entering the youngest input first', () => {
    const forked = graph((b, x) => {
      const early = b.emit('exp', [x], {});
      const late = b.emit('neg', [x], {});
      b.emit('sqrt', [x], {});
      return [b.emit('add', [early, late], {}), b.emit('tanh', [early], {})];
    });
    // tanh is the last that nothing reads: it needs exp. Then add, which needs neg, and at last the sqrt that nobody reads.
    expect(runOrder(forked).map(({ op }) => op)).toEqual(['exp', 'tanh', 'neg', 'add', 'sqrt']);
  });

  it.each(['separate', 'joined'] as const)(
    'lets a step keep little more than the order in which it was traced, and with recomputation a third of that (%s)',
    (kind) => {
      const config = (recompute: boolean) =>
        tinyConfig({ network: { kind: 'dit', patch: 1, width: 32, depth: 8, heads: 2 }, batchSize: 16, recompute });
      const shape = [4, 8, 8] as const;
      const layout = runLayout(config(false).network, shape, kind);
      const peak = (traced: Graph) => {
        const step = optimise(traced);
        const bytes = (nodes: Graph['nodes']) => livePeak({ ...step, nodes }, ({ between }) => between).between;
        return { traced: bytes(step.nodes), run: bytes(runOrder(step)) };
      };
      for (const steps of [
        (recompute: boolean) => trainingGraph(config(recompute), shape, layout),
        (recompute: boolean) => gradientGraph(config(recompute), shape, layout, 16),
      ]) {
        const [kept, again] = [peak(steps(false)), peak(steps(true))];
        // Without care for the order the walk kept 1.5 times as much, and recomputation saved nothing.
        expect(kept.run).toBeLessThan(1.2 * kept.traced);
        expect(again.run).toBeLessThan(0.45 * kept.run);
      }
    },
  );
});
