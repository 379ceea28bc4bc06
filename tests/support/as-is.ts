/** Runs a graph as it is: with no pass of ours and none of ONNX Runtime's. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Graph } from '../../main/tensor/ir/graph.ts';
import { typeOf } from '../../main/tensor/ir/graph.ts';
import { writeOnnx } from '../../main/tensor/onnx/write.ts';
import { normal } from './tensors.ts';

/** The outputs of a graph on random float32 inputs, the same for graphs with the same inputs. */
export async function runAsIs(graph: Graph): Promise<readonly Float32Array[]> {
  const session = await InferenceSession.create(writeOnnx(graph), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
  });
  const feeds = graph.inputs.map(({ value }, i) => {
    const { shape } = typeOf(graph, value);
    return [`in${i}`, new Tensor('float32', normal(shape, i + 1).data as Float32Array, shape)] as const;
  });
  const fetched = await session.run(Object.fromEntries(feeds));
  await session.release();
  return graph.outputs.map((_, i) => fetched[`out${i}`]!.data as Float32Array);
}
