import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../main/tensor/ir/builder.ts';
import { countFlops, products } from '../../../main/tensor/ir/flops.ts';

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

describe('FLOPs of a graph', () => {
  it('are twice rows × inner × columns for each product, whatever is transposed', () => {
    const builder = new GraphBuilder('test');
    const a = builder.input('a', float(3, 7));
    const b = builder.input('b', float(5, 3));
    const y = builder.emit('matmul', [a, b], { transposeA: true, transposeB: true });
    const again = builder.emit('matmul', [a, b], { transposeA: true, transposeB: true });
    const graph = builder.finish([{ name: 'y', value: builder.emit('add', [y, again], {}) }]);
    expect(builder.typeOf(y).shape).toEqual([7, 5]);
    expect(products(graph)).toEqual([
      { product: { batch: 1, rows: 7, inner: 3, columns: 5, transposeA: true, transposeB: true }, count: 2 },
    ]);
    expect(countFlops(graph)).toBe(2 * (2 * 7 * 3 * 5));
  });

  it('count every matrix of a batch, broadcast or not', () => {
    const builder = new GraphBuilder('test');
    const a = builder.input('a', float(2, 6, 4, 3));
    const b = builder.input('b', float(1, 6, 3, 5));
    const y = builder.emit('matmul', [a, b], { transposeA: false, transposeB: false });
    expect(countFlops(builder.finish([{ name: 'y', value: y }]))).toBe(2 * 12 * 4 * 3 * 5);
  });

  it('of a convolution are those of its patches with its filters', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', float(2, 3, 8, 8));
    const filter = builder.input('filter', float(5, 3, 3, 3));
    const y = builder.emit('conv2d', [x, filter], { stride: 2, padding: 1 });
    expect(builder.typeOf(y).shape).toEqual([2, 5, 4, 4]);
    expect(products(builder.finish([{ name: 'y', value: y }]))).toEqual([
      { product: { batch: 1, rows: 2 * 16, inner: 27, columns: 5, transposeA: false, transposeB: true }, count: 1 },
    ]);
  });

  it('of a depthwise convolution are those of each channel’s patches with its filter', () => {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', float(2, 3, 8, 6));
    const filter = builder.input('filter', float(3, 1, 5, 5));
    const y = builder.emit('depthwiseConv2d', [x, filter], {});
    expect(builder.typeOf(y).shape).toEqual([2, 3, 8, 6]);
    expect(countFlops(builder.finish([{ name: 'y', value: y }]))).toBe(2 * (2 * 3 * 8 * 6) * 25);
  });

  it('of a transposed convolution are those of the convolution that it transposes', () => {
    const builder = new GraphBuilder('test');
    const y = builder.input('y', float(2, 5, 4, 4));
    const filter = builder.input('filter', float(5, 3, 3, 3));
    const x = builder.emit('convTranspose2d', [y, filter], { stride: 2, padding: 1, size: [8, 8] });
    expect(builder.typeOf(x).shape).toEqual([2, 3, 8, 8]);
    expect(countFlops(builder.finish([{ name: 'x', value: x }]))).toBe(2 * (2 * 16) * 27 * 5);
  });
});
