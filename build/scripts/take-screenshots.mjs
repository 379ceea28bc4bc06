/**
 * Takes the pictures of README.md from the real studio in a browser: every place of a project that has been through
 * the flow.
 *
 *   npx cauchy demo --minutes 5 --out DEMO
 *   node build/scripts/take-screenshots.mjs DEMO/demo.cauchy [--out build/readme] [--dark] [--width 1280] [--height 800] [--only lab]
 *
 * Measures pixels and residuals where that was not done. Nothing else in the project is changed.
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
      /** Only the pictures of the latent lab. */
      only: { type: 'string' },
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
    if (values.only !== 'lab') await takeFlow();
    await takeLab();

    async function takeFlow() {
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
    }

    async function takeLab() {
      /** @param {string} name */
      const press = (name) => page.getByRole('button', { name, exact: true }).click();
      /** News lies over what is to be seen. */
      const dismiss = async () => {
        for (const news of await page.getByRole('button', { name: 'Dismiss' }).all()) await news.click();
        await page.mouse.move(0, 0);
      };
      await goTo('Latents');
      const pixels = page.getByText('Pixels and latents on one scale');
      const measure = page.getByRole('button', { name: 'Measure the pixels too' });
      await pixels.or(measure).first().waitFor();
      if (await measure.isVisible()) await measure.click();
      await pixels.waitFor({ timeout: 60_000 });
      await page.waitForTimeout(1000);
      await dismiss();
      await pixels.scrollIntoViewIfNeeded();
      await take('lab-pixels');
      await page.getByRole('tab', { name: 'Outliers' }).click();
      const tile = (/** @type {number} */ index) =>
        page.getByRole('grid', { name: 'Pictures by their share of outliers' }).getByRole('gridcell').nth(index);
      await tile(0).waitFor();
      await take('lab-outliers');
      await tile(0).click();
      await page.getByRole('button', { name: /^Check the cause/ }).click();
      await page.getByText('Blurred square').waitFor({ timeout: 60_000 });
      await take('lab-picture');
      await page.keyboard.press('Escape');
      for (const index of [0, 1]) await tile(index).click({ modifiers: ['ControlOrMeta'] });
      await press('Leave out or change…');
      await page.getByText(/^Far outliers/).waitFor();
      await take('lab-change');
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Loss lens' }).click();
      const now = page.getByRole('button', { name: 'Measure now' });
      await now.first().waitFor();
      const lens = page.getByText('Who drives the update');
      if (!(await lens.isVisible())) await now.first().click();
      await lens.waitFor({ timeout: 300_000 });
      await page.waitForTimeout(1000);
      await dismiss();
      await take('lab-lens');
    }
  } finally {
    await browser.close();
    host.kill('SIGTERM');
    await new Promise((ended) => host.on('exit', ended));
    rmSync(home, { recursive: true, force: true });
  }
});
