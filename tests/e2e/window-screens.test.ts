/** Every screen from the start to the latents, in every state. */
import { click, lookAt } from '../support/screens.ts';

lookAt([
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
  {
    name: 'Pictures, one left out and one that counts less',
    scenario: 'outliers',
    place: 'pictures',
    sees: 'All changes (2)',
    speed: 20,
    act: async (page) => {
      await click('gridcell', 'portrait 00003.jpg')(page);
      await click('button', 'Leave out or change…')(page);
      await click('button', 'Leave out 1 picture')(page);
      await page.getByText('What was done about it').waitFor();
      await page.keyboard.press('Escape');
      await page.getByText('Encoding finished').first().waitFor();
      await click('gridcell', 'portrait 00005.jpg')(page);
      await click('button', 'Leave out or change…')(page);
      await page.getByRole('radio', { name: 'Count less' }).check();
      await click('button', 'Count 1 picture 50 %')(page);
      await page.getByText('counts 50 %').first().waitFor();
      await page.keyboard.press('Escape');
    },
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
    name: 'Latents, what was done about pictures',
    scenario: 'outliers',
    place: 'latents/outliers',
    sees: 'can be taken back, in any order',
    act: async (page) => {
      await click('gridcell', /^a checkerboard/)(page);
      await click('button', 'Leave out or change…')(page);
      await page.getByRole('radio', { name: 'Clip values' }).check();
      await page.getByText('Values clipped').waitFor();
      await click('button', 'Clip 1 picture')(page);
      await page.getByText('clipped at ±4.5').waitFor();
      await page.keyboard.press('Escape');
      await click('button', /^All changes/)(page);
    },
  },
  {
    name: 'Latents, why a value is extreme',
    scenario: 'outliers',
    place: 'latents/outliers',
    sees: 'the cause is there',
    act: async (page) => {
      await click('gridcell', /^a white square/)(page);
      await click('button', /^Check the cause/)(page);
    },
  },
  {
    name: 'Latents, pixels beside latents',
    scenario: 'outliers',
    place: 'latents',
    sees: 'Pixels and latents on one scale',
  },
  {
    name: 'Latents, before an export',
    scenario: 'outliers',
    place: 'latents',
    sees: 'Report',
    act: click('button', 'Export…'),
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
]);
