/**
 * `cauchy demo` as a person runs it, with the most memory that all its processes together held (Linux).
 *
 *   node tests/bench/demo.mjs [--minutes 5] [--seed 0] [--out FOLDER]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string', default: mkdtempSync(join(tmpdir(), 'cauchy-demo-')) },
  },
});
const cauchy = resolve(import.meta.dirname, '..', '..', 'build', 'scripts', 'cauchy.mjs');
const child = spawn(
  process.execPath,
  [cauchy, 'demo', '--minutes', values.minutes, '--seed', values.seed, '--out', values.out, '--json'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);

/** Proportional memory of a process and all below it, in bytes: shared pages count once. @param {number} root */
function memoryOf(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  let bytes = 0;
  for (const waiting = [root]; waiting.length > 0;) {
    const pid = waiting.pop() ?? 0;
    waiting.push(...(children.get(pid) ?? []));
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      bytes += 1024 * Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return bytes;
}

let peak = 0;
const timer = setInterval(() => {
  if (process.platform === 'linux') peak = Math.max(peak, memoryOf(child.pid ?? 0));
}, 500);
let last = '';
let rest = '';
child.stdout.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop() ?? '';
  last = lines.findLast((line) => line !== '') ?? last;
});
child.on('close', (code) => {
  clearInterval(timer);
  const result = JSON.parse(last);
  const summary = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    ...result,
    ratio: result.score_start / result.score_end,
    peak_memory_gib: peak / 2 ** 30,
  };
  console.log(JSON.stringify(summary, undefined, 2));
  process.exitCode = code ?? 1;
});
