import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeRgb } from '../../../main/datasets/sharp.ts';
import { reportOf, tableOf } from '../../../main/experiment/report.ts';
import { chartSvg } from '../../../main/experiment/chart.ts';
import { runExperiment } from '../../../main/experiment/run.ts';
import type { Experiment, RunResult } from '../../../main/experiment/schema.ts';
import { runOf, variants } from '../../../main/experiment/variants.ts';
import { runConfigSchema } from '../../../main/training/schema.ts';
import type { RunConfig } from '../../../main/training/schema.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { madeUpLatents } from '../../support/latents.ts';

const resources = join(import.meta.dirname, '..', '..', '..', 'resources');
const variant = (id: string) => variants.find((candidate) => candidate.id === id)!;
const configOf = (id: string) => runOf(variant(id), 256, 100, 0);

/** Paths at which two configurations differ. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (a === b) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) =>
    differences(
      (a as Record<string, unknown>)[key],
      (b as Record<string, unknown>)[key],
      path ? `${path}.${key}` : key,
    ),
  );
}

describe('the variants', () => {
  it.each([
    ['huber', ['objective.loss']],
    ['no-diffusion', ['objective.diffusionLoss.weight']],
    ['no-coupling', ['coupling']],
    ['constant-c', ['objective.scaling.kind', 'objective.scaling.c']],
    ['group-norm', ['network.norm']],
  ])('%s takes one part from the method', (id, paths) => {
    expect(differences(configOf('full'), configOf(id)).sort()).toEqual(paths.toSorted());
  });

  it('the baselines take all parts, and their constants are iCT’s for the mean and for the norm', () => {
    const scalingOf = (config: RunConfig) => config.objective.kind === 'consistency' && config.objective.scaling;
    expect(scalingOf(configOf('ilct-authors'))).toEqual({ kind: 'constant', c: 0.00054 * 16 });
    expect(scalingOf(configOf('ilct-faithful'))).toEqual({ kind: 'constant', c: 0.00054 });
    expect(differences(configOf('full'), configOf('ilct-authors')).sort()).toEqual([
      'coupling',
      'network.norm',
      'objective.diffusionLoss.weight',
      'objective.loss',
      'objective.scaling.c',
      'objective.scaling.kind',
    ]);
  });
});

it('a run trains, is scored and leaves its pictures', async () => {
  const folder = await temporaryFolder();
  const latents = join(folder, 'latents');
  await madeUpLatents(latents, 96, [4, 8, 8]);
  const steps: number[] = [];
  const { seed: _, ...config } = configOf('full');
  const result = await runExperiment(
    {
      variant: 'full',
      config: {
        ...config,
        network: runConfigSchema.shape.network.parse({ kind: 'dit', patch: 2, width: 32, depth: 1, heads: 2 }),
        batchSize: 4,
        length: { kind: 'steps', steps: 3 },
        seed: 5,
      },
      latents,
      heldOut: 32,
      vae: 'starter',
      resources,
      result: join(folder, 'result.json'),
      sheets: { '1': join(folder, '1.png'), '2': join(folder, '2.png') },
      samples: 64,
    },
    (step) => steps.push(step),
  );
  expect(result).toMatchObject({ variant: 'full', seed: 5, steps: 3, skipped: 0 });
  expect(steps).toEqual([3]);
  // An untrained network leaves noise of σ = 80 in one step nearly as it is scaled: far from the latents.
  expect(result.scores['1'].frechet).toBeGreaterThan(1);
  for (const { precision, recall } of Object.values(result.scores)) {
    expect(precision).toBeGreaterThanOrEqual(0);
    expect(recall).toBeLessThanOrEqual(1);
  }
  const sheet = await decodeRgb(readFileSync(join(folder, '1.png')));
  expect([sheet.width, sheet.height]).toEqual([8 * 64, 4 * 64]);
});

describe('the report', () => {
  const score = (frechet: number) => ({ frechet, precision: 0.5, recall: 0.25 });
  const experiment: Experiment = {
    steps: 100,
    seeds: [0, 1, 2],
    samples: 64,
    heldOut: 32,
    latentsKey: 'k',
    vae: 'starter',
    shape: [4, 8, 8],
    floor: { frechet: 1.5, precision: 0.75, recall: 0.8 },
    outliers: { raw: [0, 0, 0, 0], normalised: 1e-5 },
  };
  const result = (id: string, seed: number, frechet: number): RunResult => ({
    variant: id,
    seed,
    config: configOf(id),
    steps: 100,
    skipped: 0,
    seconds: 1,
    lastLoss: 1,
    scores: { '1': score(frechet), '2': score(frechet / 2) },
  });
  const report = reportOf(experiment, [
    result('full', 0, 4),
    result('full', 1, 6),
    result('ilct-authors', 0, 5),
    result('ilct-authors', 1, 5),
    result('ilct-authors', 2, 50),
  ]);

  it('gives mean and unbiased standard deviation, and counts the seeds in which the method wins', () => {
    const [full] = report.variants;
    expect(full!.frechet['1']).toEqual({ mean: 5, sd: Math.SQRT2 });
    expect(full!.frechet['2'].mean).toBe(2.5);
    expect(report.fullBelowBaseline).toEqual({ seeds: 1, of: 2 });
    expect(report.variants.map(({ id, runs }) => [id, runs])).toEqual([
      ['full', 2],
      ['ilct-authors', 3],
    ]);
  });

  it('as a table and a chart shows each variant that has runs', () => {
    const table = tableOf(report);
    expect(table).toContain('| Full method | 5.00 ± 1.41 | 2.50 ± 0.71 | 0.250 ± 0.000 | 0.250 ± 0.000 | 2 |');
    expect(table).toContain('| other real pictures | 1.50 |');
    // One seed says nothing about others.
    expect(tableOf(reportOf(experiment, [result('full', 0, 4)]))).toContain(
      '| Full method | 4.00 | 2.00 | 0.250 | 0.250 | 1 |',
    );
    const chart = chartSvg(report);
    expect(chart).toContain('iLCT, the authors’ c');
    // A dot for each seed.
    expect(chart.match(/<circle/g)).toHaveLength(5);
    expect(chart).not.toMatch(/NaN|Infinity|undefined/);
  });
});
