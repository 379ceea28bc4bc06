/**
 * Whether memory stays flat: trains a small DiT and samples the resident memory of the process.
 *
 *   node tests/bench/memory-flat.mjs [--device cpu|webgpu] [--steps 2000]
 *
 * Prints JSON with the medians of the second and the last quarter in MB, and their ratio; the goal is at most 1.02. The first quarter
 * is for arenas and caches that fill once. Needs `dist/` (npm test builds it). `webgpu` takes the first device that WebGPU finds.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

process.env['ORT_DISABLE_TELEMETRY'] = '1';
const { values } = parseArgs({
  options: { device: { type: 'string', default: 'cpu' }, steps: { type: 'string' } },
});
const steps = Number(values.steps ?? (values.device === 'cpu' ? 2000 : 300));
const dist = join(resolve(import.meta.dirname, '..', '..'), 'dist', 'main');
/** @param {string} path */
const load = (path) => import(join(dist, path));
const { createCpuDevice } = await load('engine/cpu-device.js');
const { createWebGpuDevice } = await load('engine/webgpu-device.js');
const { localDevice } = await load('engine/local-device.js');
const { networkSpecs } = await load('models/network.js');
const { initialise } = await load('models/parameters.js');
const { DataOrder, prepareBatch } = await load('training/batch.js');
const { runConfigSchema } = await load('training/schema.js');
const { createTrainer, initialState } = await load('training/trainer.js');
const { fillNormal } = await load('base/random.js');

const shape = [4, 8, 8];
const dimensions = 256;
const pictures = 128;
const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 32, depth: 2, heads: 2 },
  batchSize: 16,
  length: { kind: 'steps', steps },
});
const latents = new Float32Array(pictures * dimensions);
fillNormal(latents, { seed: 1, stream: 'test', index: 0 });

const device = localDevice(
  values.device === 'cpu' ? createCpuDevice() : createWebGpuDevice({ name: 'the first that WebGPU finds' }),
);
const trainer = await createTrainer({ device, name: 'train', config, shape });
await trainer.put(initialState(initialise(networkSpecs(config.network, shape), 0)));
const order = new DataOrder(0, pictures);

/** @type {number[]} */
const samples = [];
const started = performance.now();
for (let k = 0; k < steps; k += trainer.burst) {
  const burst = Array.from({ length: Math.min(trainer.burst, steps - k) }, (_, i) => ({
    batch: prepareBatch({ latents, count: pictures, dimensions }, config, steps, k + i, order),
    update: k + i + 1,
    emaRates: [0.99],
  }));
  await trainer.steps(burst);
  samples.push(process.memoryUsage().rss / 2 ** 20);
}

/** @param {number} quarter 0 … 3 */
function median(quarter) {
  const part = samples.slice((quarter * samples.length) / 4, ((quarter + 1) * samples.length) / 4);
  return part.sort((a, b) => a - b)[part.length >> 1] ?? NaN;
}
const round = (/** @type {number} */ value, digits = 1) => Number(value.toFixed(digits));
console.log(
  JSON.stringify({
    name: 'memory flat',
    device: values.device,
    steps,
    seconds: round((performance.now() - started) / 1000),
    quarters_mb: [0, 1, 2, 3].map((quarter) => round(median(quarter))),
    ratio: round(median(3) / median(1), 4),
    goal: 1.02,
  }),
);
process.exit(0);
