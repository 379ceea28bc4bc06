/** Everything a side of ours can be asked to do. */
import { prepareEager } from './eager.ts';
import { prepareGemm } from './gemm.ts';
import { prepareOt } from './ot.ts';
import { prepareDecode, prepareEncode, prepareSample } from './pictures.ts';
import { prepareProfile } from './profile.ts';
import { prepareStep } from './step.ts';
import type { Prepare } from './task.ts';
import { prepareLoader, prepareTraining } from './training.ts';

export const tasks = {
  step: prepareStep,
  profile: prepareProfile,
  gemm: prepareGemm,
  encode: prepareEncode,
  decode: prepareDecode,
  sample: prepareSample,
  ot: prepareOt,
  loader: prepareLoader,
  training: prepareTraining,
  eager: prepareEager,
} as const satisfies Readonly<Record<string, Prepare>>;
