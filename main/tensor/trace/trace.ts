/** Runs a function over TF.js ops once, without data, and returns the graph of what it would compute. */
import { studioError } from '../../base/errors.ts';
import { checkGraph } from '../ir/check.ts';
import type { Graph, TensorType } from '../ir/graph.ts';
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';
import { traceBackend, traceBackendName } from './backend.ts';
import { callSite } from './call-site.ts';
import './kernels.ts';

export type Tensors = Readonly<Record<string, Tensor>>;
/** Named tensors in, named tensors out; no value is ever read inside. */
export type TensorFunction = (inputs: Tensors) => Tensors;
export type TensorTypes = Readonly<Record<string, TensorType>>;

/**
 * The graph of `fn` for inputs of these types, with the gradients it takes inside.
 * Throws `tensor.unknownOp`, `tensor.readWhileTracing` or `tensor.shape`, each naming the op and the line that called it.
 */
export function trace(name: string, fn: TensorFunction, types: TensorTypes): Graph {
  const before = tf.getBackend();
  void tf.setBackend(traceBackendName);
  const builder = traceBackend.begin(name);
  try {
    tf.engine().startScope();
    const inputs = Object.entries(types).map(([input, type]) => {
      return [input, tf.engine().makeTensorFromTensorInfo(traceBackend.info(builder.input(input, type)))] as const;
    });
    const outputs = Object.entries(fn(Object.fromEntries(inputs)));
    const graph = builder.finish(
      outputs.map(([output, tensor]) => ({ name: output, value: traceBackend.valueOf(tensor) })),
    );
    if (traceBackend.violation) throw traceBackend.violation;
    return checkGraph(graph, 'trace');
  } catch (thrown) {
    throw explain(thrown);
  } finally {
    tf.engine().endScope();
    if (before) void tf.setBackend(before);
  }
}

/** TF.js reports an unregistered kernel as a plain Error; this names the op and the line instead. */
function explain(thrown: unknown): unknown {
  if (traceBackend.violation) return traceBackend.violation;
  if (!(thrown instanceof Error)) return thrown;
  const op = /[Kk]ernel '(\w+)'/.exec(thrown.message)?.[1];
  return op ? studioError('tensor.unknownOp', { op, at: callSite(thrown.stack) }, thrown) : thrown;
}
