/** Making 64 pictures from seeds, one pass through the network each, decoding included. */
import { join } from 'node:path';
import { objectiveOf } from '../../training/objectives/index.ts';
import { hold } from '../contest.ts';
import { peerConfig } from '../networks.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';
import { startsSchema } from '../tasks/step.ts';
import { configOf, latentShape } from '../tasks/training.ts';

const preset = 'evening';
const count = 64;
/** Pictures at once, as the studio does it. */
const batch = 16;

export async function sampleBench(context: BenchContext): Promise<Result[]> {
  const { device, resources } = context.options;
  const config = await configOf({ resources, preset });
  const ours = await context.ours('sample', { device, resources, preset, count, batch });
  const { noiseStd, c_skip, c_out, c_in, time } = objectiveOf(config).sampling({ kind: 'nfe', nfe: 1 })[0]!;
  const { result } = await hold({
    ...context,
    name: 'sample',
    device,
    setting: { preset, pictures: count, steps: 1 },
    ours,
    peer: await context.peer('PyTorch eager', 'sample', {
      device,
      vae: join(resources, 'vae', 'starter.safetensors'),
      config: peerConfig(config.network, latentShape),
      starts: startsSchema.parse(ours.facts['starts']),
      shape: latentShape,
      count,
      batch,
      noiseStd,
      c_skip,
      c_out,
      c_in,
      time: [...time],
    }),
  });
  const perSecond = (ms: number) => (1000 * count) / ms;
  return [
    {
      ...result,
      per_second: perSecond(result.ms),
      ...(result.peer_ms === null ? {} : { peer_per_second: perSecond(result.peer_ms) }),
    },
  ];
}
