import { expect, it } from 'vitest';
import { networkSpecs } from '../../../main/models/network.ts';
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
