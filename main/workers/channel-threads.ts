/**
 * Measures latents with several threads, each of which has some channels: so every number is computed by one thread from the rows in
 * their order, and is the same however many threads there are.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { connect } from '../base/rpc.ts';
import { measureHere } from '../latents/measure/measure.ts';
import type { Measurer, OpenMeasurer, Work } from '../latents/measure/measure.ts';
import { channelsContract } from './channels.contract.ts';
import { threadPort } from './ports.ts';

const mostThreads = 4;
/** Fewer values are measured before threads have started. */
const leastValues = 2 ** 23;

export const channelThreads: OpenMeasurer = (work) =>
  work.values < leastValues ? measureHere(work) : measureInThreads(work, Math.min(mostThreads, availableParallelism()));

export function measureInThreads({ channels, blocks, tasks }: Omit<Work, 'values'>, threads: number): Measurer {
  const count = Math.max(1, Math.min(threads, channels));
  const workers = Array.from({ length: count }, () => new Worker(new URL('./channels.worker.js', import.meta.url)));
  const calls = workers.map((worker) => connect(channelsContract, threadPort(worker, 'measuring')).call);
  const opened = tasks.then((all) =>
    Promise.all(calls.map((call, thread) => call.open({ tasks: all.filter((_, i) => i % count === thread), blocks }))),
  );
  // Whoever adds a block hears of it.
  opened.catch(() => undefined);
  return {
    add: async ({ values, firstRow, memory }) => {
      await opened;
      const block = blocks.indexOf(memory);
      await Promise.all(calls.map((call) => call.add({ block, length: values.length, firstRow })));
    },
    endPass: async () => {
      const ends = await Promise.all(calls.map((call) => call.endPass({})));
      return ends.some(({ again }) => again);
    },
    results: async () => {
      const parts = await Promise.all(calls.map((call) => call.results({})));
      return parts.flat().sort((a, b) => a.statistics.channel - b.statistics.channel);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
