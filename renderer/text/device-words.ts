/** Devices in plain words. */
import type { DeviceInfo } from '../api/studio.ts';
import { count, formatBytes } from './format.ts';
import type { Fact } from './facts.ts';

const kinds: Readonly<Record<DeviceInfo['kind'], string>> = {
  cpu: 'Processor (CPU)',
  webgpu: 'Graphics card (WebGPU)',
  cuda: 'NVIDIA graphics card (CUDA)',
  tensorflow: 'NVIDIA graphics card (TensorFlow)',
};

/** `Processor (CPU) · 8 threads`. */
export function deviceLine({ kind, name, threads }: DeviceInfo): string {
  return kind === 'cpu' && threads !== undefined
    ? `${kinds.cpu} · ${count(threads, 'thread')}`
    : `${kinds[kind]} · ${name}`;
}

export function deviceFacts({ kind, name, threads, memoryBytes }: DeviceInfo): Fact[] {
  return [
    { label: 'Computes on', value: kinds[kind] },
    { label: 'Name', value: name },
    { label: 'Threads', value: threads === undefined ? 'not known' : String(threads) },
    { label: 'Memory', value: memoryBytes === undefined ? 'not known' : formatBytes(memoryBytes) },
  ];
}
