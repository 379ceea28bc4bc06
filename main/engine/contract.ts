/** What can be asked of a device. One thread owns it; training, previews, sampling and encoding take turns there. */
import { z } from 'zod';
import { wireErrorSchema } from '../base/wire-error.ts';
import type { Client } from '../base/rpc.ts';
import { float32Array, int32Array, nothing, uint8Array } from '../base/schemas.ts';
import type { Graph } from '../tensor/ir/graph.ts';
import { deviceInfoSchema, deviceMemorySchema } from './schema.ts';

export const tensorDataSchema = z.strictObject({
  dtype: z.enum(['float32', 'int32', 'bool']),
  shape: z.array(z.int().nonnegative()),
  data: z.union([float32Array, int32Array, uint8Array]),
});
/** A tensor by value. `data.length` is the product of `shape`. */
export type TensorData = z.infer<typeof tensorDataSchema>;

export const namedTensorSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int().nonnegative()),
  data: float32Array,
});
export type NamedTensor = z.infer<typeof namedTensorSchema>;

export const deviceTraitsSchema = z.strictObject({
  /** Steps worth handing over at once, so that the device never waits for the host between them. */
  burst: z.int().positive(),
  /** How the tensors of a state should lie: many small ones, or joined into long vectors. */
  layout: z.enum(['separate', 'joined']),
  /**
   * Whose memory programs work in: each keeps for itself what it once needed, results included, which are then copied; or all take
   * turns in one, and results are written to where they belong.
   */
  workMemory: z.enum(['own', 'shared']),
});
export type DeviceTraits = z.infer<typeof deviceTraitsSchema>;

const tensors = z.record(z.string(), tensorDataSchema);
/** Graphs come from our own tracer in the same process and were checked there. */
const graph = z.custom<Graph>(
  (value) => typeof value === 'object' && value !== null && 'nodes' in value && 'types' in value,
);

export const deviceContract = {
  methods: {
    info: { input: nothing, output: deviceInfoSchema },
    /** How programs are best made for this device. */
    traits: { input: nothing, output: deviceTraitsSchema },
    memory: { input: nothing, output: deviceMemorySchema },
    /** Prepares a graph under a name. A name that is loaded already is replaced. */
    load: {
      input: z.strictObject({ program: z.string(), graph }),
      output: z.strictObject({ nodes: z.int(), milliseconds: z.number() }),
    },
    unload: { input: z.strictObject({ program: z.string() }), output: nothing },
    /** Puts named float32 tensors (weights, moments, EMA) into the device's memory. */
    createState: { input: z.strictObject({ state: z.string(), tensors: z.array(namedTensorSchema) }), output: nothing },
    /** Copies tensors of a state back: all, or those whose name begins with `prefix`. */
    readState: {
      input: z.strictObject({ state: z.string(), prefix: z.string().optional() }),
      output: z.array(namedTensorSchema),
    },
    dropState: { input: z.strictObject({ state: z.string() }), output: nothing },
    /** Runs a program; inputs that are not given come from the state by name. */
    run: {
      input: z.strictObject({ program: z.string(), state: z.string().optional(), inputs: tensors }),
      output: tensors,
    },
    /**
     * Runs programs one after another on a state: outputs that carry a state tensor's name become its next value, the
     * others are answered, for each call. A device may work through the calls as a queue; what must not happen when
     * numbers break is up to the program. When memory runs out the state is what the calls that are answered made of it, and
     * `outOfMemory` is why there are no more.
     */
    steps: {
      input: z.strictObject({
        state: z.string(),
        calls: z.array(z.strictObject({ program: z.string(), inputs: tensors })),
      }),
      output: z.strictObject({ outputs: z.array(tensors), outOfMemory: wireErrorSchema.optional() }),
    },
  },
  events: {},
} as const;

/** A device as its users see it, whichever thread or process it lives in. */
export type Device = Client<typeof deviceContract>;
