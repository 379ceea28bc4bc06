/**
 * The training step of a 6-layer DiT (batch 32, 64 tokens, width 192, 4.1 M parameters, Adam) in the product's engine,
 * optionally as a ratio to another implementation of the same step in the same run.
 *
 *   node tests/bench/step-vs-prototype.mjs [--rounds 12] [--against FOLDER]
 *
 * FOLDER holds `trace.mjs` (compile) and `dit.mjs` (cfg, paramSpecs, step), as the engine's prototype does.
 * Rounds alternate between the two, so that other load on the machine hits both alike. Needs `dist/` (npm test builds it).
 */
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

process.env['ORT_DISABLE_TELEMETRY'] = '1';
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '12' }, against: { type: 'string' } } });
const rounds = Number(values.rounds);
const root = resolve(import.meta.dirname, '..', '..');
const ops = await import(join(root, 'dist/main/tensor/ops.js'));
const { trace } = await import(join(root, 'dist/main/tensor/trace/trace.js'));
const { createCpuDevice } = await import(join(root, 'dist/main/engine/cpu-device.js'));
const { fillNormal } = await import(join(root, 'dist/main/base/random.js'));

const batch = 32,
  tokens = 64,
  into = 16,
  width = 192,
  heads = 3,
  layers = 6;

/** @returns {Record<string, number[]>} */
function parameterShapes() {
  /** @type {Record<string, number[]>} */
  const shapes = { inW: [into, width], inB: [width], pos: [1, tokens, width], tW1: [64, width], tW2: [width, width] };
  for (let l = 0; l < layers; l++) {
    Object.assign(shapes, {
      [`l${l}.ada`]: [width, 6 * width],
      [`l${l}.adaB`]: [6 * width],
      [`l${l}.qkv`]: [width, 3 * width],
      [`l${l}.qkvB`]: [3 * width],
      [`l${l}.proj`]: [width, width],
      [`l${l}.projB`]: [width],
      [`l${l}.fc1`]: [width, 4 * width],
      [`l${l}.fc1B`]: [4 * width],
      [`l${l}.fc2`]: [4 * width, width],
      [`l${l}.fc2B`]: [width],
    });
  }
  return { ...shapes, fada: [width, 2 * width], outW: [width, into] };
}

const normalise = ops.layerNormalise([-1], 1e-6);
function linear(x, w, b) {
  const y = ops.matMul(ops.reshape(x, [-1, x.shape.at(-1)]), w);
  return ops.reshape(b ? ops.add(y, b) : y, [...x.shape.slice(0, -1), w.shape[1]]);
}
function forward(p, x, t) {
  let h = ops.add(linear(x, p.inW, p.inB), p.pos);
  const c = ops.silu(linear(ops.silu(linear(t, p.tW1)), p.tW2));
  const toHeads = (y) => ops.transpose(ops.reshape(y, [batch, tokens, heads, width / heads]), [0, 2, 1, 3]);
  for (let l = 0; l < layers; l++) {
    const w = (name) => p[`l${l}.${name}`];
    const [s1, g1, a1, s2, g2, a2] = ops.split(
      ops.reshape(linear(c, w('ada'), w('adaB')), [batch, 1, 6 * width]),
      6,
      2,
    );
    let y = ops.add(ops.mul(normalise(h), ops.add(g1, 1)), s1);
    const [q, k, v] = ops.split(linear(y, w('qkv'), w('qkvB')), 3, 2).map(toHeads);
    const weights = ops.softmax(ops.mul(ops.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)));
    const mixed = ops.reshape(ops.transpose(ops.matMul(weights, v), [0, 2, 1, 3]), [batch, tokens, width]);
    h = ops.add(h, ops.mul(a1, linear(mixed, w('proj'), w('projB'))));
    y = ops.add(ops.mul(normalise(h), ops.add(g2, 1)), s2);
    h = ops.add(h, ops.mul(a2, linear(ops.gelu(linear(y, w('fc1'), w('fc1B'))), w('fc2'), w('fc2B'))));
  }
  const [shift, gain] = ops.split(ops.reshape(linear(c, p.fada), [batch, 1, 2 * width]), 2, 2);
  return linear(ops.add(ops.mul(normalise(h), ops.add(gain, 1)), shift), p.outW);
}
function step(inputs) {
  const names = Object.keys(parameterShapes());
  const params = Object.fromEntries(names.map((name) => [name, inputs[`p.${name}`]]));
  const { value, grads } = ops.valueAndGrads((p) => {
    const r = ops.sum(ops.square(ops.sub(forward(p, inputs.x, inputs.t), inputs.y)), [1, 2]);
    return ops.mean(ops.log(ops.add(1, ops.div(r, 2 * 0.1 * 0.1))));
  }, params);
  const out = { loss: value };
  for (const name of names) {
    const m = ops.add(ops.mul(inputs[`m.${name}`], 0.9), ops.mul(grads[name], 0.1));
    const v = ops.add(ops.mul(inputs[`v.${name}`], 0.999), ops.mul(ops.square(grads[name]), 0.001));
    out[`m.${name}`] = m;
    out[`v.${name}`] = v;
    out[`p.${name}`] = ops.sub(params[name], ops.mul(1e-3, ops.div(m, ops.add(ops.sqrt(v), 1e-8))));
  }
  return out;
}

let seed = 0;
/** @param {number[]} shape @param {number} scale */
function normal(shape, scale) {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillNormal(data, { seed: seed++, stream: 'test', index: 0 });
  return data.map((value) => value * scale);
}
const states = Object.entries(parameterShapes()).flatMap(([name, shape]) =>
  ['p', 'm', 'v'].map((kind) => ({
    name: `${kind}.${name}`,
    shape,
    data: normal(shape, kind === 'p' && shape.length > 1 ? 1 / Math.sqrt(shape[0]) : 0),
  })),
);
const data = { x: [batch, tokens, into], t: [batch, 64], y: [batch, tokens, into] };
const inputs = Object.fromEntries(
  Object.entries(data).map(([name, shape]) => [name, { dtype: 'float32', shape, data: normal(shape, 1) }]),
);

async function product() {
  const types = Object.fromEntries(
    [...Object.entries(data), ...states.map(({ name, shape }) => [name, shape])].map(([name, shape]) => [
      name,
      { dtype: 'float32', shape },
    ]),
  );
  const device = createCpuDevice(2);
  const graph = trace('bench step', step, types);
  const { nodes } = await device.load({ program: 'step', graph });
  await device.createState({ state: 'run', tensors: states });
  console.log(`product: ${graph.nodes.length} nodes traced, ${nodes} after passes`);
  return async () =>
    (await device.steps({ state: 'run', calls: [{ program: 'step', inputs }] })).outputs[0].loss.data[0];
}

/** @param {string} folder */
async function other(folder) {
  // Below the repository, so that its imports find our node_modules.
  const copy = join(root, '.cache', 'against');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const file of readdirSync(folder)) if (file.endsWith('.mjs')) cpSync(join(folder, file), join(copy, file));
  const { compile } = await import(join(copy, 'trace.mjs'));
  const dit = await import(join(copy, 'dit.mjs'));
  const { InferenceSession, Tensor } = (await import('onnxruntime-node')).default;
  const shapes = dit.paramSpecs();
  const specs = [
    ...Object.entries(data).map(([name, shape]) => ({ name, shape })),
    ...['p', 'm', 'v'].flatMap((kind) => shapes.map((p) => ({ ...p, name: `${kind}.${p.name}` }))),
  ];
  const { model, outputs, nNodes } = compile(dit.step, specs);
  const session = await InferenceSession.create(new Uint8Array(model), {
    executionProviders: ['cpu'],
    intraOpNumThreads: 2,
    graphOptimizationLevel: 'all',
  });
  console.log(`other: ${nNodes} nodes`);
  const start = Object.fromEntries(states.map(({ name, data: values }) => [name, values.slice()]));
  const feeds = Object.fromEntries(
    specs.map(({ name, shape }) => [name, new Tensor('float32', start[name] ?? inputs[name].data, shape)]),
  );
  const fetches = Object.fromEntries(
    outputs.map((o, i) => [
      o.name,
      i ? new Tensor('float32', new Float32Array(o.shape.reduce((a, b) => a * b, 1)), o.shape) : null,
    ]),
  );
  return async () => {
    const result = await session.run(feeds, fetches);
    specs
      .slice(3)
      .forEach(({ name }, i) => ([feeds[name], fetches[`out${i + 1}`]] = [fetches[`out${i + 1}`], feeds[name]]));
    return result.out0.data[0];
  };
}

const contestants = {
  product: await product(),
  ...(values.against ? { other: await other(resolve(values.against)) } : {}),
};
/** @type {Record<string, number[]>} */
const times = {};
for (let round = 0; round < rounds + 2; round++) {
  for (const [name, run] of Object.entries(contestants)) {
    const started = performance.now();
    const loss = await run();
    if (round >= 2) (times[name] ??= []).push(performance.now() - started);
    if (round === 0 || round === rounds + 1) console.log(`${name} step ${round}: loss ${loss.toFixed(5)}`);
  }
}
const summary = Object.fromEntries(
  Object.entries(times).map(([name, list]) => {
    const sorted = list.toSorted((a, b) => a - b);
    return [name, { min: sorted[0], p25: sorted[sorted.length >> 2], median: sorted[sorted.length >> 1] }];
  }),
);
console.log(
  JSON.stringify(
    {
      milliseconds: summary,
      rss: Math.round(process.memoryUsage().rss / 2 ** 20),
      ...(summary.other
        ? {
            ratioMedian: summary.product.median / summary.other.median,
            ratioMin: summary.product.min / summary.other.min,
          }
        : {}),
    },
    (_, v) => (typeof v === 'number' ? Number(v.toFixed(3)) : v),
  ),
);
process.exit(0);
