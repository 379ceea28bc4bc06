/** Results for people: one row each, and the machine below. */
import type { Result } from './result.ts';

const number = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined ? '·' : value.toFixed(digits);
const settingOf = ({ setting }: Result): string =>
  Object.entries(setting)
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`)
    .join(', ');

const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ['benchmark', ({ name }) => name],
  ['device', ({ device }) => device],
  ['ms', ({ ms }) => number(ms, ms < 10 ? 3 : 1)],
  ['peer', ({ peer }) => peer ?? '·'],
  ['peer ms', ({ peer_ms }) => number(peer_ms, (peer_ms ?? 0) < 10 ? 3 : 1)],
  ['ratio', ({ ratio }) => number(ratio, 3)],
  ['GFLOP/s', ({ effective_gflops }) => number(effective_gflops, 1)],
  ['of GEMM', ({ gemm_share }) => (gemm_share === undefined ? '·' : `${(100 * gemm_share).toFixed(0)} %`)],
  ['MiB', ({ rss_mb }) => number(rss_mb, 0)],
  ['peer MiB', ({ peer_rss_mb }) => number(peer_rss_mb, 0)],
  ['a second', ({ per_second }) => number(per_second, 1)],
  ['setting', settingOf],
];

export function formatResults(results: readonly Result[]): string {
  const rows = [columns.map(([head]) => head), ...results.map((result) => columns.map(([, cell]) => cell(result)))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  const reasons = [...new Set(results.flatMap(({ reason }) => (reason === undefined ? [] : [reason])))];
  const { cpu, cores, memory_gib, node, onnxruntime } = results[0]!.machine;
  return [
    ...table,
    ...reasons.map((reason) => `Nothing to compare with: ${reason}.`),
    `Medians. ${cores} cores of ${cpu}, ${memory_gib} GiB, Node ${node}, ONNX Runtime ${onnxruntime}.`,
  ].join('\n');
}
