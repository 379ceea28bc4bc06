/** Tiny VAEs of every family and layout against what diffusers computes with the same files (reference/vaes.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Device, TensorData } from '../../main/engine/contract.ts';
import { createLocalDevice, localDevice } from '../../main/engine/local-device.ts';
import { createWebGpuDevice } from '../../main/engine/webgpu-device.ts';
import { autoencoderOf } from '../../main/models/autoencoder.ts';
import type { AutoencoderConfig } from '../../main/models/autoencoder.ts';
import type { Graph } from '../../main/tensor/ir/graph.ts';
import { mixedPrecision } from '../../main/tensor/passes/mixed-precision.ts';
import { writeSafetensors } from '../../main/storage/safetensors.ts';
import { inferConfig } from '../../main/vae/formats/infer.ts';
import { readVae } from '../../main/vae/formats/read.ts';
import { decoderGraph, encoderGraph } from '../../main/vae/vae.ts';
import type { Vae } from '../../main/vae/vae.ts';
import { temporaryFolder } from '../support/folders.ts';
import { noSoftwareVulkan, useSoftwareVulkan } from '../support/software-vulkan.ts';

useSoftwareVulkan();
const folder = join(import.meta.dirname, 'vaes');
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

interface Values {
  readonly shape: number[];
  readonly values: number[];
}
interface Expected {
  readonly picture: number[];
  readonly mean: Values;
  readonly logVariance?: Values;
  readonly x: Values;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
/** The script's numbers: scale · sin(0.37 (j + 1) + 1.3 k). */
const numbers = (shape: readonly number[], k: number, scale: number): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, (_, j) => scale * Math.sin(0.37 * (j + 1) + 1.3 * k));

async function run(device: Device, graph: Graph, name: string, shape: readonly number[], k: number) {
  await device.load({ program: 'test', graph });
  const input: TensorData = { dtype: 'float32', shape: [...shape], data: numbers(shape, k, 1) };
  return device.run({ program: 'test', inputs: { [name]: input } });
}

const float32 = { rtol: 1e-4, atol: 1e-4, because: 'float32 sums in another order through some twenty layers' };

/** Encoder and decoder on `device` give what diffusers gave. */
async function expectSame(device: Device, vae: Vae, expected: Expected, tolerance = float32, pass = (g: Graph) => g) {
  const [batch, , height, width] = expected.picture as [number, number, number, number];
  const latents = expected.mean.shape;
  const encoded = await run(device, pass(encoderGraph(vae, batch, height, width)), 'x', expected.picture, 0);
  const decoded = await run(device, pass(decoderGraph(vae, batch, latents[2]!, latents[3])), 'z', latents, 1);
  const wanted = { mean: expected.mean, ...(expected.logVariance && { logVariance: expected.logVariance }) };
  expect(Object.keys(encoded)).toEqual(Object.keys(wanted));
  for (const [name, { shape, values }] of Object.entries({ ...wanted, x: expected.x })) {
    const { shape: got, data } = (name === 'x' ? decoded : encoded)[name]!;
    expect(got, name).toEqual(shape);
    expect(data, name).toBeAllClose(values, tolerance);
  }
}

const cpu = createLocalDevice(1);
const families = ['kl-f32', 'kl-16-bf16', 'kl-old-f16', 'tiny-f16'];

describe('a VAE that diffusers saved', () => {
  it.each(families)('%s encodes and decodes as in diffusers', async (name) => {
    const vae = await readVae(join(folder, name));
    await expectSame(cpu, vae, read(`${name}/expected.json`) as Expected);
  });

  it('says what its makers scale latents by, and what it needs', async () => {
    expect(await readVae(join(folder, 'kl-16-bf16'))).toMatchObject({
      scaling: { factor: 0.3611, shift: 0.1159 },
      latentChannels: 16,
      reduction: 4,
      needsFullPrecision: false,
      hasPosterior: true,
    });
    expect(await readVae(join(folder, 'kl-f32'))).toMatchObject({ needsFullPrecision: true });
    expect(await readVae(join(folder, 'tiny-f16'))).toMatchObject({ hasPosterior: false, needsFullPrecision: false });
  });

  it('computes in mixed precision to the rounding of float16', async () => {
    const half = {
      rtol: 2e-2,
      atol: 4e-2,
      because: 'a rounding of 2⁻¹¹ in each of some twenty layers, norms in float32',
    };
    for (const name of ['kl-old-f16', 'tiny-f16'])
      await expectSame(
        cpu,
        await readVae(join(folder, name)),
        read(`${name}/expected.json`) as Expected,
        half,
        mixedPrecision,
      );
  });
});

describe('a checkpoint in the layout of LDM, without a configuration', () => {
  const golden = read('ldm.json') as {
    readonly tensors: { readonly name: string; readonly shape: number[] }[];
    readonly expected: Expected;
  };
  const weights = golden.tensors.map(({ name, shape }, k) => {
    const scale = shape.length === 1 ? 1 : 2 / Math.sqrt(sizeOf(shape.slice(1)));
    return { name, shape, data: numbers(shape, k, scale) };
  });

  it('encodes and decodes as in diffusers, whatever else it holds', async () => {
    const path = join(await temporaryFolder(), 'model.safetensors');
    const unet = { name: 'model.diffusion_model.input_blocks.0.0.weight', shape: [2], data: new Float32Array(2) };
    await writeSafetensors(path, [unet, ...weights]);
    const vae = await readVae(path);
    expect(vae.config).toEqual({
      kind: 'kl',
      latentChannels: 4,
      blockOutChannels: [32, 64],
      layersPerBlock: 1,
      normGroups: 32,
      midBlockAttention: true,
      quantConv: true,
      postQuantConv: true,
    });
    await expectSame(cpu, vae, golden.expected);
  });
});

describe('the architectures that are in use', () => {
  const golden = read('shapes.json') as Record<string, { count: number; shapes: Record<string, number[]> }>;
  const stableDiffusion: AutoencoderConfig = {
    kind: 'kl',
    latentChannels: 4,
    blockOutChannels: [128, 256, 512, 512],
    layersPerBlock: 2,
    normGroups: 32,
    midBlockAttention: true,
    quantConv: true,
    postQuantConv: true,
  };
  const taesd: AutoencoderConfig = {
    kind: 'tiny',
    latentChannels: 4,
    encoderWidth: 64,
    decoderWidth: 64,
    encoderBlocks: [1, 3, 3, 3],
    decoderBlocks: [3, 3, 3, 1],
  };

  it.each([
    ['stableDiffusion', stableDiffusion, 83_653_863],
    ['taesd', taesd, 2_445_063],
  ] as const)('%s has the parameters of diffusers, and is told by their shapes', (name, config, count) => {
    const { encoderSpecs, decoderSpecs } = autoencoderOf(config);
    const specs = [...encoderSpecs, ...decoderSpecs];
    expect(Object.fromEntries(specs.map(({ name: parameter, shape }) => [parameter, shape]))).toEqual(
      golden[name]!.shapes,
    );
    expect(specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(count);
    expect(golden[name]!.count).toBe(count);
    expect(inferConfig(config.kind, new Map(Object.entries(golden[name]!.shapes)))).toEqual(config);
  });
});

describe.skipIf(noSoftwareVulkan)('on WebGPU', () => {
  const gpu = localDevice(createWebGpuDevice({ name: 'software Vulkan' }));
  // Every convolution of its own shape is a shader that the software device compiles for a second or two.
  it.each(['kl-f32', 'kl-16-bf16', 'tiny-f16'])(
    '%s encodes and decodes as in diffusers',
    { timeout: 240_000 },
    async (name) => {
      await expectSame(gpu, await readVae(join(folder, name)), read(`${name}/expected.json`) as Expected);
    },
  );
});
