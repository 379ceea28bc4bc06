/** The scripts that people start with: they must be right about what is missing, and never get in each other's way. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { drawIcons } from '../../../build/scripts/draw-icons.mjs';
import { whyNoWindow } from '../../../build/scripts/lib/electron.mjs';
import { hashFiles, readStamp, withLock, writeStamp } from '../../../build/scripts/lib/files.mjs';
import { outputOf } from '../../../build/scripts/lib/transpile.mjs';
import { checkNode, isInstalled } from '../../../build/scripts/setup.mjs';
import { findChromium } from '../../../build/scripts/lib/chromium.mjs';
import { temporaryFolder } from '../../support/folders.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);

describe('setup', () => {
  test.each(['18.20.0', '20.18.9', '20.9.0'])('Node %s is too old, and the words say what to do', (version) => {
    expect(() => checkNode(version)).toThrow(/needs Node\.js 20\.19\.0 or newer; this is .*\n.*nodejs\.org/);
  });
  test.each(['20.19.0', '20.20.2', '22.1.0', '24.0.0'])('Node %s will do', (version) => {
    expect(() => checkNode(version)).not.toThrow();
  });

  const lock = (packages: Record<string, object>) => JSON.stringify({ packages: { '': {}, ...packages } });
  const wanted = lock({
    'node_modules/a': { version: '1.0.0' },
    'node_modules/b': { version: '2.0.0', optional: true },
  });

  test('what is installed counts if it has every needed package in its version', () => {
    const have = (packages: Record<string, object>) => isInstalled(wanted, lock(packages));
    expect(have({ 'node_modules/a': { version: '1.0.0' } })).toBe(true);
    expect(have({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/extra': { version: '9.0.0' } })).toBe(true);
    expect(have({ 'node_modules/a': { version: '1.0.1' } })).toBe(false);
    expect(have({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '2.0.1' } })).toBe(false);
    expect(have({ 'node_modules/b': { version: '2.0.0' } })).toBe(false);
    expect(isInstalled(wanted, undefined)).toBe(false);
  });

  test('the lock file names the builds of every system, so that a fresh install works on each', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter((name) => !foldersAbove(path).some((at) => `${at}${name}` in packages)),
    );
    expect(missing).toEqual([]);
  });

  /** Where Node looks for the packages of a package, nearest first. */
  function foldersAbove(path: string): string[] {
    const parts = path.split('/node_modules/');
    const nested = parts.map((_, i) => `${parts.slice(0, i + 1).join('/node_modules/')}/node_modules/`).reverse();
    return [...nested, 'node_modules/'];
  }
});

describe('two scripts at once', () => {
  test('the second waits for the first', async () => {
    const lock = join(await temporaryFolder(), 'a.lock');
    const events: string[] = [];
    const work = (name: string) => () =>
      withLock(
        lock,
        () => events.push(`${name} waits`),
        async () => {
          events.push(`${name} begins`);
          await new Promise((resolve) => setTimeout(resolve, 50));
          events.push(`${name} ends`);
        },
      );
    const first = work('first')();
    await new Promise((resolve) => setTimeout(resolve, 10));
    await Promise.all([first, work('second')()]);
    expect(events).toEqual(['first begins', 'second waits', 'first ends', 'second begins', 'second ends']);
  });

  test('a lock whose holder was killed is taken over; a failure gives it back', async () => {
    const lock = join(await temporaryFolder(), 'a.lock');
    await writeFile(lock, '1');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    const failing = withLock(
      lock,
      () => undefined,
      () => Promise.reject(new Error('no')),
    );
    await expect(failing).rejects.toThrow('no');
    await expect(stat(lock)).rejects.toThrow('ENOENT');
  });
});

test('a stamp that was torn counts as none', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'deep', 'stamp.json');
  await writeStamp(file, { a: 1 });
  expect(await readStamp(file)).toEqual({ a: 1 });
  await writeFile(file, '{"a":');
  expect(await readStamp(file)).toBeUndefined();
  expect(await hashFiles(['no/such/file'])).toEqual({ 'no/such/file': 'absent' });
});

test('Electron needs a display on Linux and does not run for root there', () => {
  expect(whyNoWindow('linux', {}, 1000)).toBe('there is no display');
  expect(whyNoWindow('linux', { DISPLAY: ':0' }, 0)).toContain('root');
  expect(whyNoWindow('linux', { DISPLAY: ':0' }, 1000)).toBeUndefined();
  expect(whyNoWindow('linux', { WAYLAND_DISPLAY: 'wayland-0' }, 1000)).toBeUndefined();
  expect(whyNoWindow('darwin', {}, 501)).toBeUndefined();
  expect(whyNoWindow('win32', {}, undefined)).toBeUndefined();
});

test('a Chromium is found by name in the path, or where CAUCHY_CHROMIUM says', async () => {
  const folder = await temporaryFolder();
  const program = join(folder, 'chromium');
  await writeFile(program, '', { mode: 0o755 });
  await writeFile(join(folder, 'google-chrome'), '', { mode: 0o644 });
  expect(findChromium({ PATH: folder })).toBe(program);
  expect(findChromium({ CAUCHY_CHROMIUM: program, PATH: '' })).toBe(program);
});

describe('the build', () => {
  test('turns types into JavaScript that Node runs as it is, and says in which line the writing is wrong', async () => {
    const folder = await temporaryFolder();
    const project = join(folder, 'studio');
    // A project of its own, with this one's scripts and libraries.
    await mkdir(join(project, 'main', 'deep'), { recursive: true });
    await mkdir(join(project, 'build'), { recursive: true });
    await cp(join(root, 'build', 'scripts'), join(project, 'build', 'scripts'), { recursive: true });
    for (const name of ['package.json', 'tsconfig.base.json', 'tsconfig.node.json']) {
      await cp(join(root, name), join(project, name));
    }
    await symlink(join(root, 'node_modules'), join(project, 'node_modules'), 'junction');
    const write = (name: string, text: string) => writeFile(join(project, 'main', name), text);
    await write(
      'a.ts',
      `import { double } from './deep/b.ts';\nimport type { N } from './deep/b.ts';\nconst n: N = 21;\nconsole.log(double(n));\n`,
    );
    await write(
      'deep/b.ts',
      `export type N = number;\nexport const double = (n: N): N => 2 * n;\nexport const wrong: string = 5;\n`,
    );
    const { href } = pathToFileURL(join(project, 'build', 'scripts', 'build.mjs'));
    const build = () => run(process.execPath, ['-e', `import(${JSON.stringify(href)}).then(({ build }) => build())`]);
    const output = async () => (await run(process.execPath, [join(project, 'dist', 'main', 'a.js')])).stdout.trim();

    expect((await build()).stderr).toContain('Building what has changed');
    expect(await output()).toBe('42');
    const { sources } = JSON.parse(await readFile(join(project, 'dist', 'main', 'deep', 'b.js.map'), 'utf8')) as {
      sources: string[];
    };
    expect(sources).toEqual(['../../../main/deep/b.ts']);
    // Nothing has changed: nothing is built, not even said.
    const builtAt = (await stat(join(project, 'dist', 'main', 'a.js'))).mtimeMs;
    expect((await build()).stderr).toBe('');
    expect((await stat(join(project, 'dist', 'main', 'a.js'))).mtimeMs).toBe(builtAt);
    // A change is seen by content; what is gone goes from the output, too.
    await write('a.ts', `console.log(3);\n`);
    await rm(join(project, 'main', 'deep'), { recursive: true });
    await build();
    expect(await output()).toBe('3');
    await expect(stat(join(project, 'dist', 'main', 'deep', 'b.js'))).rejects.toThrow('ENOENT');
    await write('a.ts', `console.log(3;\n`);
    await expect(build()).rejects.toMatchObject({ stderr: expect.stringContaining('main/a.ts:1') as string });
  }, 60_000);

  test('a source and its output have one path', () => {
    expect(outputOf('main/workers/engine.process.ts')).toBe('dist/main/workers/engine.process.js');
  });
});

test('the icons in the repository are what the script draws', async () => {
  const icons = await drawIcons();
  for (const name of ['icon.svg', 'icon.ico', 'icon.icns'] as const) {
    const kept = await readFile(join(root, 'build', 'icons', name));
    // The drawing is the same everywhere; compressed pictures may differ with the version of the encoder.
    if (name === 'icon.svg') expect(kept.toString()).toBe(icons[name]);
    else expect(kept.subarray(0, 4)).toEqual(Buffer.from(icons[name]!).subarray(0, 4));
  }
  const ico = await readFile(join(root, 'build', 'icons', 'icon.ico'));
  expect([ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([1, 7]);
  const icns = await readFile(join(root, 'build', 'icons', 'icon.icns'));
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
});
