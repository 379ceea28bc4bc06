/** What the threads do that measure latents, each some channels of every row. */
import { assertThat } from '../base/errors.ts';
import type { Schema } from '../base/rpc.ts';
import type { ChannelTask } from '../latents/measure/channel.ts';
import type { ChannelResult } from '../latents/measure/result.ts';

/**
 * Both ends are of this program and start together, and tasks and results are made of large arrays: they are not looked into. No zod
 * either, which such a thread would take most of its time to start for.
 */
const trusted = <T extends object>(): Schema<T> => ({
  parse: (value) => {
    assertThat(typeof value === 'object' && value !== null, 'an object', value);
    return value as T;
  },
});

export interface Opening {
  readonly tasks: readonly ChannelTask[];
  /** Memory that all threads share. */
  readonly blocks: readonly Float32Array[];
  /** Says when which block is to be measured. */
  readonly queue: Int32Array;
  /** This one, of so many. */
  readonly thread: number;
  readonly threads: number;
}

export const channelsContract = {
  methods: {
    open: { input: trusted<Opening>(), output: trusted<object>() },
    /** Measures what the queue has until a pass ends; nothing else is heard meanwhile. */
    pass: { input: trusted<object>(), output: trusted<{ readonly again: boolean }>() },
    results: { input: trusted<object>(), output: trusted<ChannelResult[]>() },
  },
  events: {},
} as const;
