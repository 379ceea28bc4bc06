/**
 * Whether statistics and the index of outliers of 100,000 latents of 4 × 32 × 32 are made as fast as NumPy reads the same files, in less
 * than 1 GB. Writes them (1.6 GB, heavy-tailed) to a temporary folder and deletes them; both sides take turns, each in a process of its
 * own, and the files are put out of the page cache before each.
 *
 *   node tests/bench/latent-statistics.mjs --python /tmp/torch/bin/python [--pictures 100000] [--rounds 5] [--tails portraits]
 *
 * Heavy tails have 4.3 % of the values beyond the inner fences; those of portraits 1.4 %, as 1,503 of them have with the VAE that ships.
 *
 * Afterwards pages of outliers and of pictures are asked for as a window does. Prints JSON. Needs `dist/` (npm test builds it).
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: given } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    pictures: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    one: { type: 'string' },
    tails: { type: 'string', default: 'heavy' },
  },
});
const root = resolve(import.meta.dirname, '..', '..');
/** @param {string} path */
const load = (path) => import(join(root, 'dist', 'main', path));
const shape = [4, 32, 32];
const dimensions = 4096;
const picturesPerShard = 512;

if (given.one !== undefined) {
  const { finishLatents } = await load('latents/finish.js');
  const { readManifest } = await load('latents/store.js');
  const { channelThreads } = await load('workers/channel-threads.js');
  const manifest = await readManifest(given.one);
  const began = performance.now();
  const statistics = await finishLatents(given.one, manifest, () => new Date(0), undefined, { open: channelThreads });
  console.log(
    JSON.stringify({
      seconds: (performance.now() - began) / 1000,
      peak_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      cpu_seconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
      order_error: Math.max(
        ...statistics.channels.map(
          (/** @type {{ orderError: number, q1: number, q3: number }} */ c) => c.orderError / (c.q3 - c.q1),
        ),
      ),
      inner_share: statistics.channels[0].innerShare,
      outer_share: statistics.channels[0].outerShare,
    }),
  );
  process.exit(0);
}

/**
 * A project with pictures that are not there, and latents of heavy-tailed numbers: bell curves of many widths, in an order that does not
 * repeat from picture to picture. Returns the folder of the set.
 * @param {string} project @param {number} pictures
 */
async function write(project, pictures) {
  const { datasetHash } = await load('datasets/manifest.js');
  const { settingsFormat, settingsPath } = await load('datasets/layout.js');
  const { writeJson } = await load('storage/json.js');
  const { writeJsonl } = await load('storage/jsonl.js');
  const settings = { size: 256, framing: 'crop', background: '#ffffff' };
  const id = (/** @type {number} */ i) => i.toString(16).padStart(16, '0');
  const rows = Array.from({ length: pictures }, (_, i) => ({
    ...{ kind: 'used', id: id(i), source: `/pictures/${i}.jpg`, file: `dataset/images/${id(i)}.png` },
    ...{ width: 256, height: 256, format: 'jpeg', bytes: 1 },
  }));
  await writeJson(settingsPath(project), settingsFormat, settings);
  await writeJsonl(join(project, 'dataset', 'manifest.jsonl'), rows);
  const folder = join(project, 'latents', 'made-up');
  mkdirSync(folder, { recursive: true });
  const { Random } = await load('base/random.js');
  const { writeManifest, writeShard, shardFile } = await load('latents/store.js');
  const { encodingOptionsSchema } = await load('latents/schema.js');
  const random = new Random({ seed: 1, stream: 'test', index: 0 });
  const widest = given.tails === 'portraits' ? 0.7 : 0.1;
  const pool = Float32Array.from({ length: 2 ** 20 }, () => random.normal() / Math.sqrt(random.uniform(widest, 2)));
  const manifest = {
    ...{ key: 'made-up', vae: { name: 'none', hash: 'none' }, pictureSize: 256, shape },
    datasetHash: datasetHash(rows, settings),
    ...encodingOptionsSchema.parse({}),
    ...{ reused: 0, retried: 0, leftOut: [], complete: false },
    shards: /** @type {{ file: string, pictures: string[] }[]} */ ([]),
  };
  for (let first = 0; first < pictures; first += picturesPerShard) {
    const count = Math.min(picturesPerShard, pictures - first);
    const latents = new Float32Array(count * dimensions);
    for (let i = 0; i < count; i++) {
      const from = Math.floor(random.uniform(0, pool.length - dimensions));
      const [scale, shift] = [
        Math.exp(random.normal(0, given.tails === 'portraits' ? 0.1 : 0.25)),
        random.normal(0, 0.3),
      ];
      for (let d = 0; d < dimensions; d++) latents[i * dimensions + d] = shift + (d >> 10) + scale * pool[from + d];
    }
    const file = shardFile(manifest.shards.length);
    await writeShard(folder, file, latents, manifest);
    manifest.shards.push({ file, pictures: Array.from({ length: count }, (_, i) => id(first + i)) });
  }
  await writeManifest(folder, manifest);
  return folder;
}

/** How long pages of 50 take that a window asks for, in milliseconds: the first one, and the slowest and the median of others. */
async function timePages(/** @type {string} */ project, /** @type {number} */ pictures) {
  const { LatentLab } = await load('api/handlers/latent-lab.js');
  const lab = new LatentLab({ project: { path: project } }, undefined);
  const time = async (/** @type {() => Promise<unknown>} */ ask) => {
    const began = performance.now();
    await ask();
    return performance.now() - began;
  };
  const first = await time(() => lab.pictures({ filter: {}, offset: 0, limit: 50 }));
  const times = [];
  for (let i = 0; i < 40; i++) {
    const offset = Math.floor((i * (pictures - 50)) / 40);
    // Every tenth page is of another filter.
    const filter = { channel: Math.floor(i / 10), beyond: 'outer' };
    times.push(await time(() => lab.pictures({ filter: {}, offset, limit: 50 })));
    times.push(await time(() => lab.outliers({ filter, offset: 50 * (i % 10), limit: 50 })));
  }
  return { first_page_ms: round(first), page_ms: round(median(times)), slowest_page_ms: round(Math.max(...times)) };
}

/** Puts the files out of the page cache, and says how. @param {string} folder */
function forget(folder) {
  execFileSync('sync');
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1');
    return 'drop_caches';
  } catch {
    const files = readdirSync(folder).map((name) => join(folder, name));
    const script =
      'import os,sys\nfor p in sys.argv[1:]:\n f=os.open(p,0); os.posix_fadvise(f,0,0,os.POSIX_FADV_DONTNEED)';
    execFileSync(given.python, ['-c', script, ...files]);
    return 'posix_fadvise';
  }
}

const median = (/** @type {number[]} */ list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN;
const round = (/** @type {number} */ value) => Number(value.toPrecision(4));

const project = mkdtempSync(join(tmpdir(), 'cauchy-latent-statistics-'));
try {
  const pictures = Number(given.pictures);
  const folder = await write(project, pictures);
  const bytes = pictures * dimensions * 4;
  const [ours, numpy] = [/** @type {any[]} */ ([]), /** @type {any[]} */ ([])];
  let cache = '';
  for (let i = 0; i < Number(given.rounds); i++) {
    cache = forget(folder);
    ours.push(JSON.parse(String(execFileSync(process.execPath, [import.meta.filename, '--one', folder]))));
    forget(folder);
    const peer = join(import.meta.dirname, 'peers', 'latents.py');
    numpy.push(JSON.parse(String(execFileSync(given.python, [peer, folder]))));
  }
  const seconds = ours.map((one) => one.seconds);
  const peerSeconds = numpy.map((one) => one.seconds);
  console.log(
    JSON.stringify({
      name: 'latent statistics',
      ...{ pictures, shape, bytes, tails: given.tails, cache, numpy: numpy[0].numpy },
      seconds: seconds.map(round),
      peer_seconds: peerSeconds.map(round),
      gb_per_second: round(bytes / 1e9 / median(seconds)),
      peer_gb_per_second: round(bytes / 1e9 / median(peerSeconds)),
      ratio: round(median(seconds) / median(peerSeconds)),
      cpu_seconds: round(median(ours.map((one) => one.cpu_seconds))),
      peak_mb: Math.max(...ours.map((one) => one.peak_mb)),
      order_error: round(ours[0].order_error),
      inner_share: round(ours[0].inner_share),
      outer_share: round(ours[0].outer_share),
      ...(await timePages(project, pictures)),
    }),
  );
} finally {
  rmSync(project, { recursive: true, force: true });
}
