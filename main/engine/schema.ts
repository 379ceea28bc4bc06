/** What the screens know about devices. */
import { z } from 'zod';

export const deviceKindSchema = z.enum(['cpu', 'webgpu', 'cuda', 'tensorflow']);
export type DeviceKind = z.infer<typeof deviceKindSchema>;

/** The field's word for each. */
export const deviceTerms: Readonly<Record<DeviceKind, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  tensorflow: 'TensorFlow',
};

/** What the person asked for: a kind, or the fastest one that can be trusted. */
export const deviceChoiceSchema = z.union([z.literal('auto'), deviceKindSchema]);
export type DeviceChoice = z.infer<typeof deviceChoiceSchema>;

/** A device as it is found by looking: nothing was tried. */
export const deviceInfoSchema = z.strictObject({
  kind: deviceKindSchema,
  /** The hardware's own name. */
  name: z.string(),
  threads: z.int().positive().optional(),
  memoryBytes: z.number().positive().optional(),
  /** The driver's name and version, as far as the system tells. */
  driver: z.string().optional(),
  /** Why it can't be used, in plain words; absent when nothing speaks against it. */
  unusable: z.string().optional(),
  /** What the person can do about that. */
  advice: z.string().optional(),
  /** Why it is no faster than the processor: a program that only looks like a graphics card, mostly. Never chosen on its own. */
  slow: z.string().optional(),
});
export type DeviceInfo = z.infer<typeof deviceInfoSchema>;

/** The model whose step was timed. */
export const timedModelSchema = z.strictObject({
  name: z.string(),
  parameters: z.int().positive(),
  batchSize: z.int().positive(),
});
export type TimedModel = z.infer<typeof timedModelSchema>;

export const checkedPartSchema = z.enum(['encode', 'train', 'sample']);
export type CheckedPart = z.infer<typeof checkedPartSchema>;

/** What trying a device gave. What is absent was not reached; `problem` then says why. */
export const deviceMeasurementSchema = z.strictObject({
  /** Best rate of products of two `size` × `size` matrices in float32, in 10⁹ operations a second. */
  gemm: z.strictObject({ size: z.int().positive(), gflops: z.number().positive() }).optional(),
  /** Largest difference from the CPU's numbers in each part, as a share of the largest number there. */
  deviations: z.array(z.strictObject({ part: checkedPartSchema, deviation: z.number().nonnegative() })),
  step: z.strictObject({ model: timedModelSchema, milliseconds: z.number().positive() }).optional(),
  problem: z.string().optional(),
});
export type DeviceMeasurement = z.infer<typeof deviceMeasurementSchema>;

/** A measurement with what it belongs to: another program version or other hardware makes it worthless. */
export const deviceCheckSchema = deviceMeasurementSchema.extend({
  at: z.iso.datetime(),
  version: z.string(),
  name: z.string(),
  driver: z.string().optional(),
});
export type DeviceCheck = z.infer<typeof deviceCheckSchema>;

/** `ready`: tried, and it gave the right numbers; `unchecked`: not tried yet; `failed`: tried in vain; `missing`: not there. */
export const deviceStateSchema = z.enum(['ready', 'unchecked', 'failed', 'missing']);
export type DeviceState = z.infer<typeof deviceStateSchema>;

export const deviceRowSchema = deviceInfoSchema.extend({
  state: deviceStateSchema,
  check: deviceCheckSchema.optional(),
  /** How many times as fast as the processor a step of the same model was measured. */
  timesCpu: z.number().positive().optional(),
});
export type DeviceRow = z.infer<typeof deviceRowSchema>;

export const deviceListSchema = z.strictObject({
  devices: z.array(deviceRowSchema),
  choice: deviceChoiceSchema,
  /** What the next run trains on, and why. */
  used: deviceKindSchema,
  why: z.string(),
});
export type DeviceList = z.infer<typeof deviceListSchema>;

/** Bytes; what a device does not say is absent. */
export const deviceMemorySchema = z.strictObject({
  total: z.number().positive().optional(),
  /** Not in use by anyone now. */
  free: z.number().nonnegative().optional(),
  /** The most that one tensor may have. */
  largestBuffer: z.number().positive().optional(),
});
export type DeviceMemory = z.infer<typeof deviceMemorySchema>;
