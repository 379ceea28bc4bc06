/**
 * `npm test`: sets up, builds, checks types, lint and format, and runs every test that this computer can run. What
 * it can not run is counted and named. The last line is the result: “N passed, N failed, N skipped”.
 *   npm test -- unit/storage    only the tests whose path has this in it, without the checks
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from './build.mjs';
import { findChromium } from './lib/chromium.mjs';
import { electronProgram, whyNoWindow } from './lib/electron.mjs';
import { filesBelow, fromRoot, readStamp } from './lib/files.mjs';
import { cache, nodeModules, root } from './lib/paths.mjs';
import { runNode } from './lib/run.mjs';
import { PlainError, runScript, say } from './lib/say.mjs';
import { setup } from './setup.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {{ name: string, folder: string, words: string, whyNot: string | undefined, env: Record<string, string> }} Project `folder` must hold a test that the filters ask for */
/**
 * @typedef {object} Report vitest's JSON reporter, what is used of it
 * @property {boolean} success
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ name: string, status: string, startTime: number, endTime: number, assertionResults: unknown[] }[]} testResults
 */

const vitest = join(nodeModules, 'vitest', 'vitest.mjs');
const filters = process.argv.slice(2);
/** @type {Counts} */
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const notes = [];
/** @type {{ file: string, seconds: number }[]} */
const durations = [];

const lint = ['eslint/bin/eslint.js', '--max-warnings', '0'];
const components = '**/*.svelte';
/** Checks besides the tests, those that take longest first; each counts as one, and uses one core. */
const checks = [
  // Types are found anew for every component, so these take as long as all else.
  { name: 'lint of the components', args: [...lint, components] },
  { name: 'types of the renderer', args: ['svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.renderer.json'] },
  { name: 'format', args: ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', args: [...lint, '.', '--ignore-pattern', components] },
  { name: 'lint with types', args: ['oxlint/bin/oxlint'] },
  { name: 'types', args: ['typescript/bin/tsc', '-p', 'tsconfig.tests.json', '--noEmit'] },
  // Again, without a browser's: what runs in Node has none.
  {
    name: 'types of what runs in Node',
    args: ['typescript/bin/tsc', '-p', 'tsconfig.node.json', '--noEmit', '--incremental', 'false'],
  },
];
const checksAtOnce = 2;

/** @returns {readonly Project[]} */
function projects() {
  const chromium = findChromium();
  const inChromium = {
    whyNot: chromium ? undefined : 'no Chromium was found (install one, or name it in CAUCHY_CHROMIUM)',
    env: chromium ? { CAUCHY_CHROMIUM: chromium } : /** @type {Record<string, string>} */ ({}),
  };
  const electron = electronProgram();
  const whyNoElectron = electron === undefined ? 'the Electron runtime is not installed' : whyNoWindow();
  return [
    { name: 'node', folder: 'tests/', words: 'tests', whyNot: undefined, env: {} },
    { name: 'terminal', folder: 'tests/e2e/', words: 'terminal tests', whyNot: undefined, env: {} },
    { name: 'window', folder: 'tests/e2e/', words: 'tests of the window', ...inChromium },
    { name: 'browser', folder: 'tests/e2e/', words: 'tests of the studio in a browser', ...inChromium },
    {
      name: 'electron',
      folder: 'tests/electron/',
      words: 'Electron tests',
      whyNot: whyNoElectron,
      env: electron ? { CAUCHY_ELECTRON: electron } : {},
    },
  ];
}

/** @param {string} title */
const heading = (title) => say.line(`\n── ${title} ${'─'.repeat(Math.max(2, 74 - title.length))}`);

/** @param {Counts} counts */
function add({ passed, failed, skipped }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

/** @param {typeof checks[number]} check */
async function runCheck({ name, args: [script = '', ...args] }) {
  const start = Date.now();
  const { code, text } = await runNode([join(nodeModules, script), ...args]);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  say.line(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) say.line(text.trim());
  add({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });
  if (code !== 0) notes.push(`failed: ${name}`);
}

async function runChecks() {
  const waiting = [...checks];
  const workOff = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) await runCheck(check);
  };
  await Promise.all(Array.from({ length: checksAtOnce }, workOff));
}

/** @param {Project} project */
async function runProject({ name, words, whyNot, env }) {
  if (whyNot !== undefined) {
    const skipped = await countTests(name);
    if (skipped === 0) return;
    add({ passed: 0, failed: 0, skipped });
    notes.push(`skipped: ${skipped} ${words}: ${whyNot}`);
    return;
  }
  heading(words);
  const reportFile = join(cache, `test-${name}.json`);
  await rm(reportFile, { force: true });
  const { code } = await runNode(
    [
      ...[vitest, 'run', '--project', name, ...filters, '--passWithNoTests', '--silent=passed-only'],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    ],
    { output: 'show', env: { ...process.env, ...env } },
  );
  const report = /** @type {Report | undefined} */ (await readStamp(reportFile));
  add(report ? countsOf(report, code) : { passed: 0, failed: 1, skipped: 0 });
  if (code !== 0) notes.push(`failed: ${words}`);
  for (const { name: file, startTime, endTime } of report?.testResults ?? []) {
    durations.push({ file: fromRoot(file), seconds: (endTime - startTime) / 1000 });
  }
}

/**
 * A file that can not be loaded has no tests to count, so it counts itself; so does an error outside every test.
 * @param {Report} report @param {number} code vitest's exit code @returns {Counts}
 */
function countsOf(report, code) {
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  const failed = report.numFailedTests + unloadable.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** How many tests a project has, without running them. @param {string} project */
async function countTests(project) {
  const file = join(cache, `list-${project}.json`);
  await rm(file, { force: true });
  await runNode([vitest, 'list', '--project', project, ...filters, `--json=${file}`, '--passWithNoTests']);
  const tests = await readStamp(file);
  return Array.isArray(tests) ? tests.length : 0;
}

/** What the tests need. A failure is shown and counts as one. @param {string} name @param {() => Promise<void>} work */
async function prepare(name, work) {
  try {
    await work();
    return true;
  } catch (thrown) {
    const isPlain = thrown instanceof PlainError;
    say.line(isPlain ? thrown.message : String(thrown instanceof Error ? thrown.stack : thrown));
    add({ passed: 0, failed: 1, skipped: 0 });
    notes.push(`failed: ${name}`);
    return false;
  }
}

function summarise() {
  heading('summary');
  const slowest = durations.sort((a, b) => b.seconds - a.seconds).slice(0, 8);
  for (const { file, seconds } of slowest) say.line(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
  say.line(`${(performance.now() / 1000).toFixed(1).padStart(7)} s  everything`);
  for (const note of notes) say.line(note);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
  if (total.failed > 0) process.exitCode = 1;
}

await runScript(async () => {
  if (await prepare('setup', setup)) {
    // Most tests need no build: a broken one fails, and the rest still tells what works.
    await prepare('build', build);
    if (filters.length === 0) {
      heading('checks');
      await runChecks();
    }
    const files = await filesBelow(join(root, 'tests'), (name) => name.endsWith('.test.ts'));
    const wanted = files.filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
    for (const project of projects()) {
      if (wanted.some((file) => file.startsWith(project.folder))) await runProject(project);
    }
  }
  summarise();
});
