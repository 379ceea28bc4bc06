/** The one place that loads TF.js, so that every part shares one instance (and its gradient tape). */
import * as tf from '@tensorflow/tfjs';

// Production mode only silences the advice to install another backend and the per-op NaN scans of debug mode.
tf.enableProdMode();

export { tf };
export type {
  DataId,
  KernelBackend,
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs';

/** Calls `fn` with a registered backend as TF.js's current one, which is put back afterwards. */
export function withBackend<T>(backend: string, fn: () => T): T {
  const before = tf.getBackend();
  // It changes at once; the promise is for backends that have yet to start.
  void tf.setBackend(backend);
  try {
    return fn();
  } finally {
    if (before) void tf.setBackend(before);
  }
}
