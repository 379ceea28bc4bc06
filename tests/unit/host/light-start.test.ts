import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { tf } from '../../../main/tensor/tf.ts';

const { cache } = createRequire(import.meta.url);
const loaded = (name: string) => Object.keys(cache).some((path) => path.includes(`node_modules/${name}/`));

it('the window’s program starts without the libraries that compute', async () => {
  await import('../../../main/app.ts');
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core', 'onnxruntime-node', 'sharp'])
    expect(loaded(name), name).toBe(false);
  // They would be seen here.
  expect(tf.getBackend).toBeTypeOf('function');
  expect(loaded('@tensorflow/tfjs')).toBe(true);
});
