/** `cauchy bench step --profile`: where the time of a step goes. */
import { studioError } from '../../base/errors.ts';
import { networks } from '../networks.ts';
import type { BenchContext } from '../options.ts';
import { profileFactsSchema } from '../tasks/profile.ts';
import type { ProfileFacts } from '../tasks/profile.ts';

export interface Profile extends ProfileFacts {
  readonly name: 'profile';
  readonly network: string;
  readonly batch: number;
  readonly machine: BenchContext['machine'];
  readonly date: string;
}

/** Throws `bench.noProfile`: only the CPU's step has one. */
export async function profileBench(name: string, context: BenchContext): Promise<Profile> {
  const { device, network, precision, batch = networks[network]().batch } = context.options;
  if (name !== 'step' || device !== 'cpu') throw studioError('bench.noProfile', { name, device });
  const { facts } = await context.ours('profile', { device, network, batch, precision });
  const date = context.now().toISOString();
  return { name: 'profile', network, batch, ...profileFactsSchema.parse(facts), machine: context.machine, date };
}

export function formatProfile({ network, batch, steps, ms, outside_ms, ops }: Profile): string {
  const row = (op: string, value: number, calls: string) =>
    `${op.padEnd(24)}${value.toFixed(2).padStart(9)} ms${((100 * value) / ms).toFixed(1).padStart(7)} %${calls.padStart(8)}`;
  return [
    `A step of ${network} at batch ${batch}: ${ms.toFixed(1)} ms (mean of ${steps}; the profiler slows it a little)`,
    ...ops.map(({ op, ms: value, calls }) => row(op, value, `${calls} ×`)),
    row('outside kernels', outside_ms, ''),
  ].join('\n');
}
