/** The loss lens by mouse and by keyboard: its percentages are those that counting out sample by sample gives. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { studioInfo } from '../../renderer/api/fake/facts.ts';
import { measurementOf } from '../../renderer/api/fake/residuals.ts';
import { useFakeWindow } from '../support/fake-window.ts';

const fake = useFakeWindow();
const place = 'latents/lens';

/** ψ of each loss, written out once more; in the order of the table. */
const pulls: readonly ((r: number, c: number) => number)[] = [
  (r) => 2 * r,
  (r, c) => r / Math.sqrt(r * r + c * c),
  (r, c) => (2 * r) / (r * r + 2 * c * c),
  (r, c) => (16 * c * c * r) / (r * r + 4 * c * c) ** 2,
];
const tops = [0.001, 0.01, 0.1];

/** Samples of a measured checkpoint of the run that the window shows, largest first. */
function samplesAt(step: number) {
  const { config } = studioInfo('browser').presets[0]!;
  const run = {
    config,
    createdAt: new Date(0).toISOString(),
    plan: { steps: 2400, latentShape: [4, 8, 8] as [number, number, number] },
  };
  const { measurement, r } = measurementOf(run, step, true);
  const { pairs, pictures } = measurement;
  return Array.from(r, (each, i) => {
    const { weight, share } = pairs[Math.floor(i / pictures)]!;
    return { r: each, weight, share: share / pictures };
  }).sort((a, b) => b.r - a.r);
}

/** Percentages by counting out: how much of Σ share·λ·ψ(r) the samples have that come first, until they are `top` of all. */
function countedOut(samples: ReturnType<typeof samplesAt>, c: number): number[][] {
  return pulls.map((pull) => {
    const all = samples.reduce((sum, { r, weight, share }) => sum + share * weight * pull(r, c), 0);
    return tops.map((top) => {
      let [left, driven] = [top, 0];
      for (const { r, weight, share } of samples) {
        const part = Math.min(left, share);
        driven += part * weight * pull(r, c);
        left -= part;
      }
      return (100 * driven) / all;
    });
  });
}

async function open(scenario: string, speed = 1) {
  const opened = await fake.open({ scenario, place, speed });
  const { page } = opened;
  const handle = page.getByRole('slider', { name: 'c, the tolerance for extreme values' });
  const table = page.getByRole('region', { name: 'Who drives the update' }).getByRole('table');
  return {
    ...opened,
    handle,
    c: async () => Number(await handle.getAttribute('aria-valuenow')),
    /** The percentages that the table shows. */
    shown: async () => {
      const rows = await table.getByRole('row').allInnerTexts();
      return rows.slice(1).map((row) => Array.from(row.matchAll(/([\d.]+) %/g), ([, percent]) => Number(percent)));
    },
  };
}

/** Largest distance of two tables of percentages. */
const apart = (a: readonly number[][], b: readonly number[][]) =>
  Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));

describe('the loss lens', () => {
  const samples = samplesAt(2400);
  /** The table has what counting out gives at the c where the handle is, to a tenth of a point. */
  async function expectCountedOut({ c, shown }: Awaited<ReturnType<typeof open>>, of = samples) {
    await expect.poll(async () => apart(await shown(), countedOut(of, await c()))).toBeLessThan(0.1);
    const table = await shown();
    expect(table.map((row) => row.length)).toEqual([3, 3, 3, 3]);
    return table;
  }
  const dragBy = async (page: Page, handle: Awaited<ReturnType<typeof open>>['handle'], pixels: number) => {
    const box = (await handle.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + 0.6 * box.height];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + pixels / 2, y, { steps: 4 });
    await page.mouse.move(x + pixels, y, { steps: 4 });
    await page.mouse.up();
  };

  it('says at each c to which it is dragged who drives the update', async () => {
    const lens = await open('residuals');
    const { page, handle, c, complaints } = lens;
    await handle.waitFor();
    const own = await c();
    const before = await expectCountedOut(lens);
    await page.getByRole('heading', { name: /^Cauchy fits: the 1 % largest residuals would drive 40\.6 %/ }).waitFor();

    await dragBy(page, handle, 150);
    const right = await c();
    expect(right).toBeGreaterThan(5 * own);
    const larger = await expectCountedOut(lens);
    expect(larger[0]).toEqual(before[0]);
    expect(larger[2]![1]).toBeGreaterThan(before[2]![1]! + 5);

    await dragBy(page, handle, -190);
    expect(await c()).toBeLessThan(own);
    const smaller = await expectCountedOut(lens);
    expect(smaller[1]![1]).toBeLessThan(before[1]![1]!);

    await page.getByRole('button', { name: 'Back to c of the run' }).click();
    await expect.poll(c).toBe(own);
    expect(await expectCountedOut(lens)).toEqual(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('is moved with the keyboard, and says what it does', async () => {
    const lens = await open('residuals');
    const { page, handle, c, complaints } = lens;
    await handle.waitFor();
    const own = await c();
    const [least, most] = [Number(await handle.getAttribute('aria-valuemin')), Number(await handle.getAttribute('aria-valuemax'))]; // prettier-ignore
    await page.getByRole('button', { name: 'View data: Pull of each sample' }).focus();
    await page.keyboard.press('Tab');
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    // Each time a hundredth of the axis, rounded to three digits.
    expect((await c()) / (own * (most / least) ** 0.06)).toBeCloseTo(1, 1);
    const [, , cauchy] = await expectCountedOut(lens);
    await expect
      .poll(() => handle.getAttribute('aria-valuetext'))
      .toBe(`c ${await c()}: the top 1 % of samples drive ${cauchy![1]!.toFixed(1)} % under Cauchy`);
    await page.keyboard.press('End');
    expect(await c()).toBe(most);
    await expectCountedOut(lens);
    await page.keyboard.press('Home');
    expect(await c()).toBe(least);
    await expectCountedOut(lens);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('warns of a c that suppresses ordinary samples, and takes the warning back', async () => {
    const { page, complaints } = await open('residuals');
    const field = page.getByLabel('Tolerance c');
    const warning = page.getByText('This c is so small that ordinary samples count as outliers');
    await field.waitFor();
    expect(await warning.count()).toBe(0);
    await field.fill('0.0002');
    await field.press('Enter');
    await warning.waitFor();
    await page
      .getByRole('heading', { name: /^This c is too small: Cauchy takes \d\d\.\d % of the ordinary/ })
      .waitFor();
    await field.fill('0.003');
    await field.press('Enter');
    await warning.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('looks at another measurement, and at what training recorded', async () => {
    const lens = await open('residuals');
    const { page, complaints } = lens;
    const source = page.getByLabel('Residuals', { exact: true });
    await source.selectOption('Measured at step 600');
    await page.getByText('Bars: 3,840 samples, measured at step 600.').waitFor();
    await expectCountedOut(lens, samplesAt(600));
    await page.getByRole('heading', { name: 'At each noise level, step 600' }).waitFor();
    await source.selectOption('Recorded up to step 2,400');
    await page.getByText('samples that training recorded until step 2,400').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has its numbers as tables', async () => {
    const { page, complaints } = await open('residuals');
    for (const [title, column, rows] of [
      ['Pull of each sample', 'Pull under Cauchy', 48],
      ['Residuals over training', 'Upper quartile', 4 * 64 + 2],
      ['At each noise level, step 2,400', 'Beyond outer fences', 21],
    ] as const) {
      await page.getByRole('button', { name: `View data: ${title}` }).click();
      const dialog = page.getByRole('dialog', { name: title });
      await dialog.getByRole('columnheader', { name: column }).waitFor();
      expect(await dialog.getByRole('row').count()).toBe(rows + 1);
      await page.keyboard.press('Escape');
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('measures a run of which nothing is known, and shows it', async () => {
    const lens = await open('trained', 8);
    const { page, complaints } = lens;
    await page.getByRole('heading', { name: 'Nothing of “Quick look, run 2” was measured yet' }).waitFor();
    await page.getByRole('button', { name: 'Measure now' }).click();
    await page.getByRole('main').getByRole('heading', { name: 'Comparing student and teacher' }).waitFor();
    await page.getByText('Bars: 4,032 samples, measured at step 2,400.').waitFor();
    await expectCountedOut(lens);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('follows a run that trains', async () => {
    const { page, complaints } = await open('residuals while training', 20);
    const source = page.getByLabel('Residuals', { exact: true });
    const until = async () => Number(/step ([\d,]+)$/.exec(await source.innerText())?.[1]?.replace(',', ''));
    const begin = await until();
    expect(begin).toBeGreaterThan(1200);
    await expect.poll(until).toBeGreaterThan(begin + 100);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says so when the losses hardly differ', async () => {
    const { page, complaints } = await open('even residuals');
    await page.getByRole('heading', { name: /^The losses hardly differ here: / }).waitFor();
    await page.getByText('so any of the four losses will do').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
