/** A thread that measures some channels of latents. */
import type { Handlers } from '../base/rpc.ts';
import { serve } from '../base/rpc.ts';
import { ChannelMeasure } from '../latents/measure/channel.ts';
import { channelsContract } from './channels.contract.ts';
import { ownThreadPort } from './ports.ts';

let channels: readonly ChannelMeasure[] = [];
let memory: readonly Float32Array[] = [];

const handlers: Handlers<typeof channelsContract> = {
  open: ({ tasks, blocks }) => {
    channels = tasks.map((task) => new ChannelMeasure(task));
    memory = blocks;
    return {};
  },
  add: ({ block, length, firstRow }) => {
    const values = memory[block]!.subarray(0, length);
    for (const channel of channels) channel.add(values, firstRow);
    return {};
  },
  // Not `some`: every channel ends its pass.
  endPass: () => ({ again: channels.filter((channel) => channel.endPass()).length > 0 }),
  results: () => channels.map(({ result }) => result!),
};

serve(channelsContract, handlers, ownThreadPort());
