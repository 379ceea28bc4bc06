/**
 * Whether encoding and statistics need more memory for more pictures: encodes made-up pictures of 64 px with a made-up device, each number
 * of them in a process of its own, and takes the largest resident memory of that process.
 *
 *   node tests/bench/encode-memory.mjs [--pictures 500,50000]
 *
 * Prints JSON with the peaks in MB, and the last one divided by the first. Needs `dist/` (npm test builds it).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { pictures: { type: 'string', default: '500,50000' }, one: { type: 'string' } },
});
const root = resolve(import.meta.dirname, '..', '..');
/** @param {string} path */
const load = (path) => import(join(root, 'dist', 'main', path));

if (values.one === undefined) {
  const counts = values.pictures.split(',').map(Number);
  const peaks = counts.map((count) => {
    const text = execFileSync(process.execPath, [import.meta.filename, '--one', String(count)]);
    return /** @type {{ encoded_mb: number, peak_mb: number, seconds: number }} */ (JSON.parse(String(text)));
  });
  const megabytes = peaks.map((peak) => peak.peak_mb);
  console.log(
    JSON.stringify({
      name: 'encode memory',
      pictures: counts,
      after_encoding_mb: peaks.map((peak) => peak.encoded_mb),
      peak_mb: megabytes,
      seconds: peaks.map(({ seconds }) => seconds),
      ratio: Math.round((100 * (megabytes.at(-1) ?? NaN)) / (megabytes[0] ?? NaN)) / 100,
    }),
  );
  process.exit(0);
}

const { encodePictures } = await load('latents/encode.js');
const { finishLatents } = await load('latents/finish.js');
const { latentsFolder } = await load('latents/store.js');
const { loadVae } = await load('vae/load.js');
const size = 64;
const vae = await loadVae('starter', { resources: join(root, 'resources') });
const device = {
  info: async () => ({ kind: 'cpu' }),
  load: async () => ({ nodes: 0, milliseconds: 0 }),
  unload: async () => ({}),
  /** @param {{ inputs: { x: { shape: number[], data: Float32Array } } }} call */
  run: async ({ inputs: { x } }) => {
    const rows = x.shape[0] ?? 0;
    const data = Float32Array.from(
      { length: rows * 256 },
      (_, i) => x.data[Math.floor(i / 256) * 12288 + (i % 256) * 7] ?? 0,
    );
    return { mean: { dtype: 'float32', shape: [rows, 4, 8, 8], data } };
  },
};
const pictures = Array.from({ length: Number(values.one) }, (_, i) => {
  const id = (i + 1).toString(16).padStart(16, '0');
  const file = `dataset/images/${id}.png`;
  return { kind: 'used', id, source: `${i}.png`, file, width: size, height: size, format: 'png', bytes: 1 };
});
const project = mkdtempSync(join(tmpdir(), 'cauchy-encode-memory-'));
const megabytes = () => Math.round(process.resourceUsage().maxRSS / 1024);
const began = performance.now();
const { manifest } = await encodePictures({
  ...{ project, pictures, datasetHash: 'made up', pictureSize: size, shaping: 'none', vae, device },
  /** @param {{ id: string }} picture */
  loadPixels: async ({ id }) => {
    let state = parseInt(id.slice(8), 16) + 1;
    return Uint8Array.from(
      { length: 3 * size * size },
      () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24,
    );
  },
});
const encoded = megabytes();
await finishLatents(latentsFolder(project, manifest.key), manifest, () => new Date());
console.log(
  JSON.stringify({
    encoded_mb: encoded,
    peak_mb: megabytes(),
    seconds: Math.round((performance.now() - began) / 1000),
  }),
);
rmSync(project, { recursive: true, force: true });
process.exit(0);
