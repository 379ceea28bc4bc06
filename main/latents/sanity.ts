/** Whether latents look like those that their VAE is known to give: a scale that somebody applied twice shows here first. */
import type { KnownLatents, LatentManifest, LatentStatistics, Sanity } from './schema.ts';
import type { Vae } from '../vae/vae.ts';
import type { ElementStatistics } from './statistics.ts';

/**
 * Stable Diffusion 1's autoencoder and its fine-tunings (sd-vae-ft-ema, sd-vae-ft-mse), which share their encoder.
 *
 * Source  the statistics that Dao et al., 2025, arXiv:2502.01441, publish for CelebA-HQ at 256 px (`celeb256_stat.npy`; method §1.1),
 *         and the scaling factor 0.18215 of Rombach et al., 2022, arXiv:2112.10752
 */
export const stableDiffusionLatents: KnownLatents = {
  of: 'faces (CelebA-HQ, 256 px) with Stable Diffusion’s autoencoder',
  mean: [1.398, -1.222, -0.967, 0.743],
  std: [4.718, 5.262, 3.503, 3.613],
  factor: 0.18215,
};

/** 83.65 million; files differ in what they count, not by a tenth of a million. */
const [leastParameters, mostParameters] = [83.6e6, 83.7e6];

/** What is known of the latents of a VAE: by its name, or by the size and the scale of its architecture. */
export function knownLatentsOf({
  name,
  latentChannels,
  scaling,
  parameters,
}: Pick<Vae, 'name' | 'latentChannels' | 'scaling' | 'parameters'>): KnownLatents | undefined {
  const count = parameters.reduce((sum, { data }) => sum + data.length, 0);
  const hasItsSize = count > leastParameters && count < mostParameters;
  const isNamed = name.startsWith('sd-vae-ft-');
  const isOne = isNamed || (hasItsSize && scaling?.factor === stableDiffusionLatents.factor);
  return latentChannels === 4 && isOne ? stableDiffusionLatents : undefined;
}

/** Pictures differ, and flat ones spread less than faces; a wrong scale is five times off. */
const farOff = 2.5;

/** Averages of per-element values over the positions of each channel. */
function averages(values: Float64Array, [channels]: LatentManifest['shape']): number[] {
  const positions = values.length / channels;
  return Array.from(
    { length: channels },
    (_, c) => values.subarray(c * positions, (c + 1) * positions).reduce((sum, value) => sum + value, 0) / positions,
  );
}

/** Compares raw latents with what is known of their VAE's. */
export function sanityOf(elements: ElementStatistics, shape: LatentStatistics['shape'], known: KnownLatents): Sanity {
  const std = averages(elements.std, shape);
  const logs = std.map((value, c) => Math.log(value / known.std[c]!));
  const ratio = Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
  const verdict = ratio > 1 / farOff && ratio < farOff ? 'asKnown' : 'farOff';
  return {
    of: known.of,
    mean: [...known.mean],
    std: [...known.std],
    ratio,
    verdict,
    words: wordsFor(ratio, verdict, known),
  };
}

function wordsFor(ratio: number, verdict: Sanity['verdict'], { of, factor }: KnownLatents): string {
  const times = ratio < 1 ? `${(1 / ratio).toFixed(1)} times smaller` : `${ratio.toFixed(1)} times larger`;
  if (verdict === 'asKnown') return `Latents spread as they should: those of ${of} have about the same deviation.`;
  const isNear = (scale: number) => Math.abs(Math.log(ratio / scale)) < Math.log(1.6);
  const guess = isNear(factor)
    ? ` That is what multiplying by ${factor} does: this VAE’s file seems to have the scale of another program built in.`
    : isNear(1 / factor)
      ? ` That is what dividing by ${factor} does: this VAE’s file seems to have the scale of another program built in.`
      : ' Either the pictures are very unlike photographs, or the VAE’s weights are not what its name says.';
  return `Latents spread ${times} than those of ${of}.${guess}`;
}
