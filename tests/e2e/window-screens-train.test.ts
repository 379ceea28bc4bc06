/** Every screen from training on, in every state. */
import { click, lookAt } from '../support/screens.ts';

lookAt([
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
]);
