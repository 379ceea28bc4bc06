/** The version of ONNX Runtime that runs the graphs. */
import { env } from 'onnxruntime-node';

export const runtimeVersion = env.versions.node ?? 'unknown';
