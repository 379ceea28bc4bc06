#!/usr/bin/env node
/** The command `cauchy`: installs and builds what is missing, then runs the terminal's own program. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { dist } from './lib/paths.mjs';
import { runScript } from './lib/say.mjs';
import { setup } from './setup.mjs';

await runScript(async () => {
  await setup();
  // Only the browser needs the renderer.
  await build({ parts: process.argv.includes('serve') ? ['node', 'renderer'] : ['node'] });
  const program = join(dist, 'main', 'cli', 'main.js');
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
});
