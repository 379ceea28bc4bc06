/**
 * The one place that loads TF.js, so that every part shares one instance (and its gradient tape). It is loaded when it is first used:
 * the window's program and the terminal describe networks and count their parameters, but compute nothing, and would start later.
 */
import { createRequire } from 'node:module';
import type * as TensorFlowJs from '@tensorflow/tfjs';

let loaded: typeof TensorFlowJs | undefined;

function load(): typeof TensorFlowJs {
  if (loaded) return loaded;
  loaded = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof TensorFlowJs;
  // Production mode only silences the advice to install another backend and the per-op NaN scans of debug mode.
  loaded.enableProdMode();
  return loaded;
}

export const tf = new Proxy({} as typeof TensorFlowJs, {
  get: (_, name: keyof typeof TensorFlowJs) => load()[name],
});
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
