/** Whether the loader keeps up: the time to prepare a batch against the time of the step that it is for. */
import { hold } from '../contest.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';
import { configOf } from '../tasks/training.ts';

/** The fastest step of all presets is the hardest to feed. */
const preset = 'quick-look';

export async function loadBench(context: BenchContext): Promise<Result[]> {
  const { device, resources } = context.options;
  const { batchSize } = await configOf({ resources, preset });
  const { result } = await hold({
    ...context,
    name: 'load',
    device,
    setting: { preset, batch: batchSize },
    ours: await context.ours('loader', { resources, preset }),
    peer: await context.ours('training', { device, resources, preset }, 'the training step'),
  });
  return [
    {
      ...result,
      per_second: (1000 * batchSize) / result.ms,
      peer_per_second: (1000 * batchSize) / result.peer_ms!,
    },
  ];
}
