/** A thread that measures some channels of latents. */
import type { Handlers } from '../base/rpc.ts';
import { serve } from '../base/rpc.ts';
import { ChannelMeasure } from '../latents/measure/channel.ts';
import { readyBlocks } from '../latents/measure/queue.ts';
import type { ReadyBlock } from '../latents/measure/queue.ts';
import { channelsContract } from './channels.contract.ts';
import { ownThreadPort } from './ports.ts';

let channels: readonly ChannelMeasure[] = [];
let memory: readonly Float32Array[] = [];
let blocksOfPass = (): Iterable<ReadyBlock> => [];

const handlers: Handlers<typeof channelsContract> = {
  open: ({ tasks, blocks, queue, ...place }) => {
    channels = tasks.map((task) => new ChannelMeasure(task));
    memory = blocks;
    blocksOfPass = () => readyBlocks(queue, { ...place, blocks: blocks.length });
    return {};
  },
  pass: () => {
    for (const { block, length, firstRow } of blocksOfPass()) {
      const values = memory[block]!.subarray(0, length);
      for (const channel of channels) channel.add(values, firstRow);
    }
    // Not `some`: every channel ends its pass.
    return { again: channels.filter((channel) => channel.endPass()).length > 0 };
  },
  results: () => channels.map(({ result }) => result!),
};

serve(channelsContract, handlers, ownThreadPort());
