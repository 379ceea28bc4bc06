/** Why an outlier is there, in the viewer: what rules found, and what blurring its place does. */
import { expect, it } from 'vitest';
import { accessibilityProblems, useFakeWindow } from '../support/fake-window.ts';

const fake = useFakeWindow();

async function open(speed = 1) {
  const opened = await fake.open({ scenario: 'outliers', place: 'latents/outliers', speed });
  const { page } = opened;
  const panel = page.getByRole('region', { name: 'Likely cause' });
  return {
    ...opened,
    panel,
    button: panel.getByRole('button', { name: 'Check the cause' }),
    verdict: panel.getByText(/^Blurring /),
    tile: (index: number) =>
      page.getByRole('grid', { name: 'Pictures by their share of outliers' }).getByRole('gridcell').nth(index),
    place: () => page.getByRole('heading', { name: /^Channel \d, row \d, column \d$/ }).innerText(),
  };
}

it('says what was found, and checks it with the mouse: the answer is a sentence and a table', async () => {
  const { page, complaints, panel, button, verdict, tile } = await open();
  await page.setViewportSize({ width: 1280, height: 800 });
  await tile(0).click();
  await panel.getByText(/100 % of neighbouring pixels around this place/).waitFor();
  await panel.getByText('Extreme contrast').waitFor();
  await panel.getByText(/The mark is only the anchor/).waitFor();
  await button.click();
  await expect.poll(() => panel.getByRole('button', { name: 'Checking…' }).getAttribute('aria-busy')).toBe('true');
  await verdict.waitFor();
  expect(await verdict.innerText()).toMatch(/takes the value within the fences: the cause is there/);
  const cells = await panel.getByRole('table').getByRole('cell').allInnerTexts();
  // z as it is and of three squares, then the fence that each is beyond.
  const z = cells.slice(0, 4).map(Number);
  expect(z[0]).toBeGreaterThan(3);
  expect(z.toSorted((a, b) => b - a)).toEqual(z);
  expect([cells[4], cells[7]]).toEqual(['outer', 'none']);
  expect(await button.count()).toBe(0);
  // The button is gone; who goes on by keyboard is where the answer is.
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('What was found');
  // The list keeps its room.
  const list = (await page.getByRole('list', { name: 'Outliers of this picture' }).boundingBox())!;
  const dialog = (await page.getByRole('dialog').boundingBox())!;
  expect(list.height).toBeGreaterThanOrEqual(64);
  expect(list.y + list.height).toBeLessThan(dialog.y + dialog.height);
  expect(await accessibilityProblems(page)).toEqual([]);

  await page.keyboard.press('ArrowRight');
  await page.getByRole('dialog', { name: 'a white square.png' }).waitFor();
  await panel.getByText('Flat area').waitFor();
  expect(await verdict.count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

it('is checked with a key; another outlier begins anew, and an answer that comes too late is dropped', async () => {
  const { page, complaints, panel, button, verdict, tile, place } = await open(0.4);
  await tile(0).click();
  const first = await place();
  await button.waitFor();
  await page.keyboard.press('c');
  await panel.getByRole('button', { name: 'Checking…' }).waitFor();
  await page.keyboard.press(']');
  await expect.poll(place).not.toBe(first);
  await button.waitFor();
  // By then the first check has ended.
  await expect.poll(() => page.getByText('Nothing is running').count()).toBe(1);
  expect(await verdict.count()).toBe(0);
  await page.keyboard.press('c');
  await verdict.waitFor();
  await page.keyboard.press('[');
  await expect.poll(place).toBe(first);
  expect(await verdict.count()).toBe(0);
  await button.waitFor();
  expect(complaints).toEqual([]);
  await page.close();
});

it('where nothing is found that is an answer, and blurring says that the cause is elsewhere', async () => {
  const { page, complaints, panel, button, verdict, tile } = await open();
  await tile(2).click();
  // An outlier within the picture, of a portrait that nothing was planted in.
  const nothing = panel.getByText(/^Nothing of what we test for/);
  for (let i = 0; i < 20 && (await nothing.count()) === 0; i++) {
    await page.keyboard.press(']');
    await nothing.or(panel.getByRole('listitem')).first().waitFor();
  }
  await nothing.waitFor();
  await button.click();
  await verdict.waitFor();
  expect(await verdict.innerText()).toMatch(/changes little .* the cause is elsewhere/);
  expect(complaints).toEqual([]);
  await page.close();
});
