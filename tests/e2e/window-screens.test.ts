/** Every screen in every state: both themes, small and large windows, no complaints, nothing against WCAG 2.2 AA. */
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { accessibilityProblems, useFakeWindow } from '../support/fake-window.ts';
import type { FakeQuery } from '../support/fake-window.ts';

interface Screen extends FakeQuery {
  readonly name: string;
  /** Text that shows that the screen is there. */
  readonly sees: string | RegExp;
  readonly act?: (page: Page) => Promise<void>;
}

const click = (role: 'button' | 'tab' | 'gridcell', name: string | RegExp) => (page: Page) =>
  page.getByRole(role, { name }).first().click();

const screens: readonly Screen[] = [
  { name: 'the start, for the first time', scenario: 'first', sees: 'Teach a computer' },
  { name: 'the start, with recent projects', scenario: 'start', sees: 'Missing:' },
  { name: 'the start, in Electron', scenario: 'start', shell: 'electron', sees: 'Open a project…' },
  {
    name: 'an error',
    scenario: 'first',
    sees: 'What to do:',
    act: async (page) => {
      await page.getByLabel('Project name').fill('Read only');
      await page.getByRole('button', { name: 'Create project' }).click();
    },
  },
  { name: 'Pictures, empty', scenario: 'empty', place: 'pictures', sees: 'Drop a folder' },
  {
    name: 'Pictures, import settings',
    scenario: 'empty',
    place: 'pictures',
    sees: 'Framing',
    act: click('button', 'Use the sample pictures'),
  },
  { name: 'Pictures, importing', scenario: 'importing', place: 'pictures', sees: 'pictures added', speed: 0.05 },
  { name: 'Pictures, full', scenario: 'pictures', place: 'pictures', sees: 'Thumbnail size' },
  {
    name: 'Pictures, one picture',
    scenario: 'pictures',
    place: 'pictures',
    sees: 'Original size',
    act: click('gridcell', 'portrait 00003.jpg'),
  },
  {
    name: 'Pictures, files that could not be used',
    scenario: 'pictures',
    place: 'pictures',
    sees: 'Why it is not used',
    act: click('tab', /Could not be used/),
  },
  { name: 'Latents, locked', scenario: 'empty', place: 'latents', sees: 'Pictures come first' },
  { name: 'Latents, ready', scenario: 'pictures', place: 'latents', sees: 'ready to encode' },
  { name: 'Latents, encoding', scenario: 'encoding', place: 'latents', sees: 'pictures/s', speed: 0.05 },
  { name: 'Latents, statistics', scenario: 'encoded', place: 'latents', sees: 'Heavy tails' },
  {
    name: 'Latents, data of a chart',
    scenario: 'encoded',
    place: 'latents',
    sees: 'Lower quartile',
    act: click('button', 'View data: All channels as box plots'),
  },
  {
    name: 'Latents, outliers',
    scenario: 'outliers',
    place: 'latents/outliers',
    sees: 'Place: row 1, column 8',
    act: async (page) => {
      await page.getByRole('application', { name: /^Map of 8 × 8 places/ }).press('Enter');
      await page.getByRole('button', { name: 'High end' }).click();
    },
  },
  {
    name: 'Latents, the outliers of a picture',
    scenario: 'outliers',
    place: 'latents/outliers',
    sees: 'beyond the outer fence.',
    act: click('gridcell', /^a white square\.png/),
  },
  {
    name: 'Latents, the loss lens with its formulas',
    scenario: 'residuals',
    place: 'latents/lens',
    sees: 'What the top samples drive',
    act: (page) => page.getByText('Show formula').click(),
  },
  {
    name: 'Latents, a loss lens with too small a c',
    scenario: 'residuals while training',
    place: 'latents/lens',
    sees: 'This c is so small that',
    act: (page) => page.getByRole('slider').press('Home'),
  },
  {
    name: 'Latents, data of the loss lens',
    scenario: 'residuals',
    place: 'latents/lens',
    sees: 'Pull under Pseudo-Huber',
    act: click('button', 'View data: Pull of each sample'),
  },
  {
    name: 'Latents, a run that was not measured',
    scenario: 'trained',
    place: 'latents/lens',
    sees: 'was measured yet',
  },
  {
    name: 'Latents, a run without a teacher',
    scenario: 'diffusion',
    place: 'latents/lens',
    sees: 'no student and teacher',
  },
  {
    name: 'Latents, compressors',
    scenario: 'several VAEs',
    place: 'latents/compressors',
    sees: '128 MB are here already',
  },
  {
    name: 'Latents, before a download',
    scenario: 'several VAEs',
    place: 'latents/compressors',
    sees: 'fingerprint of the file',
    act: async (page) => {
      await page.getByRole('button', { name: 'Download Stable Diffusion’s, sharp…' }).click();
      await page.getByText('Without a network here').click();
    },
  },
  {
    name: 'Latents, how well pictures come back',
    scenario: 'checked',
    place: 'latents/check',
    sees: 'likeness of structure (SSIM)',
    act: click('button', /^Enlarge portrait 00001/),
  },
  {
    name: 'Latents, sets',
    scenario: 'several sets',
    place: 'latents/sets',
    sees: 'portrait 00018.jpg',
    act: (page) => page.getByText('2 pictures were left out').first().click(),
  },
  { name: 'Latents, a VAE in training', scenario: 'own VAE', place: 'latents/own', sees: 'dB' },
  {
    name: 'Latents, all settings of a VAE with problems',
    scenario: 'own VAE',
    place: 'latents/own',
    sees: '1 setting needs another value',
    act: async (page) => {
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByRole('radio', { name: 'New run' }).check();
      await page.getByLabel('Numbers a cell').fill('3');
      await page.getByRole('button', { name: /^Train on/ }).click();
      await page.getByRole('radio', { name: 'With one' }).check();
    },
  },
  { name: 'Train, locked', scenario: 'empty', place: 'train', sees: 'Latents come first' },
  { name: 'Train, a new run', scenario: 'encoded', place: 'train', sees: 'What kind of run' },
  {
    name: 'Train, all settings with problems',
    scenario: 'encoded',
    place: 'train',
    sees: '2 settings need another value',
    act: async (page) => {
      await page.getByText('More settings').click();
      await page.getByRole('switch').first().check();
      await page.getByLabel('Width (hidden size)').fill('');
      await page.getByLabel('Least noise').fill('0');
      await page.getByRole('button', { name: 'Start training' }).click();
    },
  },
  {
    name: 'Train, the settings of a U-Net',
    scenario: 'encoded',
    place: 'train',
    sees: 'Width of each level',
    act: async (page) => {
      await page.getByText('More settings').click();
      await page.getByRole('radio', { name: /U-Net/ }).check();
    },
  },
  {
    name: 'Train, presets from papers',
    scenario: 'encoded',
    place: 'train',
    sees: '7 stages of 7,200 steps',
    act: async (page) => {
      await page.getByText('From papers').click();
      await page.getByRole('radio', { name: /CelebA/ }).check();
    },
  },
  {
    name: 'Train, another way of learning',
    scenario: 'encoded',
    place: 'train',
    sees: 'Share of pictures with a jump',
    act: async (page) => {
      await page.getByText('More settings').click();
      await page.getByRole('switch').first().check();
      await page.getByRole('radio', { name: /MeanFlow/ }).check();
      await page.getByRole('radio', { name: 'From the folders' }).check();
    },
  },
  {
    name: 'Train, a model that does not fit',
    scenario: 'encoded',
    place: 'train',
    sees: 'could train it',
    act: async (page) => {
      // The window remembers what another screen has chosen.
      await page.getByRole('radio', { name: /Quick look/ }).check();
      await page.getByText('More settings').click();
      await page.getByRole('radio', { name: 'XL' }).check();
    },
  },
  { name: 'Train, live without stages', scenario: 'diffusion', place: 'train', sees: 'Lower is better, though' },
  { name: 'Train, live', scenario: 'training', place: 'train', sees: 'steps/s' },
  { name: 'Train, interrupted', scenario: 'interrupted', place: 'train', sees: '140 steps' },
  { name: 'Train, stopped by NaN', scenario: 'failed', place: 'train', sees: 'a tenth of the learning rate' },
  { name: 'Train, all runs', scenario: 'trained', place: 'train', sees: 'Use settings', act: click('tab', /All runs/) },
  { name: 'Gallery, locked', scenario: 'empty', place: 'gallery', sees: 'A trained model comes first' },
  { name: 'Gallery, empty', scenario: 'trained', place: 'gallery', sees: 'No pictures yet' },
  {
    name: 'Gallery, with details',
    scenario: 'gallery',
    place: 'gallery',
    sees: 'Use its run and seed',
    act: click('gridcell', /seed 63/),
  },
  {
    name: 'Gallery, kinds and steps',
    scenario: 'kinds',
    place: 'gallery',
    sees: 'Each index must be greater',
    act: async (page) => {
      await page.getByLabel('Kind of picture').selectOption('Hawk');
      await page.getByLabel('Guidance').fill('1.5');
      await page.getByText('Choose each step').click();
      await page.getByRole('radio', { name: 'places in a list of levels' }).check();
      await page.getByLabel('Indices').fill('420, 0');
    },
  },
  {
    name: 'Gallery, export',
    scenario: 'gallery',
    place: 'gallery',
    sees: '530 × 530 pixels',
    act: async (page) => {
      await page.getByRole('button', { name: 'Select newest 64' }).click();
      await page.getByRole('button', { name: 'Export grid…' }).click();
    },
  },
  { name: 'Train, on the processor', scenario: 'encoded', place: 'train', sees: 'Training on the processor is slow' },
  { name: 'Train, on a graphics card', scenario: 'with a card', place: 'train', sees: '15 times as fast' },
  { name: 'Devices, no graphics card', scenario: 'empty', place: 'devices', sees: 'No graphics card was found' },
  { name: 'Devices, a graphics card', scenario: 'with a card', place: 'devices', sees: '6.84 TFLOP/s' },
  { name: 'Devices, a broken one', scenario: 'a broken card', place: 'devices', sees: 'ended by SIGSEGV' },
  { name: 'Devices, a slow one', scenario: 'a software device', place: 'devices', sees: 'computes on the processor' },
  {
    name: 'Devices, being checked',
    scenario: 'with a card',
    place: 'devices',
    sees: 'should do nothing else',
    speed: 0.01,
    act: click('button', 'Check all'),
  },
  { name: 'Settings', scenario: 'empty', place: 'settings', sees: 'What is stored where' },
  {
    name: 'Help',
    scenario: 'empty',
    place: 'settings',
    sees: 'one-step picture maker',
    act: (page) => page.keyboard.press('F1'),
  },
  {
    name: 'a lost connection',
    scenario: 'empty',
    place: 'pictures',
    sees: 'trying to reconnect',
    act: (page) =>
      page.evaluate(() => (window as unknown as { fakeConnection(state: string): void }).fakeConnection('lost')),
  },
];

const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
  { width: 1024, height: 700 },
];

const fake = useFakeWindow();

describe('every screen', () => {
  it.each(screens)('$name', async ({ sees, act, ...query }) => {
    const { page, complaints } = await fake.open(query);
    try {
      await page.getByRole('main').waitFor();
      await act?.(page);
      await page.getByText(sees).first().waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await accessibilityProblems(page), `${colorScheme} theme`).toEqual([]);
      }
      for (const size of sizes) {
        await page.setViewportSize(size);
        const beyond = await page.evaluate(() => [
          document.documentElement.scrollWidth - innerWidth,
          document.documentElement.scrollHeight - innerHeight,
        ]);
        expect(beyond, `${size.width} × ${size.height}: nothing outside the window`).toEqual([0, 0]);
      }
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
    }
  });
});
