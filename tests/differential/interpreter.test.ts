/** Graphs run node by node, on TF.js's own backend in JavaScript: against the functions they come from, and against ONNX Runtime. */
import { describe, expect, it } from 'vitest';
import { interpretedProgram } from '../../main/tensor/eager/interpret.ts';
import { runEager } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import { GraphBuilder } from '../../main/tensor/ir/builder.ts';
import { optimise } from '../../main/tensor/passes/optimise.ts';
import { tf } from '../../main/tensor/tf.ts';
import { trace } from '../../main/tensor/trace/trace.ts';
import { runGraph } from '../support/compiled.ts';
import { expectTensors } from '../support/expect-tensors.ts';
import { runInterpreted } from '../support/interpreted.ts';
import { normal } from '../support/tensors.ts';
import { cases } from './cases.ts';
import { distinctSizes, valueAndGradients } from './gradients.ts';
import { sampleGraphs } from './samples.ts';

const rounding = {
  rtol: 2e-5,
  atol: 2e-5,
  because: 'float32 sums of some dozen terms in another order, exp and tanh by polynomial',
};

it.each(cases)('$title: a graph gives what its function gives, as traced and optimised', (row) => {
  for (const sizes of [distinctSizes, { i: 1, j: 4, k: 1, l: 2 }]) {
    const inputs = row.inputs(sizes);
    const fn = valueAndGradients(row, sizes, Object.keys(inputs));
    const expected = runEager(fn, inputs);
    const traced = trace('test', fn, inputs);
    for (const graph of [traced, optimise(traced)]) expectTensors(runInterpreted(graph, inputs), expected, rounding);
  }
});

it.each(sampleGraphs)('$name gives what it gives compiled', async ({ graph, inputs }) => {
  expectTensors(runInterpreted(graph, inputs), await runGraph(graph, inputs), rounding);
});

describe('an interpreted program', () => {
  const three: EagerTensor = { dtype: 'float32', shape: [], data: Float32Array.of(3) };

  it('gives an input, a constant and a value that is named twice as outputs of their own', () => {
    const builder = new GraphBuilder('alias');
    const x = builder.input('x', three);
    const y = builder.emit('neg', [x], {});
    const graph = builder.finish([
      { name: 'x', value: x },
      { name: 'two', value: builder.scalar(2) },
      { name: 'y', value: y },
      { name: 'again', value: y },
    ]);
    const program = interpretedProgram(graph, 'cpu');
    const given = tf.scalar(3);
    const run = () =>
      Object.entries(program.run(() => given)).map(([name, tensor]) => {
        const value = tensor.dataSync()[0];
        tensor.dispose();
        return [name, value];
      });
    const expected = [
      ['x', 3],
      ['two', 2],
      ['y', -3],
      ['again', -3],
    ];
    // Twice, because outputs that are freed must take nothing with them.
    expect([run(), run()]).toEqual([expected, expected]);
    expect(given.isDisposed).toBe(false);
  });

  it('frees each value after its last use', async () => {
    const builder = new GraphBuilder('chain');
    const x = builder.input('x', { dtype: 'float32', shape: [1000] });
    let value = x;
    for (let i = 0; i < 20; i++) value = builder.emit('neg', [value], {});
    const graph = builder.finish([{ name: 'y', value }]);
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(() => void runInterpreted(graph, { x: normal([1000], 1) }));
    // The input, the value that is read and the one that is written.
    expect(peakBytes - before).toBe(3 * 4000);
  });

  it('says which input has the wrong type', () => {
    const builder = new GraphBuilder('typed');
    const x = builder.input('x', { dtype: 'float32', shape: [2] });
    const graph = builder.finish([{ name: 'y', value: builder.emit('neg', [x], {}) }]);
    expect(() => runInterpreted(graph, { x: three })).toThrow(/x float32\[2\].*float32\[\]/);
  });

  it('computes in float32 what a graph wants in float16', () => {
    const builder = new GraphBuilder('half');
    const half = builder.emit('cast', [builder.input('x', three)], { to: 'float16' });
    const third = builder.emit(
      'cast',
      [builder.emit('div', [builder.scalar(1), builder.emit('cast', [half], { to: 'float32' })], {})],
      { to: 'float16' },
    );
    const y = builder.emit('cast', [builder.emit('mul', [half, third], {})], { to: 'float32' });
    expect(runInterpreted(builder.finish([{ name: 'y', value: y }]), { x: three })['y']!.data[0]).toBe(1);
  });
});
