/** Devices in plain words. */
import type { DeviceList, DeviceRow } from '../api/studio.ts';
import { formatBytes, formatNumber, formatRate, formatShare, formatTimes } from './format.ts';
import type { Fact } from './facts.ts';
import { capitalised, glossary } from './glossary.ts';

interface KindWords {
  readonly plain: string;
  readonly term: string;
}

export const kindWords: Readonly<Record<DeviceRow['kind'], KindWords>> = {
  cpu: { plain: 'Processor', term: 'CPU' },
  webgpu: { plain: 'Graphics card', term: 'WebGPU' },
  cuda: { plain: 'NVIDIA graphics card', term: 'CUDA' },
  tensorflow: { plain: 'NVIDIA graphics card', term: 'TensorFlow' },
};

/** The device that the next run trains on. */
export const usedDevice = ({ devices, used }: DeviceList): DeviceRow | undefined =>
  devices.find(({ kind }) => kind === used);

/** `Processor (CPU) · AMD Ryzen 7`. */
export function deviceLine({ kind, name }: DeviceRow): string {
  const { plain, term } = kindWords[kind];
  return `${plain} (${term}) · ${name}`;
}

export const isSlow = ({ kind, slow }: DeviceRow): boolean => kind === 'cpu' || slow !== undefined;

/** Kinds of graphics cards that were found and never tried. */
export const unknownCards = ({ devices }: DeviceList): DeviceRow['kind'][] =>
  devices.flatMap((row) => (row.state === 'unchecked' && !isSlow(row) ? [row.kind] : []));

/** What is said where training starts on something slow; undefined where it does not. A number only if it was measured. */
export function slownessWords(list: DeviceList): string | undefined {
  const used = usedDevice(list);
  if (!used || !isSlow(used)) return undefined;
  const what = used.kind === 'cpu' ? 'Training on the processor is slow.' : `This device is slow. ${used.slow}`;
  const faster = list.devices
    .filter((row) => row.state === 'ready' && !isSlow(row))
    .sort((a, b) => (b.timesCpu ?? 0) - (a.timesCpu ?? 0))[0];
  if (used.kind === 'cpu' && faster)
    return `${what} ${faster.name} ${faster.timesCpu ? `was measured to be ${formatTimes(faster.timesCpu)} as fast` : 'passed its check'}.`;
  return used.kind === 'cpu' && list.choice === 'auto' ? `${what} ${list.why}` : what;
}

/** `15 times as fast as the processor`, or the other way round. */
export function timesWords(times: number): string {
  return times >= 1
    ? `${formatTimes(times)} as fast as the processor`
    : `The processor is ${formatTimes(1 / times)} as fast`;
}

export interface DeviceState {
  readonly words: string;
  readonly tone: 'good' | 'plain' | 'warn' | 'bad';
}

export function stateOf(row: DeviceRow): DeviceState {
  switch (row.state) {
    case 'ready':
      return row.kind !== 'cpu' && row.slow !== undefined
        ? { words: 'Works, but slow', tone: 'warn' }
        : { words: 'Checked', tone: 'good' };
    case 'unchecked':
      return { words: 'Not checked yet', tone: 'plain' };
    case 'failed':
      return { words: 'Can not be used', tone: 'bad' };
    case 'missing':
      return { words: 'Not there', tone: 'plain' };
  }
}

export function hardwareFacts({ kind, threads, memoryBytes, driver }: DeviceRow): Fact[] {
  return [
    {
      label: kind === 'cpu' ? 'memory of the computer' : 'memory',
      value: memoryBytes === undefined ? 'not known' : formatBytes(memoryBytes),
    },
    ...(threads === undefined ? [] : [{ label: 'threads', value: String(threads) }]),
    ...(kind === 'cpu' ? [] : [{ label: 'driver', value: driver ?? 'not known' }]),
  ];
}

/** `183 GFLOP/s`, `2.4 TFLOP/s`. */
export function formatFlops(gflops: number): string {
  return gflops >= 1000 ? `${formatNumber(gflops / 1000, 3)} TFLOP/s` : `${formatNumber(gflops, 3)} GFLOP/s`;
}

export interface SpeedBar {
  readonly label: string;
  readonly term?: string;
  readonly help: string;
  readonly value: string;
  /** Of the fastest device, 0 … 1. */
  readonly share: number;
}

/** What was measured of a device, beside the fastest one that was measured with the same. */
export function speedBars({ check }: DeviceRow, all: readonly DeviceRow[]): SpeedBar[] {
  const { gemm, step } = check ?? {};
  const checks = all.flatMap((row) => (row.check ? [row.check] : []));
  const bars: SpeedBar[] = [];
  if (step) {
    const { name, batchSize } = step.model;
    const same = checks.flatMap((other) => (other.step && isSame(other.step.model, step.model) ? [other.step] : []));
    const best = Math.min(...same.map(({ milliseconds }) => milliseconds));
    bars.push({
      label: `Training “${name}”`,
      help: `One training step of the model, ${batchSize} pictures: ${formatNumber(step.milliseconds, 3)} milliseconds.`,
      value: formatRate(1000 / step.milliseconds, 'steps'),
      share: best / step.milliseconds,
    });
  }
  if (gemm) {
    const best = Math.max(...checks.map((other) => other.gemm?.gflops ?? 0));
    bars.push({
      label: capitalised(glossary.gemm.plain),
      term: glossary.gemm.term,
      help: `${glossary.gemm.help} Measured with ${gemm.size} × ${gemm.size} numbers.`,
      value: formatFlops(gemm.gflops),
      share: gemm.gflops / best,
    });
  }
  return bars;
}

type Model = NonNullable<NonNullable<DeviceRow['check']>['step']>['model'];
const isSame = (a: Model, b: Model): boolean =>
  a.name === b.name && a.parameters === b.parameters && a.batchSize === b.batchSize;

const partWords = { encode: 'encoding', train: 'training', sample: 'making pictures' } as const;

/** How far its numbers are from the processor's. */
export function numbersWords({ kind, check, state }: DeviceRow): string | undefined {
  if (!check) return undefined;
  if (kind === 'cpu') return state === 'ready' ? 'The other devices are compared with its numbers.' : undefined;
  const [worst] = check.deviations.toSorted((a, b) => b.deviation - a.deviation);
  if (!worst) return undefined;
  return state === 'ready'
    ? `Its numbers agree with the processor’s: they differ by ${formatShare(worst.deviation)} at most (in ${partWords[worst.part]}).`
    : `Its numbers differ from the processor’s by up to ${formatShare(worst.deviation)} (in ${partWords[worst.part]}).`;
}
