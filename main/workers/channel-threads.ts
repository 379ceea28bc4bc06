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

/** This thread measures some of the channels, and `threads` − 1 others the rest. */
export function measureInThreads({ channels, blocks, tasks }: Omit<Work, 'values'>, threads: number): Measurer {
  const count = Math.max(1, Math.min(threads, channels));
  const ofThread = (thread: number) => tasks.then((all) => all.filter((_, i) => i % count === thread));
  const here = measureHere({ tasks: ofThread(0) });
  const others = Array.from({ length: count - 1 }, (_, i) => startThread(ofThread(i + 1), blocks));
  const all = [...others, here];
  return {
    // The others are told first: this thread is busy with its own channels then.
    add: async (block) => void (await Promise.all(all.map((measurer) => measurer.add(block)))),
    endPass: async () => (await Promise.all(all.map((measurer) => measurer.endPass()))).includes(true),
    results: async () => {
      const parts = await Promise.all(all.map((measurer) => measurer.results()));
      return parts.flat().sort((a, b) => a.statistics.channel - b.statistics.channel);
    },
    close: async () => void (await Promise.all(all.map((measurer) => measurer.close()))),
  };
}

function startThread(tasks: Work['tasks'], blocks: readonly Float32Array[]): Measurer {
  const worker = new Worker(new URL('./channels.worker.js', import.meta.url));
  const { call } = connect(channelsContract, threadPort(worker, 'measuring'));
  const opened = tasks.then((own) => call.open({ tasks: own, blocks }));
  // Whoever adds a block hears of it.
  opened.catch(() => undefined);
  return {
    add: async ({ values, firstRow, memory }) => {
      await opened;
      await call.add({ block: blocks.indexOf(memory), length: values.length, firstRow });
    },
    endPass: async () => (await call.endPass({})).again,
    results: () => call.results({}),
    close: async () => void (await worker.terminate()),
  };
}
