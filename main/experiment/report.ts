/** What an experiment found: a table, a chart and the numbers, written after every run. */
import { join } from 'node:path';
import { writeFileAtomic } from '../storage/files.ts';
import { chartSvg } from './chart.ts';
import type { Experiment, RunResult } from './schema.ts';
import { variants } from './variants.ts';

export interface MeanAndSpread {
  readonly mean: number;
  /** Standard deviation over the seeds, unbiased; 0 for one seed. */
  readonly sd: number;
}

export interface VariantReport {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly runs: number;
  readonly frechet: { readonly '1': MeanAndSpread; readonly '2': MeanAndSpread };
  readonly recall: { readonly '1': MeanAndSpread; readonly '2': MeanAndSpread };
  readonly precision: { readonly '1': MeanAndSpread; readonly '2': MeanAndSpread };
  /** The one-step distance of each seed. */
  readonly bySeed: Readonly<Record<string, number>>;
}

export interface Report {
  readonly experiment: Experiment;
  readonly variants: readonly VariantReport[];
  /** In how many of the seeds that both have the full method's one-step distance is below the authors' baseline's. */
  readonly fullBelowBaseline: { readonly seeds: number; readonly of: number };
}

export function meanAndSpread(values: readonly number[]): MeanAndSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) };
}

export function reportOf(experiment: Experiment, results: readonly RunResult[]): Report {
  const rows = variants.flatMap(({ id, title, note }): VariantReport[] => {
    const own = results.filter(({ variant }) => variant === id);
    if (own.length === 0) return [];
    const both = (name: 'frechet' | 'precision' | 'recall') => ({
      '1': meanAndSpread(own.map(({ scores }) => scores['1'][name])),
      '2': meanAndSpread(own.map(({ scores }) => scores['2'][name])),
    });
    const bySeed = Object.fromEntries(own.map(({ seed, scores }) => [String(seed), scores['1'].frechet]));
    const frechet = both('frechet');
    return [
      { id, title, note, runs: own.length, frechet, recall: both('recall'), precision: both('precision'), bySeed },
    ];
  });
  const seedsOf = (id: string) => rows.find((row) => row.id === id)?.bySeed ?? {};
  const [full, baseline] = [seedsOf('full'), seedsOf('ilct-authors')];
  const shared = Object.keys(full).filter((seed) => seed in baseline);
  const below = shared.filter((seed) => full[seed]! < baseline[seed]!).length;
  return { experiment, variants: rows, fullBelowBaseline: { seeds: below, of: shared.length } };
}

/** Of a single run nobody knows how much others would differ. */
const plusMinus = ({ mean, sd }: MeanAndSpread, digits: number, runs: number): string =>
  runs < 2 ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}`;

/** The report as a Markdown table. */
export function tableOf({ experiment, variants: rows }: Report): string {
  const { floor } = experiment;
  const lines = rows.map(({ title, runs, frechet, recall }) => {
    const distances = [frechet['1'], frechet['2']].map((distance) => plusMinus(distance, 2, runs));
    const recalls = [recall['1'], recall['2']].map((share) => plusMinus(share, 3, runs));
    return `| ${[title, ...distances, ...recalls, runs].join(' | ')} |`;
  });
  return [
    '| | distance, 1 step | distance, 2 steps | recall, 1 step | recall, 2 steps | seeds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    `| other real pictures | ${floor.frechet.toFixed(2)} | | ${floor.recall.toFixed(3)} | | |`,
  ].join('\n');
}

/** Writes `results.json`, `table.md` and `chart.svg`. */
export async function writeReport(out: string, experiment: Experiment, results: readonly RunResult[]): Promise<Report> {
  const report = reportOf(experiment, results);
  const svg = chartSvg(report);
  await writeFileAtomic(join(out, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(join(out, 'table.md'), `${tableOf(report)}\n`);
  await writeFileAtomic(join(out, 'chart.svg'), svg);
  return report;
}
