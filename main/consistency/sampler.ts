/** Which noise levels a sampler visits: the network evaluations from pure noise to a latent. */
import { studioError } from '../base/errors.ts';
import type { NoiseRange } from './noise-levels.ts';
import { sigmaAt } from './noise-levels.ts';

export interface SamplingStep {
  /** Noise level at which the network is evaluated. */
  readonly sigma: number;
  /** Standard deviation of the fresh noise that is added before the evaluation; for the first step, of the start itself. */
  readonly noiseStd: number;
}

/**
 * What a person asks for:
 * - a number of network evaluations (NFE), on levels that this file chooses;
 * - indices into a grid of so many noise levels, as papers list them: ascending, so the noise descends;
 * - the noise levels themselves, descending.
 */
export type SamplingSteps =
  | { readonly kind: 'nfe'; readonly nfe: number }
  | { readonly kind: 'indices'; readonly levels: number; readonly indices: readonly number[] }
  | { readonly kind: 'sigmas'; readonly sigmas: readonly number[] };

/** More evaluations than this bring a consistency model nothing but waiting. */
export const mostNfe = 64;
const mostLevels = 10_000;

/** The grid and index of the second evaluation that gave the best published result: sigma(420; 641) = 0.5286. */
const published = { levels: 641, second: 420 } as const;
/** Later steps than this one made pictures worse in every published run: sigma(480; 641) = 0.1698. */
const lastIndex = 480;

/**
 * Multistep consistency sampling: x ← f(x, σ_a), then x ← x + √(σ_b² − σ_min²)·z and again.
 *
 * A number of steps means these indices of the grid of 641 levels: 1 is 0; 2 is 0, 420 as published; n > 2 are n evenly
 * spaced ones from 0 to 480, rounded, which is a rule of ours. An evaluation at σ_min, where f(x) = x, adds nothing and
 * is left out; papers end their lists with it (0, 420, 640). Throws `sample.badSteps`.
 *
 * Source     Song et al., 2023, Consistency Models, Algorithm 1, arXiv:2303.01469
 * Reference  quandao10/LCT@5e7d492 test_cm_latent_ddp.py, index list 0,420,640 of 641 levels
 * Invariant  strictly descending noise levels within [σ_min, σ_max]   → tests/properties/consistency.test.ts
 */
export function samplingPlan(steps: SamplingSteps, range: NoiseRange): readonly SamplingStep[] {
  const { sigmaMin } = range;
  const visited = levelsOf(steps, range).filter((sigma) => sigma > sigmaMin);
  if (visited.length === 0) throw bad('every step is at the smallest noise, where nothing changes', enterSigmas(range));
  if (visited.length > mostNfe)
    throw bad(`${visited.length} steps are more than ${mostNfe}`, `at most ${mostNfe} steps`);
  return visited.map((sigma, step) => ({
    sigma,
    noiseStd: step === 0 ? sigma : Math.sqrt(sigma ** 2 - sigmaMin ** 2),
  }));
}

/** A number of steps for models that have no noise levels to choose. Throws `sample.badSteps`. */
export function stepCount(steps: SamplingSteps): number {
  if (steps.kind === 'nfe') return checkedNfe(steps.nfe);
  throw bad('this model has no noise levels to choose from', 'a number of steps');
}

/** Noise levels as asked for, checked, the last perhaps σ_min. */
function levelsOf(steps: SamplingSteps, range: NoiseRange): readonly number[] {
  if (steps.kind === 'sigmas') return checkedSigmas(steps.sigmas, range);
  const { levels, indices } = steps.kind === 'nfe' ? indicesFor(steps.nfe) : checkedIndices(steps);
  // The formula gives back σ_max but for rounding.
  return indices.map((i) => (i === 0 ? range.sigmaMax : sigmaAt(i, levels, range)));
}

function checkedNfe(nfe: number): number {
  if (Number.isInteger(nfe) && nfe >= 1 && nfe <= mostNfe) return nfe;
  throw bad(
    `pictures can not be made in ${nfe} steps`,
    `a whole number from 1 (fastest) to ${mostNfe}; 2 is a little better than 1`,
  );
}

function indicesFor(asked: number): { levels: number; indices: readonly number[] } {
  const nfe = checkedNfe(asked);
  const { levels, second } = published;
  if (nfe <= 2) return { levels, indices: [0, second].slice(0, nfe) };
  return { levels, indices: Array.from({ length: nfe }, (_, k) => Math.round((k * lastIndex) / (nfe - 1))) };
}

function checkedIndices({ levels, indices }: Extract<SamplingSteps, { kind: 'indices' }>): {
  levels: number;
  indices: readonly number[];
} {
  if (!Number.isInteger(levels) || levels < 2 || levels > mostLevels)
    throw bad(`there is no grid of ${levels} noise levels`, `a whole number from 2 to ${mostLevels}, as 641`);
  const enter = `whole numbers from 0 to ${levels - 1}, each greater than the one before, as “0,${Math.floor((420 / 641) * levels)}”`;
  if (indices.length === 0) throw bad('there is no index', enter);
  const off = indices.find((i) => !Number.isInteger(i) || i < 0 || i >= levels);
  if (off !== undefined) throw bad(`${off} is no index of ${levels} noise levels`, enter);
  const late = indices.findIndex((i, k) => k > 0 && i <= indices[k - 1]!);
  if (late > 0) throw bad(`the index ${indices[late]} comes after ${indices[late - 1]}`, enter);
  return { levels, indices };
}

function checkedSigmas(sigmas: readonly number[], range: NoiseRange): readonly number[] {
  const enter = enterSigmas(range);
  if (sigmas.length === 0) throw bad('there is no noise level', enter);
  const off = sigmas.find((sigma) => !(sigma >= range.sigmaMin && sigma <= range.sigmaMax));
  if (off !== undefined)
    throw bad(
      `the noise level ${off} is not between ${range.sigmaMin} and ${range.sigmaMax}, which the model knows`,
      enter,
    );
  const late = sigmas.findIndex((sigma, k) => k > 0 && sigma >= sigmas[k - 1]!);
  if (late > 0) throw bad(`the noise level ${sigmas[late]} comes after ${sigmas[late - 1]}`, enter);
  return sigmas;
}

const enterSigmas = ({ sigmaMin, sigmaMax }: NoiseRange): string =>
  `noise levels from ${sigmaMax} down to above ${sigmaMin}, each smaller than the one before, as “${sigmaMax}” or “${sigmaMax},${Number((sigmaMax / 150).toPrecision(1))}”`;

const bad = (problem: string, enter: string) => studioError('sample.badSteps', { problem, enter });
