/** The compiled training step against the same functions run by TF.js op by op. */
import { hold } from '../contest.ts';
import { networks } from '../networks.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';

export async function eagerBench(context: BenchContext): Promise<Result[]> {
  const { device, network, batch = networks[network]().batch } = context.options;
  const { result } = await hold({
    ...context,
    name: 'eager',
    device,
    setting: { network, batch },
    ours: await context.ours('step', { device, network, batch, precision: 'full' }),
    peer: await context.ours('eager', { device: 'cpu', network, batch, precision: 'full' }, 'TF.js eager, wasm'),
    // The wasm backend's transcendental functions are its own.
    agreement: { values: 2, tolerance: 1e-3 },
    // A step of the peer takes many seconds, so that a few say enough.
    rounds: { ...context.rounds, rounds: Math.min(context.rounds.rounds, 3), warmUp: 1 },
  });
  return [result];
}
