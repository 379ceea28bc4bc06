/** Matrix products alone, on the runtime that a step runs on: what its shapes could reach. */
import { z } from 'zod';
import { countFlops } from '../../tensor/ir/flops.ts';
import type { Product } from '../../tensor/ir/flops.ts';
import { GraphBuilder } from '../../tensor/ir/builder.ts';
import type { Graph, ValueId } from '../../tensor/ir/graph.ts';
import { deviceKindSchema, openDevice } from '../device.ts';
import { fill, sizeOf } from '../fill.ts';
import { mixedPrecision } from '../../tensor/passes/mixed-precision.ts';
import { precisionSchema } from '../step-graph.ts';
import { productsSchema } from './step.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';

export const gemmSpecSchema = z.strictObject({
  device: deviceKindSchema,
  products: productsSchema,
  precision: precisionSchema,
});
export type GemmSpec = z.infer<typeof gemmSpecSchema>;

const shapeOf = (batch: number, rows: number, columns: number, transpose: boolean): number[] => [
  ...(batch > 1 ? [batch] : []),
  ...(transpose ? [columns, rows] : [rows, columns]),
];
const leftShape = ({ batch, rows, inner, transposeA }: Product) => shapeOf(batch, rows, inner, transposeA);
const rightShape = ({ batch, inner, columns, transposeB }: Product) => shapeOf(batch, inner, columns, transposeB);

/**
 * All products in one graph, so that they share one pool of threads and memory as in a step. Of each only one number
 * is used, so that little but products takes time; equal ones have another right side, or they would be computed once.
 */
export function productsGraph(products: GemmSpec['products']): Graph {
  const builder = new GraphBuilder('products');
  const corners = products.flatMap(({ product, count }, i) => {
    const left = builder.input(`${i}/left`, { dtype: 'float32', shape: leftShape(product) });
    return Array.from({ length: count }, (_, j): ValueId => {
      const right = builder.input(`${i}/right/${j}`, { dtype: 'float32', shape: rightShape(product) });
      const { transposeA, transposeB } = product;
      const result = builder.emit('matmul', [left, right], { transposeA, transposeB });
      const one = builder.typeOf(result).shape.map(() => 1);
      const corner = builder.emit('slice', [result], { begin: one.map(() => 0), size: one });
      return builder.emit('reshape', [corner], { shape: [1] });
    });
  });
  const sum = corners.reduce((total, corner) => builder.emit('add', [total, corner], {}));
  return builder.finish([{ name: 'sum', value: sum }]);
}

export const prepareGemm: Prepare = async (given) => {
  const { device: kind, products, precision } = gemmSpecSchema.parse(given);
  const device = await openDevice(kind);
  const whole = productsGraph(products);
  const graph = precision === 'mixed' ? mixedPrecision(whole) : whole;
  await device.load({ program: 'products', graph });
  const tensors = graph.inputs.map(({ name, value }, stream) => {
    const { shape } = graph.types.get(value)!;
    return { name, shape: [...shape], data: fill(sizeOf(shape), stream) };
  });
  await device.createState({ state: 'operands', tensors });
  return {
    facts: { flops: countFlops(graph) },
    round: () =>
      timed(async () => {
        const { sum } = await device.run({ program: 'products', state: 'operands', inputs: {} });
        return [sum!.data[0]!];
      }),
  };
};
