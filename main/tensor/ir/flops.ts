/** What a graph's matrix products cost: the measure that a step's time is held against. */
import type { Graph, Node } from './graph.ts';
import { typeOf } from './graph.ts';

/** A product [rows, inner] × [inner, columns], `batch` of them in one node. */
export interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Multiplications and additions of a product, counted as two. */
export const flopsOf = ({ batch, rows, inner, columns }: Product): number => 2 * batch * rows * inner * columns;

/** The product that a node computes; a convolution (or its transpose) as the one of the picture's patches with its filter. */
function productOf(graph: Graph, node: Node): Product | undefined {
  const [a, b] = node.inputs.map((value) => typeOf(graph, value).shape);
  const output = typeOf(graph, node.outputs[0]!).shape;
  if (node.op === 'matmul') {
    const { transposeA, transposeB } = node.attributes;
    const [rows, columns] = output.slice(-2) as [number, number];
    const batch = output.slice(0, -2).reduce((product, size) => product * size, 1);
    return { batch, rows, inner: a!.at(transposeA ? -2 : -1)!, columns, transposeA, transposeB };
  }
  if (node.op === 'conv2d') {
    const [batch, out, height, width] = output as [number, number, number, number];
    const inner = b![1]! * b![2]! * b![3]!;
    return { batch: 1, rows: batch * height * width, inner, columns: out, transposeA: false, transposeB: true };
  }
  if (node.op === 'depthwiseConv2d') {
    const [batch, channels, height, width] = output as [number, number, number, number];
    const inner = b![2]! * b![3]!;
    return { batch: channels, rows: batch * height * width, inner, columns: 1, transposeA: false, transposeB: false };
  }
  if (node.op === 'convTranspose2d') {
    const [batch, out, height, width] = a as [number, number, number, number];
    const columns = b![1]! * b![2]! * b![3]!;
    return { batch: 1, rows: batch * height * width, inner: out, columns, transposeA: false, transposeB: false };
  }
  return undefined;
}

/** The matrix products of a graph, equal ones counted together, in the order of their first appearance. */
export function products(graph: Graph): readonly { readonly product: Product; readonly count: number }[] {
  const found = new Map<string, { product: Product; count: number }>();
  for (const node of graph.nodes) {
    const product = productOf(graph, node);
    if (!product) continue;
    const key = JSON.stringify(product);
    found.set(key, { product, count: (found.get(key)?.count ?? 0) + 1 });
  }
  return [...found.values()];
}

/** FLOPs of a graph's matrix products and convolutions; element-wise work is not counted, as is the custom. */
export const countFlops = (graph: Graph): number =>
  products(graph).reduce((sum, { product, count }) => sum + count * flopsOf(product), 0);
