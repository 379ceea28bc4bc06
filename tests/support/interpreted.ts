/** Runs a graph node by node on a TF.js backend, and checks that nothing it made stays behind. */
import { interpretedProgram } from '../../main/tensor/eager/interpret.ts';
import { readTensor } from '../../main/tensor/eager/run.ts';
import type { EagerTensor } from '../../main/tensor/eager/run.ts';
import type { Graph } from '../../main/tensor/ir/graph.ts';
import { tf, withBackend } from '../../main/tensor/tf.ts';

export function runInterpreted(
  graph: Graph,
  inputs: Readonly<Record<string, EagerTensor>>,
  backend = 'cpu',
): Record<string, EagerTensor> {
  return withBackend(backend, () => {
    const before = tf.memory().numTensors;
    const program = interpretedProgram(graph, backend);
    const given = Object.entries(inputs).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
    );
    const byName = new Map(given);
    const outputs = Object.entries(program.run((name) => byName.get(name)!));
    const values = Object.fromEntries(outputs.map(([name, tensor]) => [name, readTensor(tensor)]));
    for (const [, tensor] of [...given, ...outputs]) tensor.dispose();
    program.release();
    const left = tf.memory().numTensors - before;
    if (left !== 0) throw new Error(`the graph ${graph.name} left ${left} tensors behind`);
    return values;
  });
}
