/**
 * `npm run package`: installers for this system in out/. Arguments go to electron-builder: `-- --dir` only lays the
 * program out, without an installer.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureSharpWasm } from './lib/electron.mjs';
import { nodeModules, root } from './lib/paths.mjs';
import { offlineSigns, runNode } from './lib/run.mjs';
import { isMain, PlainError, runScript, say } from './lib/say.mjs';
import { setup } from './setup.mjs';

const config = join(root, 'build', 'electron-builder.mjs');

/** Lays out or packs the program that is built. @param {readonly string[]} args electron-builder's */
export async function pack(args) {
  const noDecoder = process.platform === 'linux' ? await ensureSharpWasm() : undefined;
  if (noDecoder) throw new PlainError(`The program can not be packed: ${noDecoder}.`);
  const cli = join(nodeModules, 'electron-builder', 'cli.js');
  const { code, text } = await runNode([cli, '--config', config, '--publish', 'never', ...args]);
  if (code === 0) return text;
  const offline = offlineSigns.test(text)
    ? 'electron-builder could not download what it needs (the Electron runtime, tools for installers).\n' +
      'Connect to the internet, or see https://www.electron.build/docs/tutorials/offline-air-gapped-builds\n\n'
    : '';
  throw new PlainError(`${offline}electron-builder said:\n${text.trim().split('\n').slice(-25).join('\n')}`);
}

if (await isMain(import.meta)) {
  await runScript(async () => {
    await setup();
    await build();
    if (!existsSync(join(root, 'dist', 'renderer', 'index.html'))) throw new PlainError('The pages are not built.');
    await say.during('Packing (some minutes; the first time it downloads its tools)', () =>
      pack(process.argv.slice(2)),
    );
    say.line(`The result is in ${join(root, 'out')}`);
  });
}
