/** Outliers by mouse and by keyboard: from the charts to the pictures that cause them, and to the places in them. */
import { describe, expect, it } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { useFakeWindow } from '../support/fake-window.ts';

const fake = useFakeWindow();

describe('outliers', () => {
  const open = async () => {
    const opened = await fake.open({ scenario: 'outliers', place: 'latents/outliers' });
    const { page } = opened;
    const grid = page.getByRole('grid', { name: 'Pictures by their share of outliers' });
    await page.getByRole('heading', { name: '300 pictures, most outliers first' }).waitFor();
    await page.getByRole('application').waitFor();
    return {
      ...opened,
      tile: (index: number) => grid.getByRole('gridcell').nth(index),
      /** How many pictures there are, once they are fewer than before. */
      fewerThan: async (before: number) => {
        const found = async () => Number.parseInt(await page.locator('h3', { hasText: /^\d+ pictures?/ }).innerText());
        await expect.poll(found).toBeLessThan(before);
        return found();
      },
    };
  };
  const middleOf = async (locator: Locator, x = 0.5, y = 0.5) => {
    const box = (await locator.boundingBox())!;
    return [box.x + x * box.width, box.y + y * box.height] as const;
  };
  /** The marked cell's sides as shares of the picture's. */
  const markedCell = async (page: Page) => {
    const mark = (await page.getByTestId('marked-cell').boundingBox())!;
    const picture = (await page.getByRole('dialog').getByRole('img').boundingBox())!;
    return [
      (mark.x - picture.x) / picture.width,
      (mark.y - picture.y) / picture.height,
      mark.width / picture.width,
      mark.height / picture.height,
    ];
  };
  const placeSaid = async (page: Page) => {
    const words = await page.getByRole('heading', { name: /^Channel \d, row \d, column \d$/ }).innerText();
    const [, row, column] = /row (\d), column (\d)$/.exec(words)!;
    return { words, cell: [(Number(column) - 1) / 8, (Number(row) - 1) / 8, 1 / 8, 1 / 8] };
  };
  const expectMarked = async (page: Page, cell: readonly number[]) => {
    const marked = await markedCell(page);
    // A pixel of the screen is 0.002 of the picture's side.
    cell.forEach((share, i) => expect(marked[i]).toBeCloseTo(share, 2));
  };

  it('are followed with the mouse from the charts to the pictures, and to their places', async () => {
    const { page, complaints, tile, fewerThan } = await open();
    // Both planted pictures come first.
    await expect.poll(() => tile(0).getAttribute('aria-label')).toMatch(/^a checkerboard\.png/);
    expect(await tile(1).getAttribute('aria-label')).toMatch(/^a white square\.png/);

    const histogram = page.getByRole('img', { name: /^Histogram of Channel 3/ });
    await page.mouse.move(...(await middleOf(histogram, 0.8)));
    await page.mouse.down();
    await page.mouse.move(...(await middleOf(histogram, 0.9)), { steps: 3 });
    await page.mouse.move(...(await middleOf(histogram, 0.98)), { steps: 3 });
    await page.mouse.up();
    const inRange = await fewerThan(300);
    await page.getByRole('button', { name: /^Remove filter: Channel 3: / }).waitFor();

    const map = page.getByRole('application');
    await page.mouse.click(...(await middleOf(map, 7.5 / 8, 0.5 / 8)));
    await fewerThan(inRange);
    await page.getByRole('button', { name: 'Remove filter: Place: row 1, column 8' }).click();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('heading', { name: '300 pictures' }).waitFor();

    await tile(1).click();
    const worst = await placeSaid(page);
    // The square is the middle quarter of the picture: rows and columns 4 and 5.
    expect(worst.words).toMatch(/row [45], column [45]$/);
    await expectMarked(page, worst.cell);
    await page.keyboard.press(']');
    await expect.poll(async () => (await placeSaid(page)).words).not.toBe(worst.words);
    await expectMarked(page, (await placeSaid(page)).cell);
    await page.keyboard.press('[');
    await expect.poll(async () => (await placeSaid(page)).words).toBe(worst.words);
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('dialog', { name: 'a checkerboard.png' }).waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('are followed with the keyboard alone', async () => {
    const { page, complaints, tile, fewerThan } = await open();
    /** Tab, until this has the focus. */
    const tabTo = async (locator: Locator) => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        if (await locator.evaluate((element) => element === document.activeElement)) return;
      }
      throw new Error(`${String(locator)} is not in the tab order.`);
    };
    await page.getByRole('tab', { name: 'Outliers' }).focus();
    await tabTo(page.getByLabel('From', { exact: true }));
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    const inRange = await fewerThan(300);
    await tabTo(page.getByRole('application'));
    // It begins at the brightest place, the habit of the VAE.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove filter: Place: row 2, column 8' }).waitFor();
    await fewerThan(inRange);
    await tabTo(page.getByRole('button', { name: 'Clear' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '300 pictures' }).waitFor();

    await tabTo(tile(0));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'a white square.png' }).waitFor();
    const { cell } = await placeSaid(page);
    await expectMarked(page, cell);
    const heat = page.getByRole('switch', { name: 'Heat' });
    expect(await heat.isChecked()).toBe(true);
    await page.keyboard.press('h');
    expect(await heat.isChecked()).toBe(false);
    await page.keyboard.press('Escape');
    await expect.poll(() => tile(1).evaluate((element) => element === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
