/** TensorFlow for tests: what tests/tensorflow/build-binding.mjs built here, if it did. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');
/** The folder of the built package. */
export const builtTensorFlow = resolve(root, '.cache/tensorflow/npm/node_modules/@tensorflow/tfjs-node');

/** Why tests of TensorFlow can not run here; undefined when they can. */
export const whyNoTensorFlow = existsSync(resolve(builtTensorFlow, 'lib/napi-v8/tfjs_binding.node'))
  ? undefined
  : 'TensorFlow is not built here: node tests/tensorflow/build-binding.mjs';
