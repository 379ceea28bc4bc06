/** What is done about pictures, by mouse and by keyboard: chosen, looked at before it is done, and taken back. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { accessibilityProblems, useFakeWindow } from '../support/fake-window.ts';

const fake = useFakeWindow();

describe('what is done about pictures', () => {
  const open = async () => {
    const opened = await fake.open({ scenario: 'outliers', place: 'latents/outliers', speed: 20 });
    const { page } = opened;
    await listed(page, 300).waitFor();
    await tile(page, 0).waitFor();
    return opened;
  };
  const listed = (page: Page, pictures: number) =>
    page.getByRole('heading', { name: `${pictures} pictures, most outliers first` });
  const tile = (page: Page, index: number) =>
    page.getByRole('grid', { name: 'Pictures by their share of outliers' }).getByRole('gridcell').nth(index);
  const dialog = (page: Page) => page.getByRole('dialog', { name: /^What to do about/ });
  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const row = async (page: Page, name: string) =>
    (await dialog(page).getByRole('row', { name }).innerText()).split(/\s*\t\s*/);
  const far = 'Values beyond the outer fences';

  it('is chosen with the keyboard alone, previewed, done and taken back', async () => {
    const { page, complaints } = await open();
    await tile(page, 0).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await page.getByRole('heading', { name: '2 of 300 selected' }).waitFor();
    await button(page, 'Leave out or change…').focus();
    await page.keyboard.press('Enter');
    await dialog(page).waitFor();
    await page.getByText(/^Far outliers fall from 727 to 483/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await button(page, 'Leave out 2 pictures').focus();
    await page.keyboard.press('Enter');
    await listed(page, 298).waitFor();
    expect(await tile(page, 0).getAttribute('aria-label')).toMatch(/^portrait/);
    await button(page, /^Undo: Left out: /).focus();
    await page.keyboard.press('Enter');
    await listed(page, 300).waitFor();
    expect(await tile(page, 0).getAttribute('aria-label')).toMatch(/^a checkerboard/);
    expect(complaints).toEqual([]);
  });

  it('can be clipping: of these pictures less changes than of all, and a border of nothing is refused', async () => {
    const { page, complaints } = await open();
    await tile(page, 1).click({ modifiers: ['ControlOrMeta'] });
    await button(page, 'Leave out or change…').click();
    await page.getByRole('radio', { name: 'Clip values' }).check();
    const farthest = page.getByRole('spinbutton', { name: /^Farthest distance/ });
    await page.getByRole('row', { name: 'Values clipped' }).waitFor();
    // The white square has 64 values beyond the outer fences.
    expect(await row(page, far)).toEqual([far, '727', '663', '−8.8 %']);
    await page.getByRole('radio', { name: 'Of all pictures' }).check();
    await page.getByText(/^Far outliers fall from 727 to 0/).waitFor();
    await farthest.fill('0');
    await page.getByText('Enter a number above 0.').first().waitFor();
    expect(await button(page, 'Clip all pictures').isDisabled()).toBe(true);
    await farthest.fill('4.5');
    await button(page, 'Clip all pictures').click();
    await button(page, /^Undo: Clipped: all pictures/).waitFor();
    // The latents stay, and what was selected, too.
    await page.getByRole('heading', { name: '1 of 300 selected' }).waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('Everything done about pictures was taken back.').waitFor();
    // What is chosen is among what is listed.
    await page.getByRole('heading', { name: '1 of 300 selected' }).waitFor();
    await button(page, 'High end').click();
    await page.getByRole('heading', { name: /^\d+ pictures, most outliers first$/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is shown at the picture, in the viewer and among the pictures, and is taken back from the list', async () => {
    const { page, complaints } = await open();
    await tile(page, 2).click();
    const viewer = page.getByRole('dialog', { name: /^portrait/ });
    const name = await viewer.getByRole('heading', { level: 2 }).innerText();
    await button(page, 'Leave out or change…').click();
    await page.getByRole('radio', { name: 'Count less' }).check();
    await page.getByText('The latents stay as they are.').waitFor();
    // Keys of the viewer below do nothing meanwhile.
    await page.getByRole('spinbutton', { name: /in percent/ }).fill('25');
    await page.keyboard.press(']');
    await button(page, 'Count 1 picture 25 %').click();
    await viewer.getByText('counts 25 %').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('navigation').getByText('Pictures', { exact: true }).click();
    await page.getByText(`Weighed: ${name}`, { exact: true }).waitFor();
    await button(page, /^All changes \(1\)/).click();
    await button(page, /^Undo: Weighed: /)
      .last()
      .click();
    await button(page, /^Do again: Weighed: /).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('can be another square of the picture, by keys and by dragging', async () => {
    const { page, complaints } = await open();
    await tile(page, 3).click();
    await button(page, 'Leave out or change…').click();
    await page.getByRole('radio', { name: 'Crop anew' }).check();
    const square = page.getByRole('application', { name: /^Square of the picture/ });
    await square.waitFor();
    const words = async () => (await square.getAttribute('aria-label'))!;
    const numbers = async () =>
      /: (\d+) × \d+ pixels from \((\d+), (\d+)\)/
        .exec(await words())!
        .slice(1)
        .map(Number);
    const [side, x, y] = await numbers();
    await page.getByRole('slider', { name: 'Side' }).fill('400');
    expect((await numbers())[0]).toBe(400);
    const middle = await numbers();
    expect(middle[1]! - x!).toBeCloseTo((side! - 400) / 2, -1);
    expect(middle[2]! - y!).toBeCloseTo((side! - 400) / 2, -1);
    await square.press('ArrowDown');
    expect((await numbers())[2]).toBeGreaterThan(middle[2]!);
    const before = await numbers();
    const box = (await square.boundingBox())!;
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 20, box.y + 10, { steps: 3 });
    await page.mouse.up();
    // The picture is 800 pixels high, and its stage 288: ten of these are 28.
    expect((await numbers())[2]).toBeCloseTo(before[2]! - 28, -1);
    await button(page, 'Preview').click();
    await page.getByText(/^Far outliers fall/).waitFor();
    await button(page, 'Crop anew').click();
    await button(page, /^Undo: Cropped: /).waitFor();
    await listed(page, 300).waitFor();
    expect(complaints).toEqual([]);
  });
});
