/** Runs a TF.js function the compiled way: trace, passes, ONNX, session. */
import { createLocalDevice } from '../../main/engine/local-device.ts';
import type { TensorData } from '../../main/engine/contract.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import type { Graph } from '../../main/tensor/ir/graph.ts';
import type { TensorFunction } from '../../main/tensor/trace/trace.ts';
import { trace } from '../../main/tensor/trace/trace.ts';

const device = createLocalDevice(1);

export async function runGraph(
  graph: Graph,
  inputs: Readonly<Record<string, EagerTensor>>,
): Promise<Record<string, TensorData>> {
  await device.load({ program: 'test', graph });
  const plain = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape, data }]) => [name, { dtype, shape: [...shape], data }]),
  );
  return device.run({ program: 'test', inputs: plain });
}

export const runCompiled = (
  fn: TensorFunction,
  inputs: Readonly<Record<string, EagerTensor>>,
): Promise<Record<string, TensorData>> => runGraph(trace('test', fn, inputs), inputs);
