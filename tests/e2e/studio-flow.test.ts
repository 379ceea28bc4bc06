/** The main job by clicking: a folder of pictures becomes a one-step generator and a grid, in the real studio. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { galleryPictureSchema } from '../../main/gallery/schema.ts';
import { gridPngTextSchema, pngKeyword } from '../../main/generation/schema.ts';
import { pngText } from '../../main/storage/png-text.ts';
import { zipOf } from '../corpus/archives.ts';
import { launchBrowser } from '../support/browser.ts';
import type { TestBrowser } from '../support/browser.ts';
import { writeBrokenPictures, writePictures } from '../support/pictures.ts';
import { stepByStep } from '../support/steps.ts';
import { newHome, startCommand } from '../support/terminal.ts';
import type { RunningCommand } from '../support/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-flow å #1 '));
const home = newHome();
const pictures = join(root, 'pictures');
const project = join(root, 'My Faces.cauchy');
/** 200 files: 195 pictures and 5 that can not be read. */
const good = 195;

let studio: RunningCommand;
let browser: TestBrowser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await writePictures(pictures, good);
  await writeBrokenPictures(join(pictures, 'broken'));
  studio = startCommand(home, ['serve', '--port', '0']);
  const { url } = await studio.line(({ type }) => type === 'listening');
  browser = await launchBrowser();
  ({ page, complaints } = await browser.open(url as string));
  page.setDefaultTimeout(20_000);
});
afterAll(async () => {
  await browser?.close();
  studio?.kill('SIGTERM');
  await studio?.result;
  for (const folder of [root, home]) rmSync(folder, { recursive: true, force: true });
});

stepByStep('studio-flow', () => page);

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const goTo = (place: string) => page.getByRole('navigation').getByText(place, { exact: true }).click();
/** The figure that a screen shows under a label. */
const figure = async (label: string) => {
  const fact = page.locator('dl > div', { has: page.locator('dt', { hasText: label }) }).first();
  return (await fact.locator('dd').innerText()).trim();
};

/** Drags files and folders of this computer over the window and lets go, as a person does. */
async function dropFiles(files: readonly string[]): Promise<void> {
  const devTools = await browser.context.newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devTools.send('Input.dispatchDragEvent', {
      type,
      x: 640,
      y: 400,
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    });
  }
}

// Each step stands on the one before, as a person's session does.
describe('from a folder of pictures to a grid, by clicking', () => {
  it('creates a project', async () => {
    await page.getByLabel('Project name').fill('My Faces');
    await page.getByLabel('Where').fill(root);
    await button('Create project').click();
    await page.getByText('Drop a folder, pictures or a ZIP here').waitFor();
  });

  it('imports a folder: what can not be read is listed with its reason', async () => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button('Choose a folder…').click()]);
    await chooser.setFiles(pictures);
    await page.getByRole('radio', { name: '64', exact: true }).check();
    await button('Import').click();
    await page.getByRole('tab', { name: `In use ${good}` }).waitFor();
    const broken = page.getByRole('tab', { name: 'Could not be used 5' });
    await broken.click();
    for (const name of ['a text.png', 'empty.jpg', 'cut off.jpg', 'cut off.png', 'noise.jpg'])
      await page.getByText(`pictures/broken/${name}`, { exact: true }).waitFor();
  });

  it('encodes, and shows the latents’ statistics', async () => {
    await button('Go on to Latents').click();
    await button('Encode').click();
    await page.getByText('All channels as box plots').waitFor();
    expect(await figure('Pictures')).toBe(String(good));
    expect(await figure('Numbers per picture')).toBe('4 × 8 × 8');
    expect(Number(await figure('Spread after normalisation'))).toBeCloseTo(0.5, 2);
  });

  it('trains with a preset: loss and samples change live, and it stops when asked', async () => {
    await button('Go on to Train').click();
    await page.getByRole('radio', { name: 'Quick look' }).check();
    await button('Start training').click();
    const samples = page.getByRole('region', { name: 'Samples' });
    await samples.getByRole('img', { name: 'Before training: 16 pictures in 1 step each' }).waitFor();
    await samples.getByRole('radio', { name: '2 steps per picture' }).check();
    await samples.getByRole('img', { name: 'Before training: 16 pictures in 2 steps each' }).waitFor();
    await samples.getByRole('img', { name: /^Step .* 16 pictures in 2 steps each$/ }).waitFor({ timeout: 120_000 });
    const loss = () => page.getByText(/^Lower is better/).first();
    await loss().waitFor();
    const step = async () => Number((await figure('step')).replace(/[^\d].*$/, '').replace(',', ''));
    const before = await step();
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(before);

    await button('Pause').click();
    await page.getByText('Paused', { exact: true }).first().waitFor();
    const paused = await step();
    await page.waitForTimeout(1500);
    expect(await step()).toBe(paused);
    await button('Resume').click();
    await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(paused);

    await button('Stop').click();
    await page.getByText('Stopped', { exact: true }).first().waitFor();
    await button('Resume').waitFor();
    expect(await page.getByText('What to do:').count(), 'nothing went wrong on the way').toBe(0);
  });

  it('generates 64 pictures in one step and exports them as one PNG that knows its cells', async () => {
    await goTo('Gallery');
    await page.getByRole('spinbutton', { name: 'Pictures' }).fill('64');
    await button('Generate 64 pictures').click();
    await page.getByText('64 pictures, newest first').waitFor();
    await button('Select all').click();
    await button('Export grid…').click();
    const margin = 2;
    await page.getByLabel('Columns').fill('8');
    await page.getByLabel('Margin in pixels').fill(String(margin));
    await button('Export grid').click();
    await page.getByText('The grid is ready.').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    const file = join(root, 'grid.png');
    await download.saveAs(file);

    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    const side = 8 * 64 + 9 * margin;
    expect(info).toMatchObject({ width: side, height: side, channels: 3 });
    const text = gridPngTextSchema.parse(JSON.parse(pngText(readFileSync(file), pngKeyword)!));
    expect(text).toMatchObject({ rows: 8, columns: 8 });
    expect(text.cells.map(({ seed }) => seed).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, i) => i),
    );
    expect(new Set(text.cells.map(({ run, nfe }) => `${run} ${nfe}`))).toEqual(new Set(['run-001 1']));

    // Every cell is, pixel for pixel, the picture of the seed that the file names.
    const rows = readFileSync(join(project, 'gallery', 'pictures.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const bySeed = new Map(
      rows.map((row) => galleryPictureSchema.parse(JSON.parse(row))).map((row) => [row.seed, row.file]),
    );
    for (const [i, { seed }] of text.cells.entries()) {
      const picture = await sharp(join(project, bySeed.get(seed)!))
        .raw()
        .toBuffer();
      const [left, top] = [margin + (i % 8) * (64 + margin), margin + Math.floor(i / 8) * (64 + margin)];
      for (let y = 0; y < 64; y++) {
        const start = ((top + y) * side + left) * 3;
        expect(data.subarray(start, start + 192).equals(picture.subarray(y * 192, (y + 1) * 192)), `seed ${seed}`).toBe(
          true,
        );
      }
    }
    // Between the cells: the white margin.
    expect([...data.subarray(0, 3 * side)].every((value) => value === 255)).toBe(true);
    await page.keyboard.press('Escape');
  });

  it('takes a folder and a ZIP that are dropped on the window, and counts what it has already', async () => {
    const more = join(root, 'more');
    await writePictures(join(more, 'folder'), 4, 23);
    const [known] = await writePictures(join(more, 'known'), 1);
    const zip = join(more, 'pictures.zip');
    const zipped = await writePictures(join(more, 'zipped'), 3, 29);
    writeFileSync(zip, await zipOf(zipped.map((path) => ({ name: basename(path), bytes: readFileSync(path) }))));
    await goTo('Pictures');
    await dropFiles([join(more, 'folder'), known!, zip]);
    await page.getByRole('tab', { name: `In use ${good + 7}` }).waitFor();
    await page.getByRole('tab', { name: 'Duplicates 1' }).waitFor();
    // The model was trained on other pictures: nothing is encoded silently.
    await button('Go on to Latents').click();
    await button(/^(Encode|Go on encoding)$/).waitFor();
  });

  it('says nothing wrong in the console, and stays so after a reload', async () => {
    await page.reload();
    await goTo('Gallery');
    await page.getByText('64 pictures, newest first').waitFor();
    expect(complaints).toEqual([]);
  });
});
