/** Writes a graph as an ONNX model: `in0 … ` and `out0 …` in the order of the graph's inputs and outputs. */
import type { Graph } from '../ir/graph.ts';
import { typeOf } from '../ir/graph.ts';
import { encodeModel } from './format.ts';
import { addGraph, OnnxNodes, valueInfo } from './nodes.ts';

/** The bytes of the ONNX model. */
export function writeOnnx(graph: Graph): Uint8Array {
  const list = new OnnxNodes();
  const outputs = addGraph(
    graph,
    list,
    (_, i) => `in${i}`,
    (i) => `out${i}`,
  );
  return encodeModel({
    name: graph.name,
    node: list.nodes,
    initializer: list.initializers,
    input: graph.inputs.map(({ value }, i) => valueInfo(`in${i}`, typeOf(graph, value))),
    output: graph.outputs.map(({ value }, i) => valueInfo(outputs[i]!, typeOf(graph, value))),
  });
}
