/** The training step against PyTorch's, and against the rate of the runtime's own matrix products. */
import { hold } from '../contest.ts';
import { networks } from '../networks.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';
import { emaRate, optimiser } from '../step-graph.ts';
import { median } from '../statistics.ts';
import { stepFactsSchema } from '../tasks/step.ts';
import type { StepSpec } from '../tasks/step.ts';

/**
 * The loss is a logarithm of some ten thousand, so its relative error is a tenth of the network's: float32 summed in other
 * orders gives 1e-7, products in 10-bit TF32 1e-4, in autocast's bfloat16 1e-3.
 */
const toleranceOf = ({ device, peer, precision }: BenchContext['options']): number =>
  peer === 'compile' || precision === 'mixed' ? 1e-2 : device === 'cpu' ? 1e-5 : 1e-3;
const peerTitle = ({ peer, precision }: BenchContext['options']): string =>
  peer === 'compile'
    ? 'PyTorch compiled, autocast'
    : precision === 'mixed'
      ? 'PyTorch eager, autocast'
      : 'PyTorch eager';
/**
 * Steps whose losses are compared. Later ones differ because training amplifies rounding: on CUDA, where a round has 40 steps,
 * they agreed to 2e-7 for 230 steps and to 1e-2 thirty steps later.
 */
const comparedSteps = 8;

export async function stepBench(context: BenchContext): Promise<Result[]> {
  const { options } = context;
  const network = networks[options.network]();
  const batch = options.batch ?? network.batch;
  const { device, precision } = options;
  const spec: StepSpec = { device, network: options.network, batch, precision };
  const ours = await context.ours('step', spec);
  const { flops, products, starts, parameters, nodes, stepsPerRound } = stepFactsSchema.parse(ours.facts);
  const gemm = await context.ours('gemm', { device, precision, products });
  const compile = options.peer === 'compile';
  const peer = await context.peer(peerTitle(options), 'step', {
    device,
    config: network.config,
    x: network.x,
    time: network.time,
    y: network.x,
    batch,
    starts,
    optimiser,
    emaRate,
    steps: stepsPerRound,
    compile,
    autocast: compile || precision === 'mixed',
  });
  const { result, beside } = await hold({
    ...context,
    name: 'step',
    device,
    setting: { network: options.network, batch, precision, parameters, nodes, gflop: flops / 1e9 },
    ours,
    peer,
    beside: [gemm],
    agreement: { values: comparedSteps, tolerance: toleranceOf(options) },
  });
  const perMs = flops / 1e6;
  const gemmRate = perMs / median(beside[0]!.ms);
  return [
    {
      ...result,
      gemm_gflops: gemmRate,
      effective_gflops: perMs / result.ms,
      gemm_share: perMs / result.ms / gemmRate,
      per_second: (1000 * batch) / result.ms,
      ...(result.peer_ms === null
        ? {}
        : { peer_gflops: perMs / result.peer_ms, peer_per_second: (1000 * batch) / result.peer_ms }),
    },
  ];
}
