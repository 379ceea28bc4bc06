/**
 * How many frames a second the window draws in “Outliers” while a range is dragged, an axis is zoomed and the pictures are scrolled:
 * 100,000 pictures with latents of 4 × 32 × 32 and 20,000 listed outliers, in Chromium, with the studio in memory.
 *
 *   node tests/bench/lab-frames.mjs [--seconds 4] [--width 1280 --height 800]
 *
 * Prints JSON: for each action frames a second, the median and the 95th percentile of the time between frames in ms, and how often
 * the action moved. The goal is 50 frames a second. Without a graphics card Chromium paints on the processor.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { findChromium } from '../../build/scripts/lib/chromium.mjs';
import { root } from '../../build/scripts/lib/paths.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '800' },
  },
});
const seconds = Number(values.seconds);
const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium was found; name one in CAUCHY_CHROMIUM.');

const config = { configFile: join(root, 'vite.config.ts'), mode: 'fake', logLevel: /** @type {const} */ ('error') };
await build(config);
const server = await preview({ ...config, preview: { port: 5198, strictPort: true } });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  const page = await browser.newPage({ viewport: { width: Number(values.width), height: Number(values.height) } });
  await page.goto('http://localhost:5198/?fake=many%20outliers#/latents/outliers');
  await page.getByRole('gridcell').first().waitFor();
  await page.waitForTimeout(1500);

  /**
   * Frames while something is done again and again; each time it is done once, and the page draws.
   * @param {string} name
   * @param {(turn: number) => Promise<void>} act
   */
  async function measure(name, act) {
    await page.evaluate(() => {
      const window = /** @type {any} */ (globalThis);
      const times = /** @type {number[]} */ ([]);
      const tick = (/** @type {number} */ now) => {
        times.push(now);
        if (window.benchTimes === times) window.requestAnimationFrame(tick);
      };
      window.benchTimes = times;
      window.requestAnimationFrame(tick);
    });
    const until = performance.now() + 1000 * seconds;
    /** @type {Promise<void>[]} */
    const acts = [];
    while (performance.now() < until) {
      // As often as a hand moves, whether the page keeps up or not.
      acts.push(act(acts.length));
      await new Promise((resolve) => setTimeout(resolve, 1000 / 60));
    }
    await Promise.all(acts);
    const moves = acts.length;
    const times = await page.evaluate(() => {
      const window = /** @type {any} */ (globalThis);
      const { benchTimes } = window;
      window.benchTimes = undefined;
      return /** @type {number[]} */ (benchTimes);
    });
    const gaps = times.slice(1).map((time, i) => time - /** @type {number} */ (times[i]));
    gaps.sort((a, b) => a - b);
    const at = (/** @type {number} */ share) => Number((gaps[Math.floor(share * (gaps.length - 1))] ?? NaN).toFixed(1));
    const span = /** @type {number} */ (times.at(-1)) - /** @type {number} */ (times[0]);
    return {
      name,
      frames_per_second: Number(((1000 * gaps.length) / span).toFixed(1)),
      ms_median: at(0.5),
      ms_95: at(0.95),
      ms_most: at(1),
      moves,
    };
  }

  const boxOf = async (/** @type {string} */ selector) => {
    const box = await page.locator(selector).first().boundingBox();
    if (!box) throw new Error(`There is no ${selector}.`);
    return box;
  };
  /** There and back again, 0 to 1. */
  const wave = (/** @type {number} */ turn, /** @type {number} */ period) =>
    0.5 - 0.5 * Math.cos((2 * Math.PI * turn) / period);
  const results = [];
  results.push(await measure('nothing', async () => undefined));

  for (const [name, selector] of [
    ['dragging a range in the histogram', '.histogram canvas'],
    ['dragging a range in the box plots', '.boxes canvas'],
  ]) {
    const { x, y, width, height } = await boxOf(/** @type {string} */ (selector));
    await page.mouse.move(x + 0.55 * width, y + 0.5 * height);
    await page.mouse.down();
    results.push(
      await measure(/** @type {string} */ (name), (turn) =>
        page.mouse.move(x + (0.6 + 0.38 * wave(turn, 60)) * width, y + 0.5 * height),
      ),
    );
    await page.mouse.up();
    await page.waitForTimeout(500);
    await page.keyboard.down('Control');
    results.push(await measure(`zooming: ${selector}`, (turn) => page.mouse.wheel(0, wave(turn, 40) < 0.5 ? -60 : 60)));
    await page.keyboard.up('Control');
  }
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.waitForTimeout(500);
  const grid = await boxOf('[role=grid]');
  await page.mouse.move(grid.x + 60, grid.y + 60);
  results.push(await measure('scrolling the pictures', (turn) => page.mouse.wheel(0, turn % 400 < 200 ? 90 : -90)));
  console.log(JSON.stringify({ name: 'lab frames', goal: 50, viewport: values, results }, undefined, 2));
} finally {
  await browser.close();
  await server.close();
}
