/** Latents beside what is known of their VAE's. */
import { expect, it } from 'vitest';
import { knownLatentsOf, sanityOf, stableDiffusionLatents as known } from '../../../main/latents/sanity.ts';
import type { ElementStatistics } from '../../../main/latents/statistics.ts';
import { tinyVae } from '../../support/tiny-vae.ts';

/** Elements [4, 2, 2] whose deviations average to the known ones times `scale`. */
const scaled = (scale: number): ElementStatistics => ({
  mean: new Float64Array(16),
  std: Float64Array.from({ length: 16 }, (_, i) => scale * known.std[Math.floor(i / 4)]! * (i % 2 === 0 ? 0.9 : 1.1)),
});

it('latents like the known ones pass, those of other pictures too, a scale that was applied twice does not', () => {
  for (const scale of [0.5, 1, 2]) {
    const sanity = sanityOf(scaled(scale), [4, 2, 2], known);
    expect(sanity.ratio).toBeCloseTo(scale, 12);
    expect(sanity.verdict).toBe('asKnown');
  }
  const small = sanityOf(scaled(0.18215), [4, 2, 2], known);
  expect(small.verdict).toBe('farOff');
  expect(small.words).toMatch(/5\.5 times smaller.*multiplying by 0\.18215/);
  expect(sanityOf(scaled(1 / 0.18215), [4, 2, 2], known).words).toMatch(/5\.5 times larger.*dividing by 0\.18215/);
  expect(sanityOf(scaled(30), [4, 2, 2], known)).toMatchObject({ verdict: 'farOff' });
  expect(sanityOf(scaled(30), [4, 2, 2], known).words).not.toMatch(/0\.18215/);
});

it('is only asked of VAEs whose latents are known', () => {
  const sd = { latentChannels: 4, scaling: { factor: 0.18215, shift: 0 } };
  expect(knownLatentsOf(tinyVae({ ...sd, name: 'sd-vae-ft-mse' }))).toBe(known);
  const ofSize = (count: number) => [{ name: 'all', shape: [count], data: new Float32Array(count) }];
  // The size of Stable Diffusion 1's autoencoder, under a name of somebody's own.
  expect(knownLatentsOf(tinyVae({ ...sd, name: 'mine', parameters: ofSize(83_653_863) }))).toBe(known);
  expect(knownLatentsOf(tinyVae({ ...sd, name: 'mine' }))).toBeUndefined();
  expect(knownLatentsOf(tinyVae({ ...sd, name: 'sdxl', scaling: { factor: 0.13025, shift: 0 } }))).toBeUndefined();
});
