/** What a figure must say of the machine it was measured on. */
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { z } from 'zod';
import { onnxRuntimeVersion } from '../base/engine-environment.ts';

export const machineSchema = z.strictObject({
  cpu: z.string(),
  cores: z.int().positive(),
  memory_gib: z.number().positive(),
  system: z.string(),
  node: z.string(),
  onnxruntime: z.string(),
});
export type Machine = z.infer<typeof machineSchema>;

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memory_gib: Math.round((totalmem() / 2 ** 30) * 10) / 10,
  system: `${process.platform} ${process.arch} ${release()}`,
  node: process.version,
  onnxruntime: onnxRuntimeVersion,
});
