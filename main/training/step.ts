/**
 * One step of latent consistency training as a traceable function: student, teacher, loss, RAdam, EMA.
 * The teacher is the student without gradient at the next smaller noise level, on the same noise (method §1.6).
 */
import { assertThat } from '../base/errors.ts';
import { consistencyLoss, diffusionLoss } from '../consistency/loss.ts';
import { dit, ditSpecs, timeEmbeddingSize } from '../models/dit.ts';
import type { DitConfig } from '../models/dit.ts';
import type { ParameterValue, Parameters } from '../models/parameters.ts';
import { emaUpdate } from '../optim/ema.ts';
import { radamRates, radamUpdate } from '../optim/radam.ts';
import * as ops from '../tensor/ops.ts';
import type { Tensor } from '../tensor/ops.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { trace } from '../tensor/trace/trace.ts';
import type { Tensors, TensorTypes } from '../tensor/trace/trace.ts';
import type { TensorData } from '../engine/contract.ts';
import type { Batch, NoiseInputs } from './batch.ts';
import type { NetworkConfig, RunConfig } from './schema.ts';

export type LatentShape = readonly [channels: number, height: number, width: number];

/** The families of tensors a run keeps on the device, each with every parameter's name below it. */
export const stateFamilies = ['parameters', 'm', 'v', 'ema'] as const;
/** Outputs that must be finite for a step to count. */
export const finiteOutputs = ['loss', 'gradNorm'];

/** The network of a run for latents of this shape. */
export function networkFor(network: NetworkConfig, [channels, height, width]: LatentShape): DitConfig {
  assertThat(
    height === width && height % network.patch === 0,
    `square latents that patches of ${network.patch} divide`,
    [channels, height, width],
  );
  return { channels, side: height, ...network, classes: 0, condMixing: false };
}

const float = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

const noiseTypes = (prefix: string, batch: number): TensorTypes => ({
  [`${prefix}.sigma`]: float(batch, 1, 1, 1),
  [`${prefix}.c_skip`]: float(batch, 1, 1, 1),
  [`${prefix}.c_out`]: float(batch, 1, 1, 1),
  [`${prefix}.c_in`]: float(batch, 1, 1, 1),
  [`${prefix}.time`]: float(batch, timeEmbeddingSize),
});

/** The tensors of a family, by parameter name. */
function family(inputs: Tensors, prefix: string, names: readonly string[]): Record<string, Tensor> {
  return Object.fromEntries(names.map((name) => [name, inputs[`${prefix}/${name}`]!]));
}

/**
 * f(x, σ) = c_skip·x + c_out·F(c_in·x, c_noise), with the coefficients from the host in double precision.
 * Source: Song et al., 2023, Consistency Models, Eq. 5, arXiv:2303.01469
 */
function consistencyFunction(p: Parameters, x: Tensor, inputs: Tensors, at: string, config: DitConfig): Tensor {
  const F_x = dit(p, ops.mul(x, inputs[`${at}.c_in`]!), inputs[`${at}.time`]!, config);
  return ops.add(ops.mul(x, inputs[`${at}.c_skip`]!), ops.mul(F_x, inputs[`${at}.c_out`]!));
}

/** The training step's graph. Inputs: `stepInputs` and the state; outputs: losses, `gradNorm`, and the next state. */
export function trainingGraph(run: RunConfig, shape: LatentShape): Graph {
  const config = networkFor(run.network, shape);
  const specs = ditSpecs(config);
  const names = specs.map(({ name }) => name);
  const batch = run.batchSize;
  const types: TensorTypes = {
    x_0: float(batch, ...shape),
    noise: float(batch, ...shape),
    ...noiseTypes('t', batch),
    ...noiseTypes('r', batch),
    pairWeights: float(batch),
    diffusionWeights: float(batch),
    c: float(),
    adaptive: float(),
    momentum: float(),
    emaTake: float(),
    ...Object.fromEntries(
      stateFamilies.flatMap((prefix) => specs.map(({ name, shape: size }) => [`${prefix}/${name}`, float(...size)])),
    ),
  };
  return trace('training step', (inputs) => trainingStep(inputs, names, run, config), types);
}

function trainingStep(inputs: Tensors, names: readonly string[], run: RunConfig, config: DitConfig): Tensors {
  const { x_0, noise } = inputs;
  const parameters: Parameters = family(inputs, 'parameters', names);
  const x_t = ops.add(x_0!, ops.mul(noise!, inputs['t.sigma']!));
  const x_r = ops.add(x_0!, ops.mul(noise!, inputs['r.sigma']!));
  // Outside the loss, so that no gradient flows through it.
  const teacher = consistencyFunction(parameters, x_r, inputs, 'r', config);
  const parts: { consistency?: Tensor; diffusion?: Tensor } = {};
  const { value, grads } = ops.valueAndGrads((p: Parameters) => {
    const student = consistencyFunction(p, x_t, inputs, 't', config);
    parts.consistency = consistencyLoss(student, teacher, inputs['pairWeights']!, inputs['c']!);
    parts.diffusion = diffusionLoss(student, x_0!, inputs['diffusionWeights']!);
    return ops.add(parts.consistency, ops.mul(parts.diffusion, run.diffusionLoss.weight));
  }, parameters);
  const gradNorm = ops.sqrt(ops.addAll(names.map((name) => ops.sum(ops.square(grads[name]!)))));
  const [m, v, ema] = [family(inputs, 'm', names), family(inputs, 'v', names), family(inputs, 'ema', names)];
  const rates = { adaptive: inputs['adaptive']!, momentum: inputs['momentum']! };
  const next = names.flatMap((name): [string, Tensor][] => {
    const updated = radamUpdate(
      { parameter: parameters[name]!, m: m[name]!, v: v[name]! },
      grads[name]!,
      rates,
      run.optimiser,
    );
    const average = emaUpdate(ema[name]!, updated.parameter, inputs['emaTake']!);
    return [
      [`parameters/${name}`, updated.parameter],
      [`m/${name}`, updated.m],
      [`v/${name}`, updated.v],
      [`ema/${name}`, average],
    ];
  });
  return {
    loss: value,
    consistencyLoss: parts.consistency!,
    diffusionLoss: parts.diffusion!,
    gradNorm,
    ...Object.fromEntries(next),
  };
}

const tensor = (data: Float32Array, ...shape: number[]): TensorData => ({ dtype: 'float32', shape, data });
const scalar = (value: number): TensorData => tensor(Float32Array.of(value));

/** Noise levels as inputs of a graph, under `prefix.…`. */
export function noiseTensors(
  prefix: string,
  { sigma, c_skip, c_out, c_in, time }: NoiseInputs,
): Record<string, TensorData> {
  const column = (data: Float32Array) => tensor(data, data.length, 1, 1, 1);
  return {
    [`${prefix}.sigma`]: column(sigma),
    [`${prefix}.c_skip`]: column(c_skip),
    [`${prefix}.c_out`]: column(c_out),
    [`${prefix}.c_in`]: column(c_in),
    [`${prefix}.time`]: tensor(time, sigma.length, timeEmbeddingSize),
  };
}

/** The inputs of a step: the batch, and the rates of update number `update` (from 1). */
export function stepInputs(
  batch: Batch,
  shape: LatentShape,
  run: RunConfig,
  update: number,
  emaRate: number,
): Record<string, TensorData> {
  const { adaptive, momentum } = radamRates(update, run.optimiser);
  return {
    x_0: tensor(batch.x_0, run.batchSize, ...shape),
    noise: tensor(batch.noise, run.batchSize, ...shape),
    ...noiseTensors('t', batch.t),
    ...noiseTensors('r', batch.r),
    pairWeights: tensor(batch.pairWeights, run.batchSize),
    diffusionWeights: tensor(batch.diffusionWeights, run.batchSize),
    c: scalar(batch.c),
    adaptive: scalar(adaptive),
    momentum: scalar(momentum),
    emaTake: scalar(1 - emaRate),
  };
}

/** A run's state before its first step: moments 0, the average equal to the weights. */
export function initialState(
  parameters: readonly ParameterValue[],
): { name: string; shape: number[]; data: Float32Array }[] {
  return stateFamilies.flatMap((prefix) =>
    parameters.map(({ name, shape, data }) => ({
      name: `${prefix}/${name}`,
      shape: [...shape],
      data: prefix === 'm' || prefix === 'v' ? new Float32Array(data.length) : data.slice(),
    })),
  );
}

/** Outputs `x`: f of `batch` noisy latents `x` at `at.…`, with the averaged weights (`ema/…`) of a run's state. */
export function samplingGraph(network: NetworkConfig, shape: LatentShape, batch: number): Graph {
  const config = networkFor(network, shape);
  const specs = ditSpecs(config);
  const names = specs.map(({ name }) => name);
  return trace(
    'sampling step',
    (inputs) => ({ x: consistencyFunction(family(inputs, 'ema', names), inputs['x']!, inputs, 'at', config) }),
    {
      x: float(batch, ...shape),
      ...noiseTypes('at', batch),
      ...Object.fromEntries(specs.map(({ name, shape: size }) => [`ema/${name}`, float(...size)])),
    },
  );
}
