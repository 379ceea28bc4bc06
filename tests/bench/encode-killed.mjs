/**
 * Encodes pictures with a process that is killed (SIGKILL, with the engine below it) again and again, and compares the latents with
 * those of an undisturbed run.
 *
 *   node tests/bench/encode-killed.mjs [--pictures 2000] [--kills 20] [--size 64] [--seed 0]
 *
 * Prints JSON: how many kills came while pictures were being encoded, how many pictures were encoded again (those that an earlier try
 * had reported as done), whether every picture is there once and every byte is the same; the exit code is 0 when that is so. Needs
 * `dist/` (npm test builds it).
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '2000' },
    kills: { type: 'string', default: '20' },
    size: { type: 'string', default: '64' },
    seed: { type: 'string', default: '0' },
  },
});
const [pictures, kills, size, seed] = [values.pictures, values.kills, values.size, values.seed].map(Number);
if (pictures === undefined || kills === undefined || size === undefined || seed === undefined)
  throw new Error('numbers');
const dist = join(resolve(import.meta.dirname, '..', '..'), 'dist', 'main');
const { Random } = await import(join(dist, 'base/random.js'));
const random = new Random({ seed, stream: 'test', index: 1 });
const root = mkdtempSync(join(tmpdir(), 'cauchy-encode-killed-'));
const began = performance.now();

/**
 * Starts a verb in a process group of its own. `onProgress` hears how many pictures are done.
 * @param {string[]} args @param {(done: number) => void} [onProgress]
 */
function start(args, onProgress) {
  const env = { ...process.env, CAUCHY_HOME: join(root, 'home') };
  const child = spawn(process.execPath, [join(dist, 'cli', 'main.js'), ...args, '--json'], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const { type, status, done } = JSON.parse(line);
      if (type === 'error') console.error(line);
      if (type === 'progress' && status === 'running') onProgress?.(done);
    }
  });
  /** @type {Promise<number | null>} */
  const ended = new Promise((settle) => child.on('exit', settle));
  return { ended, kill: () => process.kill(-Number(child.pid), 'SIGKILL') };
}

const source = join(root, 'pictures');
mkdirSync(source);
for (let i = 0; i < pictures; i++) {
  const [r, g, b] = [random.integer(256), random.integer(256), random.integer(256)];
  // A gradient of its own for every picture.
  const data = Buffer.alloc(3 * size * size, 0).map((_, at) => {
    const [x, y] = [Math.floor(at / 3) % size, Math.floor(at / (3 * size))];
    return (((at % 3 === 0 ? r : at % 3 === 1 ? g : b) + 2 * x + 3 * y * ((i % 5) + 1)) % 256) & 255;
  });
  const raw = { width: size, height: size, channels: /** @type {const} */ (3) };
  writeFileSync(join(source, `${i}.png`), await sharp(data, { raw }).png({ compressionLevel: 1 }).toBuffer());
}
const [whole, killed] = [join(root, 'whole.cauchy'), join(root, 'killed.cauchy')];
await start(['import', source, '--project', whole, '--size', String(size)]).ended;
cpSync(whole, killed, { recursive: true });

let firstAt = 0;
await start(['encode', '--project', whole, '--vae', 'starter'], () => (firstAt ||= performance.now())).ended;
const milliseconds = performance.now() - firstAt;

let [reported, encodedAgain, whileEncoding] = [0, 0, 0];
for (let i = 0; i < kills; i++) {
  /** @type {() => void} */
  let begun = () => undefined;
  const beginning = new Promise((settle) => (begun = () => settle(undefined)));
  let isFirst = true;
  let last = reported;
  const run = start(['encode', '--project', killed, '--vae', 'starter'], (done) => {
    // The job itself reports 0 before it has looked.
    if (done === 0 && reported > 0) return;
    if (isFirst) encodedAgain += Math.max(0, reported - done);
    isFirst = false;
    last = Math.max(last, done);
    begun();
  });
  await Promise.race([beginning, run.ended]);
  // As long as the whole takes, shared between the kills: now and then before anything new is done, rarely at the end.
  await Promise.race([sleep((random.uniform() * 1.5 * milliseconds) / kills), run.ended]);
  try {
    run.kill();
  } catch {
    // It had ended.
  }
  if ((await run.ended) === null && last < pictures) whileEncoding++;
  reported = last;
}
await start(['encode', '--project', killed, '--vae', 'starter'], (done) => {
  if (done > 0 && reported > 0) encodedAgain += Math.max(0, reported - done);
  reported = 0;
}).ended;

/** Every file of the one set of a project, but the time of its making. @param {string} project */
function filesOf(project) {
  const latents = join(project, 'latents');
  const key = readdirSync(latents).find((name) => !name.endsWith('.json')) ?? '';
  const names = readdirSync(join(latents, key)).sort();
  return names.map((name) => {
    const bytes = readFileSync(join(latents, key, name));
    const kept = name === 'manifest.json' ? JSON.stringify({ ...JSON.parse(String(bytes)), encodedAt: '' }) : bytes;
    return [name, createHash('sha256').update(kept).digest('hex')].join(' ');
  });
}
const [a, b] = [filesOf(whole), filesOf(killed)];
const latents = join(killed, 'latents');
const key = readdirSync(latents).find((name) => !name.endsWith('.json')) ?? '';
/** @type {{ complete: boolean, shards: { pictures: string[] }[] }} */
const manifest = JSON.parse(String(readFileSync(join(latents, key, 'manifest.json'))));
const ids = manifest.shards.flatMap((shard) => shard.pictures);
const result = {
  name: 'encode killed',
  pictures,
  kills,
  kills_while_encoding: whileEncoding,
  complete: manifest.complete,
  each_picture_once: new Set(ids).size === ids.length && ids.length === pictures,
  encoded_again: encodedAgain,
  bytes_equal: a.join() === b.join(),
  files: a.length,
  undisturbed_seconds: Math.round(milliseconds / 10) / 100,
  seconds: Math.round((performance.now() - began) / 1000),
};
console.log(JSON.stringify(result));
rmSync(root, { recursive: true, force: true });
process.exit(result.complete && result.each_picture_once && result.bytes_equal && encodedAgain === 0 ? 0 : 1);
