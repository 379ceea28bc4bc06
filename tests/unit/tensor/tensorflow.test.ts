import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import util from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { loadTensorFlow } from '../../../main/tensor/tensorflow.ts';
import { tf } from '../../../main/tensor/tf.ts';
import { temporaryFolder } from '../../support/folders.ts';

it('a package that is not there is called not installed, with what it needs', () => {
  const missing = loadTensorFlow('@tensorflow/tfjs-node-of-nobody');
  expect(missing).toEqual({ loaded: false, reason: expect.stringMatching(/not installed.*CUDA 11\.2/) as string });
});

it('a package whose library does not load is told with the first line of what was said', async () => {
  const folder = await temporaryFolder();
  await writeFile(
    join(folder, 'index.js'),
    `throw new Error('libcudart.so.11.0: cannot open shared object file\\nmore')`,
  );
  expect(loadTensorFlow(folder)).toEqual({
    loaded: false,
    reason: 'TensorFlow is installed but does not load: libcudart.so.11.0: cannot open shared object file',
  });
});

it('a package finds the functions of util that Node 23 took away, and the backend in use stays', async () => {
  const folder = await temporaryFolder();
  const probe = `const util = require('util');
    throw new Error([util.isNullOrUndefined(null), util.isNullOrUndefined(0), util.isArray([])].join())`;
  await writeFile(join(folder, 'index.js'), probe);
  const taken = ['isNullOrUndefined', 'isArray'];
  const before = taken.map((name) => [name, Reflect.get(util, name)] as const);
  for (const name of taken) Reflect.set(util, name, undefined);
  onTestFinished(() => before.forEach(([name, value]) => void Reflect.set(util, name, value)));
  await tf.setBackend('cpu');
  expect(loadTensorFlow(folder)).toMatchObject({ reason: expect.stringMatching(/: true,false,true$/) as string });
  expect(tf.getBackend()).toBe('cpu');
});
