/** Outliers in the real studio, by clicking: from 300 pictures to the two that were planted, to the places in them, and rid of them again. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../main/base/random.ts';
import { readManifest, readStatistics } from '../../main/latents/store.ts';
import { launchBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { stepByStep } from '../support/steps.ts';
import { newHome, runCommand, startCommand } from '../support/terminal.ts';
import type { RunningCommand } from '../support/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-lab-'));
const home = newHome();
const pictures = join(root, 'pictures');
const project = join(root, 'night.cauchy');
const size = 64;
const count = 300;
/** The white square: 16 pixels, rows and columns 4 and 5 of 8. */
const [from, to] = [24, 40];

async function draw(name: string, colour: (x: number, y: number) => readonly number[]): Promise<void> {
  const rgb = new Uint8ClampedArray(3 * size * size);
  for (let i = 0; i < size * size; i++) rgb.set(colour(i % size, Math.floor(i / size)), 3 * i);
  await sharp(rgb, { raw: { width: size, height: size, channels: 3 } }).toFile(join(pictures, name));
}
const grey = (value: number) => [value, value, value];

let studio: RunningCommand;
let browser: TestBrowser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  mkdirSync(pictures);
  // Pictures of the night: to this VAE a fine checkerboard is a plain grey, which is far out among them.
  for (let i = 0; i < count - 2; i++) {
    const random = new Random({ seed: 3, stream: 'test', index: i });
    const sky = [random.normal(30, 10), random.normal(30, 10), random.normal(40, 10)];
    const [a, b] = [random.normal(0, 0.3), random.normal(0, 0.3)];
    await draw(`night ${i}.png`, (x, y) =>
      sky.map((value) => value + a * (x - 32) + b * (y - 32) + random.normal(0, 3)),
    );
  }
  await draw('white square.png', (x, y) => grey(x >= from && x < to && y >= from && y < to ? 255 : 0));
  await draw('checkerboard.png', (x, y) => grey((x + y) % 2 === 0 ? 255 : 0));
  for (const command of [
    ['import', pictures, '--project', project, '--size', String(size)],
    ['encode', '--project', project],
  ])
    expect((await runCommand(home, command)).last).toMatchObject({ type: 'result' });
  studio = startCommand(home, ['serve', '--port', '0']);
  const { url } = await studio.line(({ type }) => type === 'listening');
  browser = await launchBrowser();
  ({ page, complaints } = await browser.open(url as string));
  page.setDefaultTimeout(20_000);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  studio?.kill('SIGTERM');
  await studio?.result;
  for (const folder of [root, home]) rmSync(folder, { recursive: true, force: true });
});

stepByStep('studio-lab', () => page);

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const grid = () => page.getByRole('grid', { name: 'Pictures by their share of outliers' });
const tile = (index: number) => grid().getByRole('gridcell').nth(index);
const listed = (pictures: number) => page.getByRole('heading', { name: `${pictures} pictures, most outliers first` });
const nameOf = async (index: number) => (await tile(index).getAttribute('aria-label'))?.split(':')[0];
/** The marked cell's sides as shares of the picture's. */
async function markedCell() {
  const mark = (await page.getByTestId('marked-cell').boundingBox())!;
  const picture = (await page.getByRole('dialog').getByRole('img').boundingBox())!;
  const [left, top] = [(mark.x - picture.x) / picture.width, (mark.y - picture.y) / picture.height];
  return { left, top, right: left + mark.width / picture.width, bottom: top + mark.height / picture.height };
}
/** What the statistics of the project's set of so many pictures count beyond the outer fences; framed anew or not. */
async function outerCount(pictures: number, framed = false): Promise<number> {
  const folders = readdirSync(join(project, 'latents'), { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .map(({ name }) => join(project, 'latents', name));
  for (const folder of folders) {
    const { shards, framings = {}, complete } = (await readManifest(folder))!;
    const own = shards.reduce((sum, shard) => sum + shard.pictures.length, 0);
    if (!complete || own !== pictures || Object.keys(framings).length > 0 !== framed) continue;
    const { channels } = (await readStatistics(folder))!;
    return channels.reduce((sum, { n, outerShare }) => sum + Math.round(n * outerShare), 0);
  }
  throw new Error(`no set of ${pictures} pictures`);
}
/** A row of what would change: now, after. */
async function change(row: string): Promise<number[]> {
  const cells = page.getByRole('row', { name: row }).getByRole('cell');
  return Promise.all([0, 1].map(async (i) => Number((await cells.nth(i).innerText()).replaceAll(',', ''))));
}
let before: number;
let promised: number;

// Each step stands on the one before, as a person's session does.
describe('outliers in the studio, by clicking', () => {
  it('shows both planted pictures in the first row', async () => {
    before = await outerCount(count);
    await button(/^night/).click();
    await page.getByRole('navigation').getByText('Latents', { exact: true }).click();
    await page.getByRole('tab', { name: 'Outliers' }).click();
    await listed(count).waitFor();
    await tile(0).waitFor();
    const columns = Number(await grid().getAttribute('aria-colcount'));
    const first = await Promise.all(Array.from({ length: columns }, (_, i) => nameOf(i)));
    expect(first).toContain('checkerboard.png');
    expect(first).toContain('white square.png');
    expect(columns).toBeLessThan(6);
  });

  it('marks a cell that lies on the planted square', async () => {
    const at = (await nameOf(0)) === 'white square.png' ? 0 : 1;
    await tile(at).click();
    await page.getByRole('heading', { name: /^Channel \d, row [45], column [45]$/ }).waitFor();
    const { left, top, right, bottom } = await markedCell();
    // A pixel of the screen is 0.002 of the picture's side.
    expect(left).toBeGreaterThan(from / size - 0.005);
    expect(top).toBeGreaterThan(from / size - 0.005);
    expect(right).toBeLessThan(to / size + 0.005);
    expect(bottom).toBeLessThan(to / size + 0.005);
    await page.keyboard.press('Escape');
  });

  it('says what leaving them out would change', async () => {
    await tile(0).click({ modifiers: ['ControlOrMeta'] });
    await tile(1).click({ modifiers: ['ControlOrMeta'] });
    await page.getByRole('heading', { name: `2 of ${count} selected` }).waitFor();
    await button('Leave out or change…').click();
    await page.getByText(/^Far outliers (fall|rise|stay)/).waitFor();
    expect(await change('Pictures to learn from')).toEqual([count, count - 2]);
    const [now, after] = await change('Values beyond the outer fences');
    expect(now).toBe(before);
    expect(after).toBeLessThan(now!);
    promised = after!;
  });

  it('leaves them out: the count is what was promised, and nothing is encoded twice', async () => {
    await button('Leave out 2 pictures').click();
    await listed(count - 2).waitFor();
    await page.getByText(/^298 of 298 pictures · 298 were there already/).waitFor();
    expect(await page.getByRole('navigation').getByText('298 of 300 pictures').count()).toBe(1);
    // The acceptance is 1 %; the preview measures what the set is made of, so it is exact.
    expect(await outerCount(count - 2)).toBe(promised);
    expect(await nameOf(0)).toMatch(/^night/);
  });

  it('takes it back', async () => {
    await button(/^Undo: Left out: /).click();
    await listed(count).waitFor();
    expect(await page.getByRole('navigation').getByText('298 of 300 pictures').count()).toBe(0);
    await button(/^All changes \(1\)/).click();
    await button(/^Do again: Left out/).click();
    await page.keyboard.press('Escape');
    await listed(count - 2).waitFor();
    expect(complaints).toEqual([]);
  });

  it('crops a picture anew from its file: only that one is encoded', async () => {
    const name = (await nameOf(0))!;
    await tile(0).click();
    await button('Leave out or change…').click();
    await page.getByRole('radio', { name: 'Crop anew' }).check();
    await page.getByText(`${size} × ${size} pixels from (0, 0)`).waitFor();
    await page.getByRole('slider', { name: 'Side' }).fill('32');
    await page.getByText('32 × 32 pixels from (16, 16)').waitFor();
    await button('Preview').click();
    await page.getByText(/^Far outliers (fall|rise|stay)/).waitFor();
    const [, after] = await change('Values beyond the outer fences');
    await button('Crop anew').click();
    await button(`Undo: Cropped to 32 × 32 pixels from (16, 16): ${name}`).waitFor();
    // As many were listed before: only this says that the new set is there.
    await page.getByText(/^298 of 298 pictures · 297 were there already · 1 newly encoded/).waitFor();
    await listed(count - 2).waitFor();
    expect(await outerCount(count - 2, true)).toBe(after);
    expect(complaints).toEqual([]);
  });
});
