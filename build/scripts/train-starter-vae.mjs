/**
 * Trains the starter VAE from a seed and writes resources/vae/starter.safetensors (float16).
 *
 *   node build/scripts/train-starter-vae.mjs [--steps 16000] [--batch 16] [--seed 1] [--pool 24576] [--faces 0.75] [--photos FOLDER] [--out FILE]
 *
 * The material is drawn by main/datasets/drawn (no photograph is used for training); --photos only adds a line with the PSNR on
 * a folder of photographs to the report. Every `--save` steps the state is saved below .cache/starter-vae; --resume goes on from there.
 * Deterministic for one machine type: same seed, same steps, same file.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

const root = resolve(import.meta.dirname, '..', '..');
/** @param {string} path */
const ours = (path) => import(join(root, 'dist', 'main', path));
const size = 64;
const bytes = size * size * 3;
/** @typedef {{ name: string, shape: number[], data: Float32Array }} NamedTensor */

if (!isMainThread) await draw();
else await train();

/**
 * Worker: draws its share of the pool, one picture after another, into shared memory: a share of faces, because the
 * sample pictures are faces, the rest of every kind.
 */
async function draw() {
  const { drawFace } = await ours('datasets/drawn/faces.js');
  const { drawMaterial } = await ours('datasets/drawn/materials.js');
  const { pixels, from, step, count, seed, faces } = workerData;
  const pool = new Uint8Array(pixels);
  for (let index = from; index < count; index += step) {
    // Seeds of 1,000,000 and more are kept for this: people's sample pictures use small ones.
    const key = { seed: 1_000_000 + seed, index, size };
    const isFace = Math.floor((index + 1) * faces) > Math.floor(index * faces);
    pool.set(isFace ? drawFace(key) : drawMaterial(key), index * bytes);
    if (index % 64 === 0) parentPort?.postMessage(index);
  }
}

async function train() {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '16000' },
      batch: { type: 'string', default: '16' },
      seed: { type: 'string', default: '1' },
      pool: { type: 'string', default: '24576' },
      faces: { type: 'string', default: '0.75' },
      rate: { type: 'string', default: '0.003' },
      kl: { type: 'string', default: '0.02' },
      save: { type: 'string', default: '1000' },
      photos: { type: 'string' },
      out: { type: 'string', default: join(root, 'resources', 'vae', 'starter.safetensors') },
      threads: { type: 'string' },
      resume: { type: 'boolean', default: false },
    },
  });
  process.env['ORT_DISABLE_TELEMETRY'] = '1';
  const [steps, batch, seed, count] = [
    Number(values.steps),
    Number(values.batch),
    Number(values.seed),
    Number(values.pool),
  ];
  const { logarithmicError, vaeStep } = await ours('vae/training.js');
  const { layoutOf } = await ours('optim/layout.js');
  const { autoencoderOf } = await ours('models/autoencoder.js');
  const { starterConfig } = await ours('vae/starter.js');
  const autoencoder = autoencoderOf(starterConfig);
  const { encoderSpecs, decoderSpecs, latentChannels, reduction } = autoencoder;
  const { initialise } = await ours('models/parameters.js');
  const { radamRates } = await ours('optim/radam.js');
  const { emaRate } = await ours('optim/ema.js');
  const { trace } = await ours('tensor/trace/trace.js');
  const { createCpuDevice } = await ours('engine/cpu-device.js');
  const { fillNormal, Random } = await ours('base/random.js');
  const { readSafetensors, writeSafetensors } = await ours('storage/safetensors.js');
  const { toPlanes } = await ours('vae/pixels.js');

  /** @type {{ name: string, shape: number[] }[]} */
  const specs = [...encoderSpecs, ...decoderSpecs];
  /** @param {readonly number[]} shape */
  const float = (shape) => ({ dtype: 'float32', shape });
  const side = size / reduction;
  const optimiser = { beta1: 0.9, beta2: 0.99, eps: 1e-8, weightDecay: 0 };
  const types = {
    x: float([batch, 3, size, size]),
    eps: float([batch, latentChannels, side, side]),
    klWeight: float([]),
    adaptive: float([]),
    momentum: float([]),
    emaTake: float([]),
    ...Object.fromEntries(
      ['parameters', 'm', 'v', 'ema'].flatMap((prefix) =>
        specs.map(({ name, shape }) => [`${prefix}/${name}`, float(shape)]),
      ),
    ),
  };
  const device = createCpuDevice(values.threads === undefined ? undefined : Number(values.threads));
  const step = vaeStep({ autoencoder, layout: layoutOf('separate', specs), compare: logarithmicError, optimiser });
  await device.load({ program: 'vae', graph: trace('VAE step', step, types) });
  const cache = join(root, '.cache', 'starter-vae');
  const statePath = join(cache, 'state.safetensors');
  let done = 0;
  if (values.resume) {
    const file = await readSafetensors(statePath);
    done = Number(file.metadata.step);
    await device.createState({ state: 'run', tensors: [...file.tensors.values()] });
  } else {
    /** @type {NamedTensor[]} */
    const start = initialise(specs, seed);
    const tensors = ['parameters', 'm', 'v', 'ema'].flatMap((prefix) =>
      start.map(({ name, shape, data }) => ({
        name: `${prefix}/${name}`,
        shape,
        data: prefix === 'm' || prefix === 'v' ? new Float32Array(data.length) : data.slice(),
      })),
    );
    await device.createState({ state: 'run', tensors });
  }

  const pool = await drawPool({ count, seed, faces: Number(values.faces) }, cache);
  const order = { epoch: -1, list: new Int32Array(0) };
  /** Picture at a position of the endless shuffled sequence; every other visit is mirrored. @param {number} position @param {Float32Array} x @param {number} offset */
  function put(position, x, offset) {
    const epoch = Math.floor(position / count);
    if (epoch !== order.epoch)
      Object.assign(order, { epoch, list: new Random({ seed, stream: 'order', index: epoch }).permutation(count) });
    const index = order.list[position % count] ?? 0;
    const rgb = pool.subarray(index * bytes, (index + 1) * bytes);
    toPlanes((epoch + index) % 2 === 0 ? rgb : mirrored(rgb), x, offset);
  }

  /** @param {number} value */
  const scalar = (value) => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
  const save = async () => {
    mkdirSync(cache, { recursive: true });
    await writeSafetensors(statePath, await device.readState({ state: 'run' }), { metadata: { step: String(done) } });
    /** @type {NamedTensor[]} */
    const averaged = await device.readState({ state: 'run', prefix: 'ema/' });
    const ema = averaged.map((t) => ({ ...t, name: t.name.slice('ema/'.length) }));
    await writeSafetensors(values.out, ema, {
      dtype: 'F16',
      metadata: { model: 'Cauchy Studio starter VAE', steps: String(done), seed: String(seed) },
    });
  };
  const mean = { loss: 0, squaredError: 0, kl: 0, n: 0 };
  let started = performance.now();
  for (; done < steps;) {
    const x = new Float32Array(batch * bytes);
    for (let b = 0; b < batch; b++) put(done * batch + b, x, b * bytes);
    const eps = new Float32Array(batch * latentChannels * side * side);
    fillNormal(eps, { seed, stream: 'vae', index: done });
    // Warm-up, then a cosine to nothing: the average of the last weights is what ships.
    const learningRate =
      Number(values.rate) * Math.min(1, (done + 1) / 200) * (0.5 + 0.5 * Math.cos((Math.PI * done) / steps));
    const { adaptive, momentum } = radamRates(done + 1, { ...optimiser, learningRate });
    const take = 1 - emaRate(Math.max(20, Math.min(300, done / 10)));
    const inputs = {
      x: { dtype: 'float32', shape: [batch, 3, size, size], data: x },
      eps: { dtype: 'float32', shape: [batch, latentChannels, side, side], data: eps },
      klWeight: scalar(Number(values.kl)),
      adaptive: scalar(adaptive),
      momentum: scalar(momentum),
      emaTake: scalar(take),
    };
    const { outputs: answers } = await device.steps({ state: 'run', calls: [{ program: 'vae', inputs }] });
    const [outputs] = answers;
    if (outputs.committed.data[0] !== 1) throw new Error(`step ${done}: the loss is not finite`);
    done++;
    for (const key of /** @type {const} */ (['loss', 'squaredError', 'kl'])) mean[key] += outputs[key].data[0];
    mean.n++;
    if (done % 100 === 0) {
      const psnr = 10 * Math.log10(4 / (mean.squaredError / mean.n));
      const rate = mean.n / ((performance.now() - started) / 1000);
      console.log(
        `step ${done} of ${steps}: PSNR ${psnr.toFixed(2)} dB with noise, KL ${(mean.kl / mean.n).toFixed(3)}, ${(rate * batch).toFixed(1)} pictures/s, ${((steps - done) / rate / 60).toFixed(0)} min left`,
      );
      Object.assign(mean, { loss: 0, squaredError: 0, kl: 0, n: 0 });
      started = performance.now();
    }
    if (done % Number(values.save) === 0 || done === steps) {
      await save();
      await report(values.out, values.photos);
      started = performance.now();
    }
  }
  process.exit(0);
}

/** @param {Uint8Array} rgb */
function mirrored(rgb) {
  const out = new Uint8Array(rgb.length);
  for (let i = 0; i < size * size; i++) {
    const from = 3 * (i - (i % size) + size - 1 - (i % size));
    out.set(rgb.subarray(from, from + 3), 3 * i);
  }
  return out;
}

/** @param {{ count: number, seed: number, faces: number }} what @param {string} cache */
async function drawPool(what, cache) {
  const { count, seed, faces } = what;
  const path = join(cache, `pool-${seed}-${count}-${faces}.bin`);
  try {
    return new Uint8Array(readFileSync(path));
  } catch {
    console.log(`drawing ${count} pictures`);
  }
  const pixels = new SharedArrayBuffer(count * bytes);
  const threads = 2;
  await Promise.all(
    Array.from(
      { length: threads },
      (_, from) =>
        new Promise((resolved, rejected) => {
          const worker = new Worker(new URL(import.meta.url), {
            workerData: { pixels, from, step: threads, ...what },
          });
          worker.on('message', (index) => index % 4096 === 0 && console.log(`  ${index}`));
          worker.on('error', rejected);
          worker.on('exit', resolved);
        }),
    ),
  );
  const pool = new Uint8Array(pixels);
  mkdirSync(cache, { recursive: true });
  writeFileSync(path, pool);
  return pool.slice();
}

/** Mean PSNR of the saved file on held-out faces and, when given, on photographs. @param {string} file @param {string | undefined} photos */
async function report(file, photos) {
  const { drawFace } = await ours('datasets/drawn/faces.js');
  const { createLocalDevice } = await ours('engine/local-device.js');
  const { reconstructionPsnr } = await ours('latents/reconstruction.js');
  const { readStarter } = await ours('vae/load.js');
  const device = createLocalDevice();
  const vae = await readStarter(file);
  /** @param {Uint8Array[]} pictures @param {number} side */
  const score = async (pictures, side) => {
    /** @type {number[]} */
    const scores = await reconstructionPsnr(device, vae, pictures, side);
    return (scores.reduce((a, b) => a + b, 0) / scores.length).toFixed(2);
  };
  // A seed that neither the sample pictures nor the material use.
  const faces = Array.from({ length: 256 }, (_, index) => drawFace({ seed: 987_654, index, size }));
  const lines = [`faces ${await score(faces, size)} dB`];
  if (photos) {
    const sharp = (await import('sharp')).default;
    const side = 128;
    const names = readdirSync(photos).filter((name) => name.endsWith('.jpg'));
    const pictures = await Promise.all(
      names.map(
        async (name) =>
          new Uint8Array(
            await sharp(join(photos, name)).resize(side, side, { fit: 'cover' }).removeAlpha().raw().toBuffer(),
          ),
      ),
    );
    lines.push(`${names.length} photographs at ${side} px ${await score(pictures, side)} dB`);
  }
  console.log(`  mean PSNR of the float16 file: ${lines.join(', ')}`);
}
