/** What the threads do that measure latents, each some channels of every row. */
import { z } from 'zod';
import { float32Array, nothing } from '../base/schemas.ts';
import type { ChannelTask } from '../latents/measure/channel.ts';
import type { ChannelResult } from '../latents/measure/result.ts';

/** Both ends are of this program, and tasks and results are made of large arrays: they are not looked into. */
const task = z.custom<ChannelTask>((value) => typeof value === 'object' && value !== null, 'expected a task');
const result = z.custom<ChannelResult>((value) => typeof value === 'object' && value !== null, 'expected a result');

export const channelsContract = {
  methods: {
    /** `blocks` is memory that all threads share. */
    open: {
      input: z.strictObject({ tasks: z.array(task).readonly(), blocks: z.array(float32Array).readonly() }),
      output: nothing,
    },
    /** The first `length` numbers of a block are whole rows, the first of which is this one of the set. */
    add: {
      input: z.strictObject({ block: z.int().nonnegative(), length: z.int().nonnegative(), firstRow: z.int() }),
      output: nothing,
    },
    endPass: { input: nothing, output: z.strictObject({ again: z.boolean() }) },
    results: { input: nothing, output: z.array(result) },
  },
  events: {},
} as const;
