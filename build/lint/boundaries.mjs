/**
 * Who may import whom, as data. The ESLint rule `studio/boundaries` enforces it, and
 * tests/unit/lint/boundaries.test.ts feeds it one forbidden import per row.
 *
 * A path is a folder or file below the repository root. Besides its own folder and main/base, a row may import
 * what `may` lists. The most specific row of a file decides. `packages` names npm packages with a single home.
 *
 * @typedef {{ folder: string, may: readonly string[], why: string }} Row
 */

/** @type {readonly Row[]} */
export const rows = [
  { folder: 'main/base', may: [], why: 'base is the bottom: it imports nothing of ours' },
  { folder: 'main/tensor/ir', may: [], why: 'the IR knows neither TF.js nor ONNX' },
  {
    folder: 'main/tensor/trace',
    may: ['main/tensor/ir', 'main/tensor/tf.ts'],
    why: 'tracing turns TF.js kernels into IR and knows nothing of ONNX or sessions',
  },
  { folder: 'main/tensor/passes', may: ['main/tensor/ir'], why: 'a pass is a function of a graph' },
  { folder: 'main/tensor/onnx', may: ['main/tensor/ir'], why: 'ONNX is one back end of the IR' },
  {
    folder: 'main/tensor/eager',
    may: ['main/tensor/ir', 'main/tensor/tf.ts'],
    why: 'eager runs the same functions on a TF.js backend',
  },
  {
    folder: 'main/tensor/ops.ts',
    may: ['main/tensor/ops', 'main/tensor/tf.ts', 'main/tensor/ir'],
    why: 'ops.ts is the vocabulary: nothing below it but TF.js',
  },
  {
    folder: 'main/tensor/ops',
    may: ['main/tensor/tf.ts'],
    why: "the vocabulary's longer chapters know TF.js alone; the rest of main/ reads them through ops.ts",
  },
  { folder: 'main/tensor/tf.ts', may: [], why: 'the one place that loads TF.js' },
  {
    folder: 'main/tensor/tensorflow.ts',
    may: ['main/tensor/tf.ts'],
    why: 'TensorFlow is one more backend of the one TF.js',
  },
  {
    folder: 'main/engine',
    may: [
      'main/tensor/ir',
      'main/tensor/passes',
      'main/tensor/onnx',
      'main/tensor/eager',
      'main/tensor/tf.ts',
      'main/tensor/tensorflow.ts',
    ],
    why: 'the engine runs graphs; it knows no network and no file format',
  },
  {
    folder: 'main/engine/cuda',
    may: ['main/engine/devices/system.ts'],
    why: 'looking for what CUDA needs loads nothing: the terminal and the main process do it, too',
  },
  {
    folder: 'main/downloads',
    may: ['main/storage', 'main/engine/cuda'],
    why: 'the only module that uses the network knows what it fetches, not what for',
  },
  { folder: 'main/models', may: ['main/tensor'], why: 'networks are pure functions of parameters and inputs' },
  { folder: 'main/optim', may: ['main/tensor'], why: 'optimisers are pure' },
  {
    folder: 'main/consistency',
    may: ['main/tensor'],
    why: 'the method is pure: it can be read and tested like the paper',
  },
  { folder: 'main/storage', may: [], why: 'storage knows bytes and files, not what they mean' },
  { folder: 'main/projects', may: ['main/storage'], why: 'a project is a folder with a lock' },
  {
    folder: 'main/settings',
    may: ['main/storage', 'main/projects/schema.ts', 'main/engine/schema.ts'],
    why: 'settings are a file',
  },
  {
    folder: 'main/vae',
    may: [
      'main/tensor',
      'main/models',
      'main/optim',
      'main/storage',
      'main/datasets/operations/schema.ts',
      'main/engine/contract.ts',
      'main/engine/schema.ts',
    ],
    why: 'VAEs are networks read from files, or trained',
  },
  { folder: 'main/datasets', may: ['main/storage'], why: 'pictures know nothing of training' },
  { folder: 'main/evaluation', may: [], why: 'scores are functions of numbers' },
  {
    folder: 'main/latents',
    may: ['main/storage', 'main/datasets', 'main/vae', 'main/tensor', 'main/engine', 'main/evaluation'],
    why: 'latents = pictures + VAE',
  },
  {
    folder: 'main/training',
    may: [
      'main/storage',
      'main/tensor',
      'main/models',
      'main/optim',
      'main/consistency',
      'main/engine',
      'main/latents',
      'main/datasets/schema.ts',
    ],
    why: 'training knows latents and the method, not runs or windows',
  },
  {
    folder: 'main/runs',
    may: ['main/storage', 'main/training', 'main/vae/training-schema.ts', 'main/engine/schema.ts'],
    why: "a run is training's life on disk",
  },
  {
    folder: 'main/generation',
    may: [
      'main/storage',
      'main/tensor',
      'main/models',
      'main/optim/layout.ts',
      'main/consistency',
      'main/engine',
      'main/vae',
      'main/latents',
      'main/training',
      'main/runs',
    ],
    why: 'generation = weights + sampler + decoder',
  },
  {
    folder: 'main/gallery',
    may: ['main/storage', 'main/generation/schema.ts'],
    why: 'the gallery keeps pictures and their provenance',
  },
  {
    folder: 'main/workers',
    may: [
      'main/base',
      'main/tensor',
      'main/engine',
      'main/models',
      'main/optim',
      'main/consistency',
      'main/storage',
      'main/settings',
      'main/vae',
      'main/datasets',
      'main/evaluation',
      'main/latents',
      'main/training',
      'main/runs',
      'main/generation',
      'main/gallery',
    ],
    why: 'workers join everything but the API and the shells',
  },
  {
    folder: 'main/experiment',
    may: [
      'main/engine',
      'main/models',
      'main/optim',
      'main/consistency',
      'main/storage',
      'main/vae',
      'main/datasets/sharp.ts',
      'main/evaluation',
      'main/latents',
      'main/training',
      'main/generation',
      'main/gallery/grid.ts',
    ],
    why: 'an experiment trains and measures without an application around it',
  },
  {
    folder: 'main/bench',
    may: [
      'main/tensor',
      'main/engine',
      'main/models',
      'main/optim',
      'main/consistency',
      'main/storage',
      'main/vae',
      'main/datasets',
      'main/latents',
      'main/training',
      'main/generation',
    ],
    why: 'benchmarks time the parts that work, without an application around them',
  },
  {
    folder: 'main/api/contract',
    may: [
      'main/datasets/schema.ts',
      'main/datasets/operations/schema.ts',
      'main/latents/schema.ts',
      'main/latents/outlier-schema.ts',
      'main/latents/preview/schema.ts',
      'main/latents/exports/schema.ts',
      'main/latents/causes/schema.ts',
      'main/training/schema.ts',
      'main/training/outlook-schema.ts',
      'main/training/residuals/schema.ts',
      'main/runs/schema.ts',
      'main/generation/schema.ts',
      'main/gallery/schema.ts',
      'main/settings/schema.ts',
      'main/vae/schema.ts',
      'main/vae/training-schema.ts',
      'main/projects/schema.ts',
      'main/engine/schema.ts',
    ],
    why: 'the contract is browser-safe: schemas only',
  },
  {
    folder: 'main/api/studio.ts',
    may: ['main/api/contract', 'main/engine/schema.ts'],
    why: 'the interface between application and shells',
  },
  {
    folder: 'main/api/handlers',
    may: [
      'main/projects',
      'main/api/contract',
      'main/api/studio.ts',
      'main/storage',
      'main/settings',
      'main/datasets',
      'main/latents',
      'main/training',
      'main/runs',
      'main/generation',
      'main/gallery',
      'main/vae',
      'main/downloads',
      'main/workers',
      'main/engine/schema.ts',
      'main/engine/devices',
    ],
    why: 'handlers join the contract to the domain',
  },
  {
    folder: 'main/app.ts',
    may: ['main/api', 'main/workers', 'main/storage', 'main/settings'],
    why: 'the composition root',
  },
  {
    folder: 'main/host',
    may: ['main/app.ts', 'main/api', 'main/storage', 'main/settings', 'main/workers/ports.ts'],
    why: 'the browser host serves the application over loopback',
  },
  {
    folder: 'main/cli',
    may: [
      'main/app.ts',
      'main/api',
      'main/bench',
      'main/host',
      'main/settings',
      'main/storage',
      'main/datasets/schema.ts',
      'main/datasets/operations/schema.ts',
      'main/latents/schema.ts',
      'main/latents/outlier-schema.ts',
      'main/latents/causes/schema.ts',
      'main/latents/preview/schema.ts',
      'main/latents/exports',
      'main/latents/checks.ts',
      'main/latents/caches.ts',
      'main/runs/schema.ts',
      'main/generation/schema.ts',
      'main/training',
      'main/experiment',
      'main/vae',
      'main/downloads',
      'main/engine/cuda',
      'main/engine/devices/system.ts',
      'main/engine/schema.ts',
    ],
    why: 'the terminal drives the same application',
  },
  { folder: 'electron', may: ['main/app.ts', 'main/api', 'main/base'], why: 'the shell holds no decision' },
  {
    folder: 'renderer/api/fake',
    may: [
      'renderer/api',
      'renderer/text',
      'main/api/contract',
      'main/consistency/noise-levels.ts',
      'main/latents/exports',
      'main/latents/level-statistics.ts',
      'main/latents/report',
      'main/latents/statistics.ts',
      'main/training/residuals/lens.ts',
      'main/training/residuals/pairs.ts',
      'main/training/residuals/stage.ts',
      'main/training/schedule.ts',
      'main/training/stages.ts',
    ],
    why: "the in-memory studio answers with the studio's own code where that is pure, and with nothing that needs Node",
  },
  {
    folder: 'renderer',
    may: ['main/api/contract', 'main/base', 'main/latents/views'],
    why: 'the renderer reaches main only through the contract, but for rules that the report says, too',
  },
];

/** npm packages that only the named folders may import. */
export const packages = [
  {
    name: '@tensorflow/tfjs-backend-wasm',
    only: ['main/bench/tasks/eager.ts'],
    why: 'a benchmark compares with it, and nothing else may need it',
  },
  {
    name: '@tensorflow/*',
    only: ['main/tensor/tf.ts', 'main/tensor/tensorflow.ts'],
    why: 'TF.js is loaded in one place',
  },
  { name: 'onnxruntime-node', only: ['main/engine'], why: 'only the engine runs sessions' },
  { name: 'onnxruntime-common', only: ['main/engine'], why: 'only the engine runs sessions' },
  { name: 'electron', only: ['electron'], why: 'main/ runs without Electron' },
  { name: 'sharp', only: ['main/datasets/sharp.ts'], why: 'sharp is loaded in one place, with its allow-list set' },
  { name: 'protobufjs', only: ['main/tensor/onnx'], why: 'only the ONNX writer speaks protobuf' },
];

/** `path` is `folder` itself or lies below it. @param {string} path @param {string} folder */
const isWithin = (path, folder) => path === folder || path.startsWith(`${folder}/`);

/** The most specific row of the table for a file. @param {string} file path from the repository root */
export function rowFor(file) {
  return rows.filter((row) => isWithin(file, row.folder)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

/**
 * Why `file` may not import the npm package `name`, or undefined when it may.
 * @param {string} file path from the repository root @param {string} name `sharp`, `@tensorflow/tfjs/dist/x.js`
 */
export function forbiddenPackage(file, name) {
  const guarded = packages.find((entry) =>
    entry.name.endsWith('/*') ? name.startsWith(entry.name.slice(0, -1)) : isWithin(name, entry.name),
  );
  return !guarded || guarded.only.some((folder) => isWithin(file, folder))
    ? undefined
    : `${guarded.why}: only ${guarded.only.join(', ')} may import ${guarded.name}`;
}

/**
 * Why `file` may not import our own `target`, or undefined when it may.
 * @param {string} file path from the repository root @param {string} target path from the repository root
 */
export function forbiddenFile(file, target) {
  const row = rowFor(file);
  if (!row || !/^(main|electron|renderer)\//.test(target)) return undefined;
  if (isWithin(target, 'main/base') || isWithin(target, row.folder)) return undefined;
  if (row.may.some((allowed) => isWithin(target, allowed))) return undefined;
  return `${row.folder} may not import ${target}: ${row.why}`;
}
