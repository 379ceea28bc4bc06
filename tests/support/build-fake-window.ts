/** Builds the window with its in-memory studio: once, before the tests that open it, of which several run at a time. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { filesBelow, hashFiles, hashOf } from '../../build/scripts/lib/files.mjs';
import { cache, root } from '../../build/scripts/lib/paths.mjs';

export const built = join(cache, 'renderer-fake');
const stampFile = join(cache, 'renderer-fake.txt');

/** From the present sources. vitest calls it before the project's first test. */
export async function setup(): Promise<void> {
  const sources = [...(await filesBelow(join(root, 'renderer'))), ...(await filesBelow(join(root, 'main')))];
  const stamp = hashOf(JSON.stringify(await hashFiles([...sources, 'vite.config.ts', 'package-lock.json'])));
  if ((await readFile(stampFile, 'utf8').catch(() => '')) !== stamp) {
    await build({ configFile: join(root, 'vite.config.ts'), mode: 'fake', logLevel: 'error' });
    await mkdir(cache, { recursive: true });
    await writeFile(stampFile, stamp);
  }
}
