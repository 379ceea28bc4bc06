/** The one place that loads TF.js, so that every part shares one instance (and its gradient tape). */
import * as tf from '@tensorflow/tfjs';

// Production mode only silences the advice to install another backend and the per-op NaN scans of debug mode.
tf.enableProdMode();

export { tf };
export type { DataId, KernelBackend, NamedAttrMap, NamedTensorInfoMap, Tensor, TensorInfo } from '@tensorflow/tfjs';
