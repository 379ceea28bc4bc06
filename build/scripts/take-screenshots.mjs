/**
 * Takes the pictures of README.md from the real studio in a browser: every place of a project that has been through
 * the flow.
 *
 *   npx cauchy demo --minutes 5 --out DEMO
 *   node build/scripts/take-screenshots.mjs DEMO/demo.cauchy [--out build/readme] [--dark] [--width 1280] [--height 800]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { build } from './build.mjs';
import { findChromium } from './lib/chromium.mjs';
import { dist, root } from './lib/paths.mjs';
import { PlainError, runScript, say } from './lib/say.mjs';

await runScript(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: join(root, 'build', 'readme') },
      dark: { type: 'boolean', default: false },
      width: { type: 'string', default: '1280' },
      height: { type: 'string', default: '800' },
    },
  });
  const [project] = positionals;
  const executablePath = findChromium();
  if (project === undefined) throw new PlainError('Name the project: node build/scripts/take-screenshots.mjs PROJECT');
  if (executablePath === undefined) throw new PlainError('No Chromium was found; name one in CAUCHY_CHROMIUM.');
  await build();
  mkdirSync(values.out, { recursive: true });
  const home = mkdtempSync(join(tmpdir(), 'cauchy-screenshots-'));
  const host = spawn(process.execPath, [join(dist, 'main', 'cli', 'main.js'), 'serve', '--port', '0', '--json'], {
    env: { ...process.env, CAUCHY_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({
      viewport: { width: Number(values.width), height: Number(values.height) },
      colorScheme: values.dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
    });
    /** @param {string} name */
    const take = async (name) => {
      await page.waitForTimeout(1500);
      const file = join(values.out, `${name}${values.dark ? '-dark' : ''}.webp`);
      await sharp(await page.screenshot())
        .webp({ quality: 88 })
        .toFile(file);
      say.line(file);
    };
    /** @param {string} place */
    const goTo = (place) => page.getByRole('navigation').getByText(place, { exact: true }).click();

    const { value: line } = await createInterface({ input: host.stdout })[Symbol.asyncIterator]().next();
    await page.goto(JSON.parse(line).url);
    await page.getByText('New project').waitFor();
    await page.getByLabel('Folder of the project').fill(resolve(project));
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    for (const place of ['Pictures', 'Latents', 'Train']) {
      await goTo(place);
      await take(place.toLowerCase());
    }
    await goTo('Gallery');
    await page.getByRole('button', { name: /^Generate/ }).click();
    await page.getByText('64 pictures, newest first').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Dismiss' }).first().click();
    await page.mouse.move(0, 0);
    await take('gallery');
  } finally {
    await browser.close();
    host.kill('SIGTERM');
    await new Promise((ended) => host.on('exit', ended));
    rmSync(home, { recursive: true, force: true });
  }
});
