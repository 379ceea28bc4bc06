/** Runs the same functions at once on a TF.js backend: the second opinion that compiled graphs are compared with. */
import type { ConstantData, TensorType, ValueDtype } from '../ir/graph.ts';
import { tf, withBackend } from '../tf.ts';
import type { Tensor } from '../tf.ts';

export interface EagerTensor extends TensorType {
  readonly dtype: ValueDtype;
  readonly data: ConstantData;
}

/** The value of a tensor, read back. The vocabulary has no strings and no complex numbers. */
export function readTensor(tensor: Tensor): EagerTensor {
  return { dtype: tensor.dtype as ValueDtype, shape: tensor.shape, data: tensor.dataSync<ValueDtype>() };
}

/** Evaluates `fn` on `backend` (“cpu” is TF.js's own JavaScript backend). */
export function runEager(
  fn: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, EagerTensor>>,
  backend = 'cpu',
): Record<string, EagerTensor> {
  return withBackend(backend, () => {
    tf.engine().startScope();
    try {
      const tensors = Object.entries(inputs).map(
        ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
      );
      const outputs = Object.entries(fn(Object.fromEntries(tensors)));
      return Object.fromEntries(outputs.map(([name, tensor]) => [name, readTensor(tensor)]));
    } finally {
      tf.engine().endScope();
    }
  });
}
