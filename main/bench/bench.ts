/** The benchmarks by name. */
import { studioError } from '../base/errors.ts';
import { eagerBench } from './benches/eager.ts';
import { decodeBench, encodeBench } from './benches/encode.ts';
import { gemmBench } from './benches/gemm.ts';
import { loadBench } from './benches/load.ts';
import { otBench } from './benches/ot.ts';
import { sampleBench } from './benches/sample.ts';
import { stepBench } from './benches/step.ts';
import type { BenchContext } from './options.ts';
import type { Result } from './result.ts';

const benches = {
  step: stepBench,
  encode: encodeBench,
  decode: decodeBench,
  sample: sampleBench,
  ot: otBench,
  load: loadBench,
  eager: eagerBench,
  gemm: gemmBench,
} as const satisfies Readonly<Record<string, (context: BenchContext) => Promise<Result[]>>>;

export const benchNames = Object.keys(benches);

/** Runs a benchmark. Throws `bench.unknown`, and what its sides say. */
export async function runBench(name: string, context: BenchContext): Promise<Result[]> {
  const bench = Object.entries(benches).find(([known]) => known === name)?.[1];
  if (!bench) throw studioError('bench.unknown', { name, known: benchNames });
  return bench(context);
}
