/** Computers that the fake studio can be on. */
import type { DeviceList, DeviceRow } from '../studio.ts';

type Check = NonNullable<DeviceRow['check']>;

const model = { name: 'Quick look', parameters: 1_275_536, batchSize: 64 };
const minutesAgo = (minutes: number) => new Date(Date.now() - 60_000 * minutes).toISOString();

function measured(name: string, gflops: number, milliseconds: number, deviations: readonly number[] = []): Check {
  const parts = ['encode', 'train', 'sample'] as const;
  return {
    at: minutesAgo(12),
    version: '0.1.0',
    name,
    gemm: { size: 1024, gflops },
    step: { model, milliseconds },
    deviations: deviations.map((deviation, i) => ({ part: parts[i]!, deviation })),
  };
}

const processor = {
  kind: 'cpu',
  name: 'AMD Ryzen 7 7840U with Radeon 780M Graphics',
  threads: 8,
  memoryBytes: 34_359_738_368,
} as const;
const checkedProcessor: DeviceRow = { ...processor, state: 'ready', check: measured(processor.name, 612, 141) };

const card = {
  kind: 'webgpu',
  name: 'NVIDIA GeForce RTX 4070 Laptop GPU',
  memoryBytes: 8_585_740_288,
  driver: 'NVIDIA 560.35.03',
} as const;
const checkedCard: DeviceRow = {
  ...card,
  state: 'ready',
  check: measured(card.name, 6840, 9.4, [3.1e-6, 4.2e-5, 1.9e-6]),
  timesCpu: 15,
};
const cuda: DeviceRow = {
  kind: 'cuda',
  name: card.name,
  memoryBytes: card.memoryBytes,
  driver: card.driver,
  unusable: 'The library that computes through CUDA has not been added.',
  advice: 'It makes training faster on NVIDIA cards. A command adds it on a computer with network.',
  state: 'missing',
};
const noCard: DeviceRow = {
  kind: 'webgpu',
  name: 'No graphics card',
  unusable: 'No graphics card was found in this computer.',
  advice: 'If it has one, install its driver, restart the computer, and press Check.',
  state: 'missing',
};

const list = (devices: DeviceRow[], used: DeviceRow['kind'], why: string): DeviceList => ({
  devices,
  choice: 'auto',
  used,
  why,
});

export const computers = {
  processor: list([noCard, { ...processor, state: 'unchecked' }], 'cpu', 'No graphics card was found.'),
  card: list([checkedCard, cuda, checkedProcessor], 'webgpu', 'It is the fastest device that passed its check.'),
  newCard: list(
    [
      { ...card, state: 'unchecked' },
      { ...processor, state: 'unchecked' },
    ],
    'cpu',
    `${card.name} has not been checked yet.`,
  ),
  broken: list(
    [
      {
        ...card,
        state: 'failed',
        unusable:
          'It could not be tried. The engine, the process that computes, stopped: the engine process was ended by SIGSEGV.',
        advice: 'A newer driver often helps: update it, restart the computer, and check again.',
        check: { at: minutesAgo(3), version: '0.1.0', name: card.name, deviations: [], problem: 'SIGSEGV' },
      },
      checkedProcessor,
    ],
    'cpu',
    `${card.name} can not be used.`,
  ),
  software: list(
    [
      {
        kind: 'webgpu',
        name: 'SwiftShader',
        slow: 'The Vulkan driver is set to SwiftShader, which computes on the processor.',
        state: 'ready',
        check: measured('SwiftShader', 0.116, 52_600, [4.4e-7, 4.3e-6, 3.5e-7]),
        timesCpu: 0.0027,
      },
      checkedProcessor,
    ],
    'cpu',
    'What there is besides it is slower.',
  ),
} as const satisfies Record<string, DeviceList>;

/** The list after these kinds were tried: what was unchecked or not there turns out to be as on the computer with a card. */
export function afterCheck(before: DeviceList, kinds: readonly DeviceRow['kind'][]): DeviceList {
  const devices = before.devices.map((row) => {
    if (!kinds.includes(row.kind) || row.state !== 'unchecked') return row;
    return [checkedCard, checkedProcessor].find(({ kind }) => kind === row.kind) ?? row;
  });
  const fastest = devices.find(({ kind, state }) => kind === 'webgpu' && state === 'ready');
  return before.choice === 'auto' && fastest && fastest.slow === undefined
    ? { ...before, devices, used: fastest.kind, why: computers.card.why }
    : { ...before, devices };
}
