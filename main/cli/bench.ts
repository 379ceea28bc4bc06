/** `cauchy bench`: measures the studio, beside PyTorch and others where a Python is given. */
import { join, resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import { runBench } from '../bench/bench.ts';
import { benchOptionsSchema, createContext } from '../bench/options.ts';
import { formatProfile, profileBench } from '../bench/benches/profile.ts';
import { formatResults } from '../bench/table.ts';
import type { Output } from './output.ts';
import { programFolder, resourcesFolder } from './node-studio.ts';

/** The choices as commander read them; what they may be is up to the schema. */
export interface BenchArguments {
  readonly [option: string]: unknown;
  readonly peers?: string;
}

const sideScript = join(programFolder, 'dist', 'main', 'bench', 'side.process.js');

export async function benchCommand(name: string, given: BenchArguments, output: Output): Promise<void> {
  const peers = given.peers === undefined ? join(programFolder, 'tests', 'bench', 'peers') : resolve(given.peers);
  const options = benchOptionsSchema.safeParse({ ...given, peers, resources: resourcesFolder });
  if (!options.success)
    throw studioError('api.invalidInput', { method: `bench ${name}`, problems: problemsOf(options.error) });
  const context = createContext(options.data, sideScript);
  try {
    if (options.data.profile) {
      const profile = await profileBench(name, context);
      output.result(profile, formatProfile(profile));
      return;
    }
    const results = await runBench(name, context);
    output.result(results, formatResults(results));
  } finally {
    context.close();
  }
}
