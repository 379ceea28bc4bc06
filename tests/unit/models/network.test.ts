import { expect, it } from 'vitest';
import { ditPatches, ditSizes } from '../../../main/models/dit-sizes.ts';
import { networkSpecs } from '../../../main/models/network.ts';
import type { NetworkConfig } from '../../../main/models/network.ts';
import { runConfigSchema } from '../../../main/training/schema.ts';

const networkOf = (network: object) =>
  runConfigSchema.parse({ network, batchSize: 1, length: { kind: 'steps', steps: 1 } }).network;
const dit = networkOf({ kind: 'dit', patch: 4, width: 32, depth: 1, heads: 2 });
const unet = networkOf({ kind: 'unet', width: 32, headChannels: 32 });

it('a network whose cells do not divide the latents says so in the words of the settings', () => {
  for (const [network, cell] of [
    [dit, 4],
    [unet, 8],
  ] as const) {
    expect(networkSpecs(network, [4, 16, 16]).length).toBeGreaterThan(10);
    const refused = expect(() => networkSpecs(network, [4, 10, 10]));
    refused.toThrow(
      expect.objectContaining({
        code: 'run.networkDoesNotFit',
        kind: 'user',
        details: { width: 10, height: 10, cell },
      }),
    );
  }
});

it('a U-Net whose attention heads do not divide its channels is refused before anything is built', () => {
  const shape = [4, 16, 16] as const;
  expect(() => networkSpecs(networkOf({ kind: 'unet', width: 96 }), shape)).toThrow(/multiple of headChannels, 64/);
  expect(networkSpecs(networkOf({ kind: 'unet', width: 96, headChannels: 32 }), shape).length).toBeGreaterThan(10);
});

it('a U-Net with instance norm needs more than one place on its deepest level', () => {
  const instance = { ...unet, norm: 'instance' } as NetworkConfig;
  expect(() => networkSpecs(instance, [4, 8, 8])).toThrow(/deepest of 4 levels has 1 × 1/);
  expect(networkSpecs(instance, [4, 16, 16]).length).toBeGreaterThan(10);
  expect(networkSpecs(unet, [4, 8, 8]).length).toBeGreaterThan(10);
});

it('a DiT whose width its heads, positions or rotations do not divide is refused with the numbers', () => {
  const specs = (change: object) => networkSpecs({ ...dit, ...change }, [4, 16, 16]);
  expect(() => specs({ width: 32, heads: 3 })).toThrow(/width, 32, must be a multiple of its heads, 3/);
  expect(() => specs({ width: 18, heads: 1, rope: false })).toThrow(/width, 18, must be a multiple of 4/);
  expect(() => specs({ width: 24, heads: 4 })).toThrow(/each head's share of the width, 6, must be a multiple of 4/);
  expect(specs({ width: 24, heads: 4, rope: false }).length).toBeGreaterThan(10);
});

it('the four sizes of the DiT suit every patch', () => {
  for (const size of Object.values(ditSizes))
    for (const patch of ditPatches) {
      const specs = networkSpecs({ ...dit, kind: 'dit', ...size, patch } as NetworkConfig, [4, 32, 32]);
      expect(specs.find(({ name }) => name === 'x_embedder.proj.weight')!.shape).toEqual([size.width, 4, patch, patch]);
    }
});
