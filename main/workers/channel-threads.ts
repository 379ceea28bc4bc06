/**
 * Measures latents with several threads, each of which has some channels: so every number is computed by one thread from the rows in
 * their order, and is the same however many threads there are. This thread only reads.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { connect } from '../base/rpc.ts';
import { measureHere } from '../latents/measure/measure.ts';
import type { Measurer, OpenMeasurer, Work } from '../latents/measure/measure.ts';
import { BlockQueue } from '../latents/measure/queue.ts';
import { channelsContract } from './channels.contract.ts';
import { threadPort } from './ports.ts';

const mostThreads = 4;
/** Fewer values are measured before threads have started. */
const leastValues = 2 ** 23;

export const channelThreads: OpenMeasurer = (work) =>
  work.values < leastValues ? measureHere(work) : measureInThreads(work, Math.min(mostThreads, availableParallelism()));

export function measureInThreads({ channels, blocks, tasks }: Omit<Work, 'values'>, most: number): Measurer {
  const threads = Math.max(1, Math.min(most, channels));
  const queue = new BlockQueue(blocks.length, threads);
  const all = Array.from({ length: threads }, (_, thread) => {
    const worker = new Worker(new URL('./channels.worker.js', import.meta.url));
    const { call } = connect(channelsContract, threadPort(worker, 'measuring'));
    const own = tasks.then((every) => every.filter((_task, i) => i % threads === thread));
    const opened = own.then((given) => call.open({ tasks: given, blocks, queue: queue.shared, thread, threads }));
    // Whoever begins a pass hears of it.
    opened.catch(() => undefined);
    return { worker, opened, call };
  });
  /** Whether each thread needs another pass, once it is through with this one. */
  let pass: Promise<boolean[]> | undefined;
  const begin = () => {
    if (pass) return pass;
    pass = Promise.all(all.map(async ({ opened, call }) => (await opened, (await call.pass({})).again)));
    // Whoever adds a block hears of it.
    pass.catch((thrown: unknown) => queue.fail(thrown));
    return pass;
  };
  return {
    add: ({ values, firstRow, memory }) => {
      void begin();
      return queue.add({ block: blocks.indexOf(memory), length: values.length, firstRow });
    },
    endPass: async () => {
      const ended = begin();
      queue.endPass();
      pass = undefined;
      return (await ended).includes(true);
    },
    results: async () => {
      const parts = await Promise.all(all.map(({ call }) => call.results({})));
      return parts.flat().sort((a, b) => a.statistics.channel - b.statistics.channel);
    },
    close: async () => void (await Promise.all(all.map(({ worker }) => worker.terminate()))),
  };
}
