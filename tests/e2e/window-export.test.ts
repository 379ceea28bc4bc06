/** What can be taken out of the window: charts as pictures and tables, statistics as files; and pixels beside latents. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../support/csv.ts';
import { accessibilityProblems, useFakeWindow } from '../support/fake-window.ts';

const fake = useFakeWindow();

/** The file that pressing something gives, and its name. */
async function downloaded(page: Page, press: () => Promise<unknown>) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Saves the chart of this title. */
async function save(page: Page, title: string, kind: 'PNG' | 'SVG' | 'CSV') {
  await page.getByRole('button', { name: `View data: ${title}`, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: title });
  const file = await downloaded(page, () => dialog.getByRole('button', { name: `Save as ${kind}` }).click());
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  return file;
}

interface Drawing {
  readonly tags: Readonly<Record<string, number>>;
  readonly words: readonly string[];
  readonly isWell: boolean;
}

/** What an SVG is made of, read by a browser. */
const drawingIn = (page: Page, svg: string): Promise<Drawing> =>
  page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    const elements = [...parsed.querySelectorAll('*')];
    const tags: Record<string, number> = {};
    for (const { tagName } of elements) tags[tagName] = (tags[tagName] ?? 0) + 1;
    const words = [...parsed.querySelectorAll('text')].map(({ textContent }) => textContent ?? '');
    return { tags, words, isWell: parsed.querySelector('parsererror') === null };
  }, svg);

/** Colours of a PNG that are common enough to be meant. */
async function coloursOf(png: Uint8Array): Promise<ReadonlyMap<string, number>> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const counts = new Map<string, number>();
  for (let i = 0; i < data.length; i += info.channels) {
    const colour = [data[i], data[i + 1], data[i + 2]].join(' ');
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

/** Units of a saved chart are half of its pixels; the margins are part of it. */
const pictureWidth = 2 * (800 + 2 * 24);

describe('charts', () => {
  it('are saved as vectors: bars and lines as shapes, words as words, and the numbers as a table', async () => {
    const { page, complaints } = await fake.open({ scenario: 'outliers', place: 'latents' });
    const histogram = await save(page, 'Channel 1', 'SVG');
    expect(histogram.name).toBe('channel-1.svg');
    const svg = histogram.bytes.toString('utf8');
    const drawing = await drawingIn(page, svg);
    expect(drawing.isWell).toBe(true);
    expect(drawing.words).toContain('Channel 1');
    expect(drawing.words.join(' ')).toContain('lie beyond the outer fences');
    // 80 bins, of which some are empty; the bell curve and four fences are paths.
    expect(drawing.tags['path']! + drawing.tags['rect']!).toBeGreaterThan(40);
    expect(drawing.tags['image']).toBeUndefined();
    // Blue is the bell curve.
    expect(svg).toMatch(/<path[^>]+stroke="rgb\(40, 96, 181\)"/);
    expect(svg).toContain('stroke-dasharray="5,3"');

    const boxes = await save(page, 'All channels as box plots', 'SVG');
    const boxDrawing = await drawingIn(page, boxes.bytes.toString('utf8'));
    expect(boxDrawing.isWell).toBe(true);
    for (const words of ['All channels as box plots', 'Value, as the VAE gives it', '1', '4'])
      expect(boxDrawing.words).toContain(words);
    // Dots of four channels.
    expect(boxDrawing.tags['path']!).toBeGreaterThan(600);

    const table = readCsv((await save(page, 'Channel 1', 'CSV')).bytes.toString('utf8'));
    expect(table[0]).toEqual(['From', 'To', 'Values']);
    expect(table).toHaveLength(81);
    const shown = table.slice(1).reduce((sum, [, , values]) => sum + Number(values), 0);
    // 300 pictures of 8 × 8 values, but for 3 that lie outside the histogram, as the screen says; counts are rounded.
    expect(Math.abs(shown - (300 * 64 - 3))).toBeLessThan(40);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('are saved as PNG with twice the pixels, on the background of the theme, with what belongs to them and no more', async () => {
    const { page, complaints } = await fake.open({ scenario: 'outliers', place: 'latents' });
    for (const title of ['Channel 1', 'All channels as box plots']) {
      const { bytes } = await save(page, title, 'PNG');
      const { width, height, format } = await sharp(bytes).metadata();
      expect([format, width]).toEqual(['png', pictureWidth]);
      expect(height).toBeGreaterThan(2 * 240);
      const colours = await coloursOf(bytes);
      expect(colours.get('255 255 255')! / (width * height)).toBeGreaterThan(0.5);
      // What the chart is about, and its title.
      expect(colours.get('176 63 8')).toBeGreaterThan(1000);
    }
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await coloursOf((await save(page, 'Channel 1', 'PNG')).bytes);
    expect(dark.get('22 24 27')).toBeGreaterThan(500_000);
    expect(dark.get('255 155 84')).toBeGreaterThan(1000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('that are brushed are saved without the band, and go on working where they are', async () => {
    const { page, complaints } = await fake.open({ scenario: 'outliers', place: 'latents/outliers' });
    await page.getByRole('application').waitFor();
    const chart = page.getByRole('img', { name: /^Box-and-whisker/ });
    const box = (await chart.boundingBox())!;
    const remove = page.getByRole('button', { name: /^Remove filter: Channel/ });
    /** Drags over a part of the first channel; what that chooses. */
    const brush = async () => {
      const y = box.y + 0.15 * box.height;
      await page.mouse.move(box.x + 0.7 * box.width, y);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.9 * box.width, y, { steps: 4 });
      await page.mouse.up();
      await remove.waitFor();
      return remove.getAttribute('aria-label');
    };
    const chosenRange = await brush();
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    const before = (await save(page, 'All channels', 'SVG')).bytes.toString('utf8');
    const map = await drawingIn(page, (await save(page, 'Places', 'SVG')).bytes.toString('utf8'));
    // 64 places and the scale below them, real squares; one of them is a habit of the VAE.
    expect(map.tags['rect']).toBeGreaterThanOrEqual(64 + 65);
    expect(map.words).toContain('Far outliers in 100 pictures');

    // The chart on the screen still knows where its values are.
    expect(await brush()).toBe(chosenRange);
    const bands = () => page.locator('.band').evaluateAll((found) => found.map((band) => band.getAttribute('style')));
    // Here and over the histogram.
    const whereBands = await bands();
    expect(whereBands).toHaveLength(2);
    const brushed = (await save(page, 'All channels', 'SVG')).bytes.toString('utf8');
    expect(await bands()).toEqual(whereBands);
    const [plain, chosen] = [await drawingIn(page, before), await drawingIn(page, brushed)];
    // Fewer dots than before, and nothing besides: the band is no part of the chart.
    expect(chosen.tags['rect']).toBe(plain.tags['rect']);
    expect(chosen.tags['path']!).toBeLessThan(plain.tags['path']!);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('statistics', () => {
  it('are exported from the dialog: a report, JSON, or tables, each with the way to them', async () => {
    const { page, complaints } = await fake.open({ scenario: 'outliers', place: 'latents' });
    const exported = async (choice: string, said: string) => {
      await page.getByRole('button', { name: 'Export…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Export' });
      await dialog.getByRole('radio', { name: choice }).check();
      expect(await accessibilityProblems(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Export', exact: true }).click();
      await dialog.getByText(said).waitFor();
      return dialog;
    };
    const link = (name: string) => page.getByRole('link', { name: `Download ${name}` });

    const asJson = await exported('Statistics as JSON', 'The statistics are saved.');
    const json = await downloaded(page, () => link('latents.json').click());
    const read = JSON.parse(json.bytes.toString('utf8')) as {
      channels: { n: number; sd: number; std: number; outer_share: number }[];
      outliers: { picture: string; z: number }[];
      pictures: { outer_count: number }[];
    };
    expect(read.channels.map(({ n }) => n)).toEqual([19_200, 19_200, 19_200, 19_200]);
    for (const { sd, std } of read.channels) expect(sd).toBe(std);
    expect(read.outliers[0]!.picture).toMatch(/\.(png|jpg)$/);
    const counts = read.pictures.map(({ outer_count }) => outer_count);
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    await asJson.getByText('Close').last().click();

    await exported('Tables as CSV', 'The tables are saved.');
    const csv = readCsv((await downloaded(page, () => link('channels.csv').click())).bytes.toString('utf8'));
    expect(csv[0]!.slice(0, 4)).toEqual(['channel', 'n', 'mean', 'sd']);
    expect(csv.slice(1).map(([, , , sd]) => Number(sd))).toEqual(read.channels.map(({ sd }) => sd));
    await page.keyboard.press('Escape');

    await exported('A report', 'The report is ready.');
    const report = (await downloaded(page, () => link('latents.html').click())).bytes.toString('utf8');
    expect(report).toContain('<strong>a checkerboard.png</strong>');
    await page.keyboard.press('Escape');

    await page.getByRole('tab', { name: 'Outliers' }).click();
    await page.getByRole('button', { name: 'Export…' }).waitFor();
    await page.getByRole('tab', { name: 'Sets' }).click();
    await page.getByRole('button', { name: 'Export…' }).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('are shown in their folder where the shell can do that', async () => {
    const { page, complaints } = await fake.open({ scenario: 'outliers', place: 'latents', shell: 'electron' });
    await page.getByRole('button', { name: 'Export…' }).click();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    await page.getByRole('button', { name: 'Show in folder' }).click();
    expect(await page.getByText(/\.cauchy\/exports\/latents\.html$/).count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describe('pixels beside latents', () => {
  it('appear once they are measured, with the numbers in a sentence', async () => {
    const { page, complaints } = await fake.open({ scenario: 'encoded', place: 'latents' });
    const measure = page.getByRole('button', { name: 'Measure the pixels too' });
    await measure.waitFor();
    expect(await page.getByRole('img', { name: /pixel values/ }).count()).toBe(0);
    await measure.click();
    await page
      .getByRole('progressbar', { name: /Measuring pixels/ })
      .first()
      .waitFor();
    const chart = page.getByRole('img', { name: /pixel values lie beyond the outer fences/ });
    await chart.waitFor({ timeout: 30_000 });
    await measure.waitFor({ state: 'detached' });
    expect(await chart.getAttribute('aria-label')).toMatch(
      /^0 of 62,914,560 pixel values lie beyond the outer fences; of the latents [\d,]+ of 1,310,720 values do, 0\.\d+ %\. The pictures themselves/,
    );
    const svg = await drawingIn(
      page,
      (await save(page, 'Pixels and latents on one scale', 'SVG')).bytes.toString('utf8'),
    );
    for (const name of ['Red', 'Green', 'Blue', 'Channel 1', 'Channel 4']) expect(svg.words).toContain(name);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
