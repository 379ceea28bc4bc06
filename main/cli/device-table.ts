/** Devices as a table for people at a terminal. */
import { deviceTerms } from '../engine/schema.ts';
import type { DeviceList, DeviceRow, DeviceState } from '../engine/schema.ts';

const stateWords: Readonly<Record<DeviceState, string>> = {
  ready: 'checked',
  unchecked: 'not checked yet',
  failed: 'can not be used',
  missing: 'not there',
};

const none = '–';
const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const rate = (gflops: number) =>
  gflops >= 1000 ? `${(gflops / 1000).toPrecision(3)} TFLOP/s` : `${gflops.toPrecision(3)} GFLOP/s`;

const time = (ms: number) => (ms >= 1000 ? `${(ms / 1000).toPrecision(3)} s` : `${ms.toPrecision(3)} ms`);

function numbers({ kind, check }: DeviceRow): string {
  if (!check) return none;
  if (kind === 'cpu') return 'reference';
  const worst = Math.max(...check.deviations.map(({ deviation }) => deviation));
  return Number.isFinite(worst) ? `±${worst.toExponential(0)}` : none;
}

const columns: readonly { readonly head: string; cell(row: DeviceRow, list: DeviceList): string }[] = [
  { head: '', cell: ({ kind }, { used }) => (kind === used ? '→' : ' ') },
  { head: 'device', cell: ({ kind }) => deviceTerms[kind] },
  { head: 'name', cell: ({ name, threads }) => (threads === undefined ? name : `${name}, ${threads} threads`) },
  { head: 'memory', cell: ({ memoryBytes }) => (memoryBytes === undefined ? none : gibibytes(memoryBytes)) },
  { head: 'driver', cell: ({ driver = none }) => driver },
  { head: 'matrix products', cell: ({ check }) => (check?.gemm ? rate(check.gemm.gflops) : none) },
  { head: 'step', cell: ({ check }) => (check?.step ? time(check.step.milliseconds) : none) },
  { head: 'numbers', cell: numbers },
  {
    head: 'state',
    cell: ({ state, slow }) => stateWords[state] + (slow !== undefined && state !== 'missing' ? ', slow' : ''),
  },
];

/** The table, then what has to be said about single devices, then which one trains. */
export function describeDevices(list: DeviceList): string {
  const rows = [
    columns.map(({ head }) => head),
    ...list.devices.map((row) => columns.map(({ cell }) => cell(row, list))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...list.devices.flatMap(remarks), usedWords(list)].join('\n');
}

function remarks({ kind, state, unusable, advice, slow, check }: DeviceRow): string[] {
  const about = [
    unusable,
    ...(slow !== undefined && state !== 'missing' ? [slow] : []),
    advice,
    ...(check?.step && state === 'ready'
      ? [
          `Step of “${check.step.model.name}”, ${check.step.model.batchSize} pictures; measured ${check.at.slice(0, 16).replace('T', ' ')} UTC.`,
        ]
      : []),
  ];
  return about.flatMap((text) => (text === undefined ? [] : [`  ${deviceTerms[kind]}: ${text}`]));
}

function usedWords({ used, why, devices }: DeviceList): string {
  const unchecked = devices.some(({ state }) => state === 'unchecked');
  const hint = unchecked ? ' “cauchy doctor --measure” tries every device.' : '';
  const device = used === 'cpu' ? 'the processor, which is slow' : deviceTerms[used];
  return `Training uses ${device}. ${why}${hint}`;
}
