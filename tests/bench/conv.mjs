/**
 * A 3 × 3 convolution and its two gradients in the forms of main/tensor/ops/convolution.ts, against channels-last im2col and
 * the runtime's own matrix product of the same size. One JSON line for each shape and form, rates in GFLOP/s.
 *
 *   node tests/bench/conv.mjs [--device cpu|webgpu] [--clock wall|processor] [--rounds 15] [--shapes 16x64x64x8,…]
 *
 * The processor's clock counts what this process alone uses, with one thread: the one to trust on a busy machine.
 * A shape is batch × in × out × side. Forms take turns, so that other load on the machine hits them alike. Needs `dist/`. For
 * WebGPU on a computer without a GPU, set VK_ICD_FILENAMES to a software driver.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

process.env['ORT_DISABLE_TELEMETRY'] = '1';
/** Levels of the U-Net of width 64 on latents of 8 × 8, then larger ones. */
const usual = '16x64x64x8,16x128x64x8,16x128x128x4,16x192x192x2,16x256x256x1,16x64x64x32,16x128x128x16,32x256x256x8';
const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cpu' },
    clock: { type: 'string', default: 'wall' },
    rounds: { type: 'string', default: '15' },
    shapes: { type: 'string', default: usual },
  },
});
const main = join(resolve(import.meta.dirname, '..', '..'), 'dist/main');
const ops = await import(join(main, 'tensor/ops.js'));
const { convolutionForms } = await import(join(main, 'tensor/ops/convolution.js'));
const { trace } = await import(join(main, 'tensor/trace/trace.js'));
const { createLocalDevice, localDevice } = await import(join(main, 'engine/local-device.js'));
const { createWebGpuDevice } = await import(join(main, 'engine/webgpu-device.js'));
const { fillNormal } = await import(join(main, 'base/random.js'));
const window = { stride: 1, padding: 1 };
const oneThread = values.clock === 'processor';
const device =
  values.device === 'webgpu'
    ? localDevice(createWebGpuDevice({ name: 'WebGPU' }))
    : createLocalDevice(oneThread ? 1 : undefined);
const now = () => {
  if (!oneThread) return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const float = (...shape) => ({ dtype: 'float32', shape });
/** One element of the result: all of it must be computed and none of it read. */
const first = (y) => ({ y: ops.slice(y, y.shape.map(() => 0), y.shape.map(() => 1)) }); // prettier-ignore

/** Forward, data gradient and filter gradient of one form. */
function viaGradients(convolve) {
  const gradient = (name) => (inputs) => {
    const { grads } = ops.valueAndGrads((p) => ops.sum(ops.mul(convolve({ ...inputs, ...p }), inputs.dy)), {
      [name]: inputs[name],
    });
    return first(grads[name]);
  };
  return { forward: (inputs) => first(convolve(inputs)), dx: gradient('x'), dw: gradient('w') };
}

/** [batch, h, w, c] → [batch·h·w, 9·c], taps in the outer order. */
function columns(x) {
  const [batch, height, width, channels] = x.shape;
  const padded = ops.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]); // prettier-ignore
  const views = Array.from({ length: 9 }, (_, tap) =>
    ops.slice(padded, [0, Math.floor(tap / 3), tap % 3, 0], [batch, height, width, channels]),
  );
  return ops.reshape(ops.concat(views, 3), [batch * height * width, 9 * channels]);
}

function channelsLast(batch, into, out, side) {
  const rows = batch * side * side;
  const pictures = (x, channels) => ops.reshape(x, [batch, side, side, channels]);
  return {
    // The filter [out, in, 3, 3] as [out, taps · in]; for the data gradient, turned around as [in, taps · out].
    forward: ({ x, w }) => {
      const matrix = ops.reshape(ops.transpose(w, [0, 2, 3, 1]), [out, 9 * into]);
      return first(ops.matMul(columns(pictures(x, into)), matrix, false, true));
    },
    dx: ({ dy, w }) => {
      const taps = ops.split(ops.reshape(w, [out, into, 9]), 9, 2).toReversed();
      const matrix = ops.reshape(ops.transpose(ops.concat(taps, 2), [1, 2, 0]), [into, 9 * out]);
      return first(ops.matMul(columns(pictures(dy, out)), matrix, false, true));
    },
    dw: ({ x, dy }) => {
      const product = ops.matMul(ops.reshape(dy, [rows, out]), columns(pictures(x, into)), true, false);
      return first(ops.transpose(ops.reshape(product, [out, 9, into]), [0, 2, 1]));
    },
  };
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

async function bench([batch, into, out, side]) {
  const rows = batch * side * side;
  const types = {
    x: float(batch, into, side, side),
    w: float(out, into, 3, 3),
    dy: float(batch, out, side, side),
    columns: float(rows, 9 * into),
  };
  const forms = {
    convolution: viaGradients(({ x, w }) => convolutionForms.convolution(window)(x, w)),
    ...(side <= 8 ? { columns: viaGradients(({ x, w }) => convolutionForms.columns(window)(x, w)) } : {}),
    channelsLast: channelsLast(batch, into, out, side),
    product: {
      forward: ({ columns: a, w }) => first(ops.matMul(a, ops.reshape(w, [out, 9 * into]), false, true)),
      dx: ({ dy, w }) => first(ops.matMul(ops.reshape(dy, [rows, out]), ops.reshape(w, [out, 9 * into]))),
      dw: ({ dy, columns: a }) => first(ops.matMul(ops.reshape(dy, [rows, out]), a, true, false)),
    },
  };
  const programs = Object.entries(forms).flatMap(([form, parts]) =>
    Object.entries(parts).map(([part, fn]) => ({ form, part, name: `${form} ${part}`, fn, ms: [] })),
  );
  for (const { name, fn } of programs) await device.load({ program: name, graph: trace(name, fn, types) });
  const tensors = Object.entries(types).map(([name, { shape }], index) => {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
    fillNormal(data, { seed: 0, stream: 'bench', index });
    return { name, shape, data };
  });
  await device.createState({ state: 'inputs', tensors });
  for (let round = -2; round < Number(values.rounds); round++)
    for (const { name, ms } of programs) {
      const started = now();
      await device.run({ program: name, state: 'inputs', inputs: {} });
      if (round >= 0) ms.push(now() - started);
    }
  for (const { name } of programs) await device.unload({ program: name });
  await device.dropState({ state: 'inputs' });
  const gflop = (2 * rows * into * out * 9) / 1e9;
  for (const form of Object.keys(forms)) {
    const mine = programs.filter((program) => program.form === form);
    const total = (summary) => mine.reduce((sum, { ms }) => sum + summary(ms), 0);
    const rates = mine.map(({ part, ms }) => [part, Math.round((gflop / median(ms)) * 1000)]);
    console.log(
      JSON.stringify({
        name: 'convolution',
        device: values.device,
        clock: values.clock,
        shape: `${batch} × ${into} → ${out} × ${side}²`,
        form,
        ...Object.fromEntries(rates),
        ms: Number(total(median).toFixed(2)),
        best_ms: Number(total((ms) => Math.min(...ms)).toFixed(2)),
      }),
    );
  }
}

for (const shape of values.shapes.split(',')) await bench(shape.split('x').map(Number));
