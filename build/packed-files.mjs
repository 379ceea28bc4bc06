/**
 * What a package leaves out of the program's folder, in minimatch's language: electron-builder speaks it, and
 * `npm run pack:headless` matches with it. tests/packaging looks into the results.
 */

/** @param {string} arch of the system packed for: `x64`; electron-builder knows it as `${arch}` */
export const leftOut = (arch) => [
  '**/*.{map,ts,mts,cts,tsbuildinfo,cc,h,gyp}',
  'node_modules/**/{test,tests,__tests__}/**',
  // Types that protobufjs lists among what it needs.
  'node_modules/@types/**',
  // Node loads dist/tf*.node.js; the rest are builds for browsers and bundlers.
  'node_modules/@tensorflow/*/dist/!(tf*.node.js)',
  'node_modules/@tensorflow/*/dist/*/**',
  'node_modules/@tensorflow/*/src/**',
  'node_modules/onnxruntime-node/script/**',
  `node_modules/onnxruntime-node/bin/napi-v6/*/!(${arch})/**`,
];

/** ONNX Runtime brings the libraries of every system. @param {string} systems of others: `win32,darwin` */
export const onnxRuntimeFor = (systems) => `node_modules/onnxruntime-node/bin/napi-v6/{${systems}}/**`;
