/** Tries a device by doing the studio's own work on it, in an engine process that does nothing else and may crash. */
import { toStudioError } from '../base/errors.ts';
import type { Device } from '../engine/contract.ts';
import { checkedPartSchema } from '../engine/schema.ts';
import type { DeviceMeasurement } from '../engine/schema.ts';
import { loadVae } from '../vae/load.ts';
import type { ProbedModel } from './engine.contract.ts';
import { deviation, deviceNumbers } from './device-numbers.ts';
import { measureGemm, measureStep } from './device-speed.ts';

export interface DeviceCheckJob {
  readonly device: Device;
  /** The CPU, whose numbers are right; the same device when that is the one to be checked. */
  readonly reference: Device;
  readonly resources: string;
  readonly model: ProbedModel;
  /** Called with the number of finished parts of `checkParts`. */
  readonly onProgress: (done: number) => void;
}

/** Numbers of the reference, encoding, training and sampling, matrix products, training steps. */
export const checkParts = 5;

/** What could be measured. A failure ends the check and is its `problem`; what was measured before it is kept. */
export async function checkDevice(job: DeviceCheckJob): Promise<DeviceMeasurement> {
  const { device, reference, model, onProgress } = job;
  let measured: DeviceMeasurement = { deviations: [] };
  try {
    const vae = await loadVae('starter', job);
    const expected = await deviceNumbers(reference, vae);
    onProgress(1);
    const isReference = device === reference;
    const got = isReference
      ? expected
      : await deviceNumbers(device, vae, (part) => onProgress(part === 'encode' ? 1 : 2));
    for (const part of checkedPartSchema.options) {
      const share = deviation(got[part], expected[part]);
      if (share === undefined) return { ...measured, problem: 'It gave numbers that are not finite.' };
      if (!isReference) measured = { ...measured, deviations: [...measured.deviations, { part, deviation: share }] };
    }
    onProgress(3);
    measured = { ...measured, gemm: await measureGemm(device) };
    onProgress(4);
    measured = { ...measured, step: await measureStep(device, model.name, model.config, model.shape) };
    onProgress(5);
    return measured;
  } catch (thrown) {
    return { ...measured, problem: toStudioError(thrown).words.what };
  }
}
