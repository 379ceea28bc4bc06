/** The type checker that runs after tracing and after every pass: shapes, dtypes, names and single assignment. */
import { studioError } from '../../base/errors.ts';
import type { Graph, Node, TensorType } from './graph.ts';
import { formatType, sameShape, sizeOf } from './graph.ts';
import { outputTypes, ShapeProblem } from './shapes.ts';

/** Throws `tensor.invalidGraph`, naming `after` (the pass that made the graph) and the first problem. Returns the graph. */
export function checkGraph(graph: Graph, after: string): Graph {
  const fail = (problem: string): never => {
    throw studioError('tensor.invalidGraph', { after, problem });
  };
  const written = new Set<number>();
  const write = (value: number, what: string) => {
    if (written.has(value)) fail(`%${value} (${what}) is written twice`);
    if (!graph.types.has(value)) fail(`%${value} (${what}) has no type`);
    written.add(value);
  };
  const typeOf = (value: number): TensorType => graph.types.get(value)!;
  const cross = (value: number, what: string) => {
    if (typeOf(value)?.dtype === 'float16') fail(`%${value} (${what}) is float16, which is for values inside only`);
  };
  for (const { name, value } of graph.inputs) {
    write(value, `input ${name}`);
    cross(value, `input ${name}`);
  }
  for (const [value, data] of graph.constants) {
    write(value, 'constant');
    cross(value, 'constant');
    if (data.length !== sizeOf(typeOf(value).shape))
      fail(`constant %${value} has ${data.length} elements for ${formatType(typeOf(value))}`);
  }
  for (const node of graph.nodes) {
    const missing = node.inputs.find((value) => !written.has(value));
    if (missing !== undefined) fail(`${node.op} reads %${missing} before it is written`);
    const derived = derive(node, node.inputs.map(typeOf), fail);
    node.outputs.forEach((value, i) => {
      write(value, `output of ${node.op}`);
      const stated = typeOf(value);
      const type = derived[i];
      if (!type || type.dtype !== stated.dtype || !sameShape(type.shape, stated.shape)) {
        fail(
          `${node.op} gives ${type ? formatType(type) : 'nothing'} for %${value}, which is stated as ${formatType(stated)}`,
        );
      }
    });
  }
  for (const { name, value } of graph.outputs) {
    if (!written.has(value)) fail(`output ${name} reads %${value}, which nothing writes`);
    cross(value, `output ${name}`);
  }
  for (const [kind, list] of [
    ['input', graph.inputs],
    ['output', graph.outputs],
  ] as const) {
    if (new Set(list.map(({ name }) => name)).size !== list.length) fail(`two ${kind}s have one name`);
  }
  return graph;
}

function derive(node: Node, inputs: readonly TensorType[], fail: (problem: string) => never): readonly TensorType[] {
  try {
    // A node's op and attributes belong together; the union loses that when both are read apart.
    return outputTypes(node.op, inputs, node.attributes as never);
  } catch (thrown) {
    if (thrown instanceof ShapeProblem) return fail(`${node.op}: ${thrown.message}`);
    throw thrown;
  }
}
