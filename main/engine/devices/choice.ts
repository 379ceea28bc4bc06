/** What is known about each device, put together, and which one is used. Functions of what was found and measured. */
import { checkedPartSchema } from '../schema.ts';
import type { DeviceCheck, DeviceChoice, DeviceInfo, DeviceKind, DeviceMeasurement, DeviceRow } from '../schema.ts';

/**
 * How far a device's numbers may be from the CPU's. Sums in another order differ by 4e-6 (a Vulkan device in software), products
 * on tensor cores that round to 10 bits (TF32) by about 1e-3; a wrong kernel differs by 1e-1 and more.
 */
export const tolerance = 5e-3;

const partWords = { encode: 'encoding pictures', train: 'training', sample: 'making pictures' } as const;

/** Why a measurement says that a device must not be used. The CPU is what others are compared with, so it has no deviations. */
export function problemOf(kind: DeviceKind, { deviations, problem }: DeviceMeasurement): string | undefined {
  if (problem !== undefined || kind === 'cpu') return problem;
  const wrong = deviations.find(({ deviation }) => deviation > tolerance);
  if (wrong)
    return `Its numbers are wrong: ${partWords[wrong.part]} differs from the processor by ${(100 * wrong.deviation).toPrecision(2)} %, and rounding explains ${100 * tolerance} % at most.`;
  return deviations.length === checkedPartSchema.options.length ? undefined : 'Its check was not finished.';
}

/** Joins what was found with what was measured. A measurement of other hardware, another driver or another version does not count. */
export function deviceRows(
  found: readonly DeviceInfo[],
  checks: Partial<Readonly<Record<DeviceKind, DeviceCheck>>>,
  version: string,
): DeviceRow[] {
  const checkOf = (info: DeviceInfo) => {
    const check = checks[info.kind];
    const isOfThis = check?.version === version && check.name === info.name && check.driver === info.driver;
    return isOfThis ? check : undefined;
  };
  const cpu = found.find(({ kind }) => kind === 'cpu');
  const cpuCheck = cpu && checkOf(cpu);
  return found.map((info) => rowOf(info, checkOf(info), cpuCheck));
}

/** Graphics cards fail by their drivers. */
const driverAdvice = 'A newer driver often helps: update it, restart the computer, and check again.';
/** Seen on a Linux server with an NVIDIA card: its Vulkan driver loads these, and without them there is no card at all. */
const noAdapterAdvice =
  'On Linux without a desktop, the driver’s Vulkan part also needs libvulkan1, libegl1 and libgl1: install these packages and check again. Elsewhere a newer driver often helps.';

function rowOf(info: DeviceInfo, check: DeviceCheck | undefined, cpu: DeviceCheck | undefined): DeviceRow {
  if (!check) return { ...info, state: info.unusable === undefined ? 'unchecked' : 'missing' };
  const problem = problemOf(info.kind, check);
  return problem === undefined ? workingRow(info, check, cpu) : failedRow(info, check, problem);
}

/** What was not seen and did not answer either is still just not there. */
function failedRow(info: DeviceInfo, check: DeviceCheck, problem: string): DeviceRow {
  if (info.unusable !== undefined) return { ...info, check, state: 'missing' };
  const advice = info.advice ?? (info.kind === 'cpu' ? undefined : adviceFor(problem));
  return { ...info, unusable: problem, ...(advice && { advice }), check, state: 'failed' };
}

const adviceFor = (problem: string): string =>
  /no supported adapters/i.test(problem) ? noAdapterAdvice : driverAdvice;

function workingRow(info: DeviceInfo, check: DeviceCheck, cpu: DeviceCheck | undefined): DeviceRow {
  const slow = info.slow ?? slowerThanCpu(info.kind, check, cpu);
  const timesCpu = cpu && info.kind !== 'cpu' ? stepRatio(check, cpu) : undefined;
  // What works is there, whatever was seen: what was said about a missing device has no place any more.
  const { unusable, advice: _advice, ...rest } = info;
  return {
    ...rest,
    ...(unusable !== undefined && { name: 'Graphics in software' }),
    ...(slow !== undefined && { slow }),
    state: 'ready',
    check,
    ...(timesCpu !== undefined && { timesCpu }),
  };
}

/** The backstop for programs that only look like a graphics card. */
function slowerThanCpu(kind: DeviceKind, { gemm }: DeviceCheck, cpu: DeviceCheck | undefined): string | undefined {
  return kind !== 'cpu' && gemm && cpu?.gemm && gemm.gflops < cpu.gemm.gflops
    ? 'It multiplies matrices more slowly than the processor: a weak graphics chip, or a program that only looks like one.'
    : undefined;
}

/** How many times as fast as `other` a device trains; not known unless the same model was timed. */
function stepRatio({ step }: DeviceCheck, { step: other }: DeviceCheck): number | undefined {
  const same = step && other && JSON.stringify(step.model) === JSON.stringify(other.model);
  return same ? other.milliseconds / step.milliseconds : undefined;
}

/** By the step where the same model was timed, else by matrix products. */
const isFaster = (check: DeviceCheck, other: DeviceCheck): boolean =>
  (stepRatio(check, other) ?? (check.gemm?.gflops ?? 0) / (other.gemm?.gflops ?? Infinity)) > 1;

export interface Used {
  readonly used: DeviceKind;
  readonly why: string;
}

/** The device that trains. What the person chose is kept even when it can't be used: nothing else is taken in silence. */
export function chooseDevice(choice: DeviceChoice, rows: readonly DeviceRow[]): Used {
  const chosen = rows.find(({ kind }) => kind === choice);
  if (chosen) return { used: chosen.kind, why: 'You chose it.' };
  if (choice !== 'auto')
    return { used: 'cpu', why: `This version of the studio does not know the device “${choice}” that you chose.` };
  const cpu = rows.find(({ kind }) => kind === 'cpu')?.check;
  const others = rows.filter(({ kind }) => kind !== 'cpu');
  const trusted = others.flatMap(({ kind, state, slow, check }) =>
    state === 'ready' && slow === undefined && check ? [{ kind, check }] : [],
  );
  const [fastest] = trusted.toSorted((a, b) => (isFaster(a.check, b.check) ? -1 : 1));
  if (fastest && !(cpu && isFaster(cpu, fastest.check)))
    return { used: fastest.kind, why: 'It is the fastest device that passed its check.' };
  return { used: 'cpu', why: fastest ? 'It was measured to be the fastest device.' : whyOnlyCpu(others) };
}

function whyOnlyCpu(others: readonly DeviceRow[]): string {
  const unchecked = others.find(({ state, slow }) => state === 'unchecked' && slow === undefined);
  if (unchecked) return `${unchecked.name} has not been checked yet.`;
  const failed = others.find(({ state }) => state === 'failed');
  if (failed) return `${failed.name} can not be used.`;
  return others.some(({ state, slow }) => state !== 'missing' && slow !== undefined)
    ? 'What there is besides it is slower.'
    : 'No graphics card was found.';
}
