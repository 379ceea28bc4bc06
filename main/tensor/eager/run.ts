/** Runs the same functions at once on a TF.js backend: the second opinion that compiled graphs are compared with. */
import type { ConstantData, TensorType, ValueDtype } from '../ir/graph.ts';
import { tf } from '../tf.ts';
import type { Tensor } from '../tf.ts';

export interface EagerTensor extends TensorType {
  readonly dtype: ValueDtype;
  readonly data: ConstantData;
}

/** Evaluates `fn` on `backend` (“cpu” is TF.js's own JavaScript backend). */
export function runEager(
  fn: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, EagerTensor>>,
  backend = 'cpu',
): Record<string, EagerTensor> {
  const before = tf.getBackend();
  void tf.setBackend(backend);
  tf.engine().startScope();
  try {
    const tensors = Object.entries(inputs).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
    );
    const outputs = Object.entries(fn(Object.fromEntries(tensors)));
    return Object.fromEntries(
      outputs.map(([name, tensor]) => {
        const { shape, dtype } = tensor;
        // The vocabulary has no strings and no complex numbers.
        return [name, { shape, dtype: dtype as ValueDtype, data: tensor.dataSync<ValueDtype>() }];
      }),
    );
  } finally {
    tf.engine().endScope();
    if (before) void tf.setBackend(before);
  }
}
