/** What a training run of a VAE does when: pure, from its configuration and its number of steps. */
import type { AutoencoderConfig } from '../models/autoencoder.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import { initialise } from '../models/parameters.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { discriminatorSpecs } from '../models/patch-discriminator.ts';
import { emaRate } from '../optim/ema.ts';
import type { OptimiserGraphConfig } from '../optim/optimiser.ts';
import type { VaeTrainingConfig } from './training-schema.ts';
import type { Vae } from './vae.ts';

export const vaeOptimiser = {
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weightDecay: 0,
} as const satisfies OptimiserGraphConfig;

/** The network that a run trains. */
export const autoencoderConfigOf = ({
  reduction,
  latentChannels,
  width,
  encoderBlocks,
  decoderBlocks,
}: VaeTrainingConfig): AutoencoderConfig => ({
  kind: 'cells',
  reduction,
  latentChannels,
  width,
  encoderBlocks,
  decoderBlocks,
});

/** Steps over which the learning rate rises, at most a twentieth of the run. */
const mostWarmUpSteps = 200;

/** Of an update (from 1): it rises from 0, then falls along a cosine to nothing, because the average of the last weights is the result. */
export function learningRateAt({ learningRate }: VaeTrainingConfig, steps: number, update: number): number {
  const rising = Math.min(1, update / Math.max(1, Math.min(mostWarmUpSteps, steps / 20)));
  return learningRate * rising * (0.5 + 0.5 * Math.cos((Math.PI * (update - 1)) / steps));
}

/** Of an update (from 1). */
export function klWeightAt({ loss }: VaeTrainingConfig, steps: number, update: number): number {
  const warmUp = loss.klWarmUp * steps;
  return loss.kl * (warmUp > 0 ? Math.min(1, update / warmUp) : 1);
}

/** The rate of the moving average in an update (from 1): it forgets half in a tenth of what was trained, 20 to 300 steps. */
export const emaRateAt = (update: number): number => emaRate(Math.max(20, Math.min(300, update / 10)));

/** Updates before the discriminator begins; none of a run without one. */
export const quietSteps = ({ loss: { discriminator } }: VaeTrainingConfig, steps: number): number =>
  discriminator.kind === 'none' ? steps : Math.floor(discriminator.after * steps);

/** Weights before the first step, and how many of them are the starter VAE's. The discriminator's come last, where there is one. */
export function startWeights(
  config: VaeTrainingConfig,
  starter: Pick<Vae, 'parameters'> | undefined,
): { weights: ParameterValue[]; adopted: number } {
  const { encoderSpecs, decoderSpecs } = autoencoderOf(autoencoderConfigOf(config));
  const judge = config.loss.discriminator.kind === 'none' ? [] : discriminatorSpecs;
  const known = new Map(starter?.parameters.map((parameter) => [parameter.name, parameter]));
  let adopted = 0;
  const weights = initialise([...encoderSpecs, ...decoderSpecs, ...judge], config.seed).map((value) => {
    const like = known.get(value.name);
    if (like?.shape.join() !== value.shape.join()) return value;
    adopted += value.data.length;
    return { ...value, data: like.data };
  });
  return { weights, adopted };
}

/** The state of a run before its first step: moments 0, the average equal to the weights. */
export const startState = (weights: readonly ParameterValue[]): ParameterValue[] =>
  (['parameters', 'm', 'v', 'ema'] as const).flatMap((family) =>
    weights.map(({ name, shape, data }) => ({
      name: `${family}/${name}`,
      shape,
      data: family === 'm' || family === 'v' ? new Float32Array(data.length) : data.slice(),
    })),
  );
