/** The optimal-transport coupling of a batch against SciPy's exact assignment, the cost matrix by NumPy included. */
import { hold } from '../contest.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';

/** Latents of 256 px pictures: 4 × 32 × 32. */
const dimensions = 4096;
const batches = [128, 512];

export async function otBench(context: BenchContext): Promise<Result[]> {
  const results: Result[] = [];
  for (const batch of context.options.batch === undefined ? batches : [context.options.batch]) {
    const spec = { batch, dimensions };
    const { result } = await hold({
      ...context,
      name: 'ot',
      // Coupling happens on the host, whatever the device.
      device: 'cpu',
      setting: spec,
      ours: await context.ours('ot', spec),
      peer: await context.peer('NumPy and SciPy', 'ot', spec),
      // Both are optimal; the costs are sums of float32 products.
      agreement: { values: 1, tolerance: 1e-5 },
    });
    results.push(result);
  }
  return results;
}
