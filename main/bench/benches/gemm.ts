/** Square matrix products by size: what the device can do at best. */
import { hold } from '../contest.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';

const sizes = { cpu: [128, 256, 512, 1024, 2048], gpu: [512, 1024, 2048, 4096, 8192] };
/** Products in a round: starting a run should weigh little. */
const perRound = 8;

export async function gemmBench(context: BenchContext): Promise<Result[]> {
  const { device, precision } = context.options;
  const results: Result[] = [];
  for (const size of device === 'cpu' ? sizes.cpu : sizes.gpu) {
    const product = { batch: 1, rows: size, inner: size, columns: size, transposeA: false, transposeB: false };
    const { result } = await hold({
      ...context,
      name: 'gemm',
      device,
      setting: { size, products: perRound, precision },
      ours: await context.ours('gemm', { device, precision, products: [{ product, count: perRound }] }),
      peer: await context.peer('PyTorch eager', 'gemm', { device, precision, size, count: perRound }),
    });
    const rate = (ms: number) => (2 * size ** 3 * perRound) / ms / 1e6;
    results.push({
      ...result,
      gemm_gflops: rate(result.ms),
      ...(result.peer_ms === null ? {} : { peer_gflops: rate(result.peer_ms) }),
    });
  }
  return results;
}
