/** Everything a side of ours can be asked to do. */
import { prepareGemm } from './gemm.ts';
import { prepareStep } from './step.ts';
import type { Prepare } from './task.ts';

export const tasks: Readonly<Record<string, Prepare>> = { step: prepareStep, gemm: prepareGemm };
