/** A VAE in training on a device: its programs and its state, however both are laid out there. */
import { StudioError, studioError } from '../base/errors.ts';
import type { Device, TensorData } from '../engine/contract.ts';
import { autoencoderOf } from '../models/autoencoder.ts';
import type { ParameterValue } from '../models/parameters.ts';
import { discriminatorSpecs } from '../models/patch-discriminator.ts';
import { layoutOf, packValues, unpack, unpackValues } from '../optim/layout.ts';
import type { Layout, LayoutKind } from '../optim/layout.ts';
import { familyOf, familyTypes, stateFamilies, updateScalars, updateTypes } from '../optim/update.ts';
import type { NamedTensor } from '../storage/safetensors.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { TensorFunction, TensorTypes } from '../tensor/trace/trace.ts';
import { weighedDifferences, vaeStep } from './training.ts';
import { autoencoderConfigOf, emaRateAt, vaeOptimiser } from './training-plan.ts';
import type { VaeTrainingConfig } from './training-schema.ts';

/** Pictures [batch, 3, size, size] in [−1, 1] and the noise of their latents, unit Gaussian. */
export interface VaeBatch {
  readonly x: Float32Array;
  readonly eps: Float32Array;
}

/** A step to make: the number of its update (from 1), and the rates and weights that hold for it. */
export interface VaeTrainingStep {
  readonly batch: VaeBatch;
  readonly update: number;
  readonly learningRate: number;
  readonly klWeight: number;
  /** With the discriminator, where the run has one. */
  readonly adversarial: boolean;
}

export interface VaeReport {
  readonly loss: number;
  readonly l1: number;
  readonly structure: number;
  readonly kl: number;
  /** Of the batch's reconstructions, in dB. */
  readonly psnr: number;
  readonly adversarial?: number;
  readonly discriminatorLoss?: number;
  readonly gradNorm: number;
  readonly committed: boolean;
  readonly lossScale: 1;
}

export interface VaeTrainer {
  readonly burst: number;
  /** Puts a state there: `parameters/…`, `m/…`, `v/…`, `ema/…` by parameter. */
  put(state: readonly NamedTensor[]): Promise<void>;
  /** Copies the state back, by parameter. */
  read(): Promise<NamedTensor[]>;
  /** Throws `engine.outOfMemory` where not one step could be made; the state is that of the last one. */
  steps(steps: readonly VaeTrainingStep[]): Promise<VaeReport[]>;
  /** What the averaged weights make of `batchSize` pictures: x [batch, 3, size, size] → the same, by way of the posterior's mean. */
  reconstruct(x: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

export interface VaeTrainerOptions {
  readonly device: Device;
  /** Names the run's programs and state on the device. */
  readonly name: string;
  readonly config: VaeTrainingConfig;
  readonly pictureSize: number;
}

interface Layouts {
  readonly autoencoder: Layout;
  readonly discriminator: Layout;
}

/** Both networks are laid out apart, because steps without the discriminator leave it where it is. */
function layoutsOf(config: VaeTrainingConfig, kind: LayoutKind): Layouts {
  const { encoderSpecs, decoderSpecs } = autoencoderOf(autoencoderConfigOf(config));
  const judge = config.loss.discriminator.kind === 'none' ? [] : discriminatorSpecs;
  return {
    autoencoder: layoutOf(kind, [...encoderSpecs, ...decoderSpecs]),
    discriminator: layoutOf(kind, judge).map((chunk) => ({ ...chunk, name: `discriminator/${chunk.name}` })),
  };
}

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

/** A step as a function with the types of its inputs: it can be traced for a device, or run at once. */
export function vaeTrainingStep(
  config: VaeTrainingConfig,
  size: number,
  kind: LayoutKind,
  adversarial: boolean,
): { fn: TensorFunction; types: TensorTypes } {
  const { autoencoder: layout, discriminator: judge } = layoutsOf(config, kind);
  const { discriminator } = config.loss;
  const side = size / config.reduction;
  const isJudged = adversarial && discriminator.kind === 'patch';
  return {
    fn: vaeStep({
      autoencoder: autoencoderOf(autoencoderConfigOf(config)),
      layout,
      compare: weighedDifferences(config.loss),
      optimiser: vaeOptimiser,
      discriminator: isJudged ? { layout: judge, weight: discriminator.weight } : undefined,
    }),
    types: {
      x: float(config.batchSize, 3, size, size),
      eps: float(config.batchSize, config.latentChannels, side, side),
      klWeight: float(),
      ...updateTypes,
      ...familyTypes(stateFamilies, isJudged ? [...layout, ...judge] : layout),
    },
  };
}

/** `x` [batch, 3, size, size] → `x`, what the averaged weights make of it. */
function reconstructionGraph(config: VaeTrainingConfig, size: number, layout: Layout): Graph {
  const { encode, decode } = autoencoderOf(autoencoderConfigOf(config));
  return trace(
    'reconstruction',
    (inputs) => {
      const p = unpack(familyOf(inputs, 'ema', layout), layout);
      return { x: decode(p, encode(p, inputs['x']!).mean) };
    },
    { x: float(config.batchSize, 3, size, size), ...familyTypes(['ema'], layout) },
  );
}

export async function createVaeTrainer({ device, name, config, pictureSize }: VaeTrainerOptions): Promise<VaeTrainer> {
  const { layout: kind, burst } = await device.traits({});
  const layouts = layoutsOf(config, kind);
  const layout = [...layouts.autoencoder, ...layouts.discriminator];
  const program = { plain: name, adversarial: `${name} adversarial`, reconstruct: `${name} reconstruction` };
  const load = (adversarial: boolean) => {
    const { fn, types } = vaeTrainingStep(config, pictureSize, kind, adversarial);
    const graph = trace('VAE training step', fn, types);
    return device.load({ program: adversarial ? program.adversarial : program.plain, graph });
  };
  const isJudged = config.loss.discriminator.kind === 'patch';
  const { types } = vaeTrainingStep(config, pictureSize, kind, false);
  await load(false);
  if (isJudged) await load(true);
  const reconstruction = reconstructionGraph(config, pictureSize, layouts.autoencoder);
  await device.load({ program: program.reconstruct, graph: reconstruction });

  const tensor = (data: Float32Array, shape: readonly number[]): TensorData => ({
    dtype: 'float32',
    shape: [...shape],
    data,
  });
  function call({ batch, update, learningRate, klWeight, adversarial }: VaeTrainingStep) {
    const scalars = { klWeight, ...updateScalars(update, { ...vaeOptimiser, learningRate }, [emaRateAt(update)]) };
    return {
      program: adversarial ? program.adversarial : program.plain,
      inputs: {
        x: tensor(batch.x, types['x']!.shape),
        eps: tensor(batch.eps, types['eps']!.shape),
        ...Object.fromEntries(
          Object.entries(scalars).map(([scalar, value]) => [scalar, tensor(Float32Array.of(value), [])]),
        ),
      },
    };
  }

  return {
    burst,
    async put(state) {
      const tensors = stateFamilies.flatMap((family) => {
        const prefix = `${family}/`;
        const own = state.filter((value) => value.name.startsWith(prefix));
        const values = new Map(own.map((value) => [value.name.slice(prefix.length), value.data]));
        return packValues(values, layout).map((chunk) => ({
          ...chunk,
          name: prefix + chunk.name,
          shape: [...chunk.shape],
        }));
      });
      await device.createState({ state: name, tensors });
    },
    async read() {
      const values: ParameterValue[] = [];
      for (const family of stateFamilies) {
        const prefix = `${family}/`;
        const chunks = await device.readState({ state: name, prefix });
        const named = chunks.map((chunk) => ({ ...chunk, name: chunk.name.slice(prefix.length) }));
        values.push(...unpackValues(named, layout).map((value) => ({ ...value, name: prefix + value.name })));
      }
      return values;
    },
    async steps(steps) {
      const { outputs, outOfMemory } = await device.steps({ state: name, calls: steps.map(call) });
      if (outOfMemory && outputs.length === 0) throw new StudioError(outOfMemory);
      return outputs.map(report);
    },
    async reconstruct(x) {
      const inputs = { x: tensor(x, types['x']!.shape) };
      const answer = await device.run({ program: program.reconstruct, state: name, inputs });
      return answer['x']!.data as Float32Array;
    },
    async release() {
      await device.dropState({ state: name });
      await device.unload({ program: program.plain });
      if (isJudged) await device.unload({ program: program.adversarial });
      await device.unload({ program: program.reconstruct });
    },
  };
}

function report(outputs: Readonly<Record<string, { readonly data: ArrayLike<number> }>>): VaeReport {
  const value = (name: string): number => outputs[name]!.data[0]!;
  const committed = value('committed') === 1;
  // Shader compilers may assume that NaN does not exist; a step that should have been gated must not go unnoticed.
  if (committed && !(Number.isFinite(value('loss')) && Number.isFinite(value('gradNorm'))))
    throw studioError('engine.ignoresNaN', {});
  return {
    loss: value('loss'),
    l1: value('l1'),
    structure: value('structure'),
    kl: value('kl'),
    // Pixels go from −1 to 1: PSNR = 10·log10(2²/error), and the graph has the mean of the errors' logarithms.
    psnr: 10 * Math.log10(4) - (10 / Math.LN10) * value('logSquaredError'),
    ...(outputs['adversarial'] && {
      adversarial: value('adversarial'),
      discriminatorLoss: value('discriminatorLoss'),
    }),
    gradNorm: value('gradNorm'),
    committed,
    lossScale: 1,
  };
}
