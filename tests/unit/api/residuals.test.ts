/** What a window is told of residuals, and the loss lens against a recomputation sample by sample. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { studioContract } from '../../../main/api/contract/contract.ts';
import { residualHandlers } from '../../../main/api/handlers/residuals.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import type { Work } from '../../../main/api/handlers/work.ts';
import { robustLosses } from '../../../main/consistency/loss.ts';
import type { RobustLoss } from '../../../main/consistency/loss.ts';
import { scaleC } from '../../../main/consistency/scaling-c.ts';
import * as ops from '../../../main/tensor/ops.ts';
import type { ResidualRow } from '../../../main/training/residuals/schema.ts';
import { nobody } from '../../../main/cli/context.ts';
import { addRun, measure, placeOf, projectWithRun } from '../../support/residuals.ts';
import { runCompiled } from '../../support/compiled.ts';
import { tensor } from '../../support/tensors.ts';
import { consistencyConfig, tinyConfig } from '../../support/training.ts';

/** The handlers on a project; what they hand to the engine is recorded. */
function studio(project: string) {
  const asked: unknown[] = [];
  const session = {
    project: { path: project },
    computingEngine: async () => ({ 'training.residuals': async (input: unknown) => void asked.push(input) }),
  };
  const work = {
    start: (start: object, run: (signal: AbortSignal, report: () => void) => Promise<unknown>) => {
      const finished = run(new AbortController().signal, () => undefined);
      return { id: 7, finished, start };
    },
  };
  const handlers = residualHandlers(session as unknown as Session, work as unknown as Work);
  const { methods } = studioContract;
  return {
    asked,
    measureResiduals: async (input: { run: string; pictures?: number }) =>
      handlers['runs.measureResiduals'](methods['runs.measureResiduals'].input.parse(input), nobody),
    // Parsed, as whatever crosses to a window is.
    residuals: async (run = 'run-001') =>
      methods['runs.residuals'].output.parse(await handlers['runs.residuals']({ run }, nobody)),
    lens: async (input: { run?: string; c?: number; of?: 'measurement' | 'training'; checkpoint?: number } = {}) =>
      methods['runs.lens'].output.parse(await handlers['runs.lens']({ run: 'run-001', ...input }, nobody)),
  };
}

const writeRows = async (project: string, rows: readonly ResidualRow[], run?: string) =>
  writeFileSync(
    join((await placeOf(project, run)).folder, 'residuals.jsonl'),
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );

/** dρ(r²)/dr of the losses that train, by their own gradient. */
async function pulls(loss: RobustLoss, r: readonly number[], c: number): Promise<number[]> {
  const { gradient } = await runCompiled(
    ({ at, scale }) => {
      const rho = (p: { at: ops.Tensor }) => ops.sum(robustLosses[loss](ops.square(p.at), scale!));
      return { gradient: ops.valueAndGrads(rho, { at: at! }).grads.at };
    },
    { at: tensor(r, [r.length]), scale: tensor([c], []) },
  );
  return Array.from(gradient!.data);
}

/**
 * Percentages of the update that the largest residuals drive, counted out: each sample stands for a number of copies in proportion to
 * how often training draws it, and the copies are gone through one by one.
 */
async function countedOut(
  loss: RobustLoss,
  c: number,
  samples: readonly { readonly r: number; readonly weight: number; readonly share: number }[],
  tops: readonly number[],
): Promise<number[]> {
  const psi = await pulls(loss, samples.map(({ r }) => r), c); // prettier-ignore
  const copies = samples
    .flatMap(({ r, weight, share }, i) => {
      const count = Math.round(share * 2e6);
      return Array.from({ length: count }, () => ({ r, pull: weight * psi[i]! }));
    })
    .sort((a, b) => b.r - a.r);
  const total = copies.reduce((sum, { pull }) => sum + pull, 0);
  return tops.map((top) => {
    const first = copies.slice(0, Math.round(top * copies.length));
    return (100 * first.reduce((sum, { pull }) => sum + pull, 0)) / total;
  });
}

describe('measuring', () => {
  it('starts a job with what was asked for', async () => {
    const project = await projectWithRun();
    const { asked, measureResiduals } = studio(project);
    expect(await measureResiduals({ run: 'run-001', pictures: 5 })).toEqual({ job: 7 });
    await expect.poll(() => asked).toEqual([{ project, run: 'run-001', pictures: 5 }]);
  });
});

describe('what is known of residuals', () => {
  it('is nothing before there was anything', async () => {
    const { residuals, lens } = studio(await projectWithRun());
    expect(await residuals()).toEqual({ measurements: [], training: [] });
    expect(await lens()).toBeNull();
    expect(await lens({ of: 'measurement' })).toBeNull();
    expect(await lens({ of: 'training' })).toBeNull();
  });

  it('is every measurement with its samples, and how training’s own residuals developed', async () => {
    const project = await projectWithRun(tinyConfig(), [30, 60]);
    const [earlier, later] = [await measure(project, { checkpoint: 30, pictures: 8 }), await measure(project, { pictures: 8 })]; // prettier-ignore
    await writeRows(project, [{ step: 3, r: [4, 1, 2, 3, 5], sigma: [1, 1, 1, 1, 1], weight: [1, 1, 1, 1, 1] }]);
    const { measurements, training } = await studio(project).residuals();
    expect(measurements.map(({ samples: _, ...measurement }) => measurement)).toEqual([earlier, later]);
    const [{ samples }] = measurements as [(typeof measurements)[number]];
    expect(samples.total).toBe(4 * 8);
    expect(samples.index).toEqual([0, 1, 2, 3].flatMap((index) => new Array<number>(8).fill(index)));
    expect(samples.weight).toEqual(samples.index.map((index) => earlier.pairs[index]!.weight));
    const c = scaleC({ kind: 'adaptive' }, 5, 4, 32);
    expect(training).toEqual([{ step: 3, levels: 5, c, samples: 5, min: 1, q1: 2, median: 3, q3: 4, max: 5 }]);
  });

  it('is of many samples 4,096, spread over all discretisation steps, and how many there were', async () => {
    const project = await projectWithRun();
    await measure(project, { steps: [1, 4, 6], pictures: 1024 });
    await measure(project, { pictures: 1000 });
    const { measurements } = await studio(project).residuals();
    const { samples } = measurements[0]!;
    expect(samples.total).toBe(8000);
    expect([samples.r, samples.weight, samples.index].map(({ length }) => length)).toEqual([4096, 4096, 4096]);
    for (let index = 0; index < 8; index++) expect(samples.index.filter((each) => each === index)).toHaveLength(512);
  });
});

describe('the loss lens', () => {
  const tops = [0.001, 0.01, 0.1];
  const losses = ['l2', 'pseudoHuber', 'cauchy', 'gemanMcClure'] as const;

  it('of a measurement says what counting out sample by sample says, to a tenth of a percentage point', async () => {
    const project = await projectWithRun();
    await measure(project, { pictures: 40 });
    const { residuals, lens } = studio(project);
    const [measurement] = (await residuals()).measurements;
    const { pairs, pictures, samples } = measurement!;
    expect(await lens()).toMatchObject({ cNow: scaleC({ kind: 'adaptive' }, 9, 4, 32) });
    const shareOf = new Map(pairs.map(({ index, share }) => [index, share / pictures]));
    const each = samples.r.map((r, i) => ({ r, weight: samples.weight[i]!, share: shareOf.get(samples.index[i]!)! }));
    for (const c of [0.003, 0.05]) {
      const { losses: found } = (await lens({ c }))!;
      expect(found.map(({ loss }) => loss)).toEqual(losses);
      for (const { loss, topShare } of found) {
        expect(topShare.map(({ top }) => top)).toEqual(tops);
        const expected = await countedOut(loss, c, each, tops);
        topShare.forEach(({ share }, i) =>
          expect(Math.abs(100 * share - expected[i]!), `${loss} at c = ${c}, top ${tops[i]}`).toBeLessThan(0.1),
        );
      }
    }
  });

  it('of training’s record takes the samples of its last stage as they were drawn', async () => {
    const project = await projectWithRun();
    const row = (step: number, r: readonly number[], weight: number): ResidualRow => ({
      ...{ step, r: [...r], sigma: r.map(() => 1), weight: r.map((_, i) => weight + i) },
    });
    // 33 steps a stage: 1 to 33, 34 to 66, and the rest.
    const own = [row(34, [0.01, 0.2, 0.03], 5), row(50, [0.3, 0.02, 0.5, 0.04, 0.06, 0.07, 0.08], 1)];
    await writeRows(project, [row(33, [900, 800], 1), ...own]);
    const answer = (await studio(project).lens())!;
    expect(answer.of).toEqual({ origin: 'training', step: 50, samples: 10 });
    expect(answer.cNow).toBeCloseTo(scaleC({ kind: 'adaptive' }, 9, 4, 32), 12);
    expect(answer.c).toBe(answer.cNow);
    const samples = own.flatMap(({ r, weight }) => r.map((each, i) => ({ r: each, weight: weight[i]!, share: 0.1 })));
    for (const { loss, topShare } of answer.losses) {
      const expected = await countedOut(loss, answer.c, samples, tops);
      topShare.forEach(({ share }, i) => expect(Math.abs(100 * share - expected[i]!)).toBeLessThan(0.1));
    }
  });

  it('looks at the newest measurement, else at training’s record, or at what is asked for; and hears of new ones', async () => {
    const project = await projectWithRun(tinyConfig(), [30, 60]);
    const { lens } = studio(project);
    const rows: ResidualRow[] = [{ step: 3, r: [0.1, 0.2], sigma: [1, 1], weight: [1, 1] }];
    await writeRows(project, rows);
    const of = async (origin?: 'measurement' | 'training') => (await lens(origin ? { of: origin } : {}))?.of;
    expect(await of()).toEqual({ origin: 'training', step: 3, samples: 2 });
    await measure(project, { checkpoint: 30, steps: [0], pictures: 3 });
    expect(await of()).toEqual({ origin: 'measurement', step: 30, samples: 3 });
    await measure(project, { steps: [0], pictures: 4 });
    expect(await of()).toEqual({ origin: 'measurement', step: 60, samples: 4 });
    await measure(project, { steps: [0], pictures: 6 });
    expect(await of()).toEqual({ origin: 'measurement', step: 60, samples: 6 });
    await writeRows(project, [...rows, { ...rows[0]!, step: 4 }]);
    expect(await of('training')).toEqual({ origin: 'training', step: 4, samples: 4 });
    expect(await of('measurement')).toEqual({ origin: 'measurement', step: 60, samples: 6 });
    expect((await lens({ checkpoint: 30 }))?.of).toEqual({ origin: 'measurement', step: 30, samples: 3 });
    expect(await lens({ checkpoint: 45 })).toBeNull();
  });

  it('has the curves, their slopes and peaks at this c, the schedule of c, and the histogram of the samples', async () => {
    const project = await projectWithRun();
    const r = [0, 0.001, 0.01, 0.01, 0.1, 10];
    await writeRows(project, [{ step: 3, r, sigma: r.map(() => 1), weight: r.map(() => 1) }]);
    const { curve, schedule, histogram, loss } = (await studio(project).lens({ c: 0.05 }))!;
    expect(loss).toBe('cauchy');
    for (const each of losses) {
      const expected = await pulls(each, curve.r, 0.05);
      expect(curve.psi[each]).toBeAllClose(expected, { rtol: 1e-4, atol: 0, because: 'the losses compute in float32' });
    }
    expect(curve.slope).toEqual({ l2: 2, pseudoHuber: 1 / 0.05, cauchy: 1 / (0.05 * 0.05), gemanMcClure: 1 / (0.05 * 0.05) }); // prettier-ignore
    expect(curve.peak).toEqual({ l2: null, pseudoHuber: null, cauchy: Math.SQRT2 * 0.05, gemanMcClure: 0.1 / Math.sqrt(3) }); // prettier-ignore
    expect([curve.r[0], curve.r.at(-1)]).toBeAllClose([0.001, 10], { rtol: 1e-9, atol: 0, because: 'doubles' });
    expect(schedule).toEqual(
      [5, 9, 17].map((levels, i) => ({ begin: 33 * i, levels, c: scaleC({ kind: 'adaptive' }, levels, 4, 32) })),
    );
    expect([histogram.from, histogram.to]).toEqual([0.001, 10]);
    // A c of another stage can be looked at on the same axis.
    await writeRows(project, [{ step: 3, r: [0.1, 0.2], sigma: [1, 1], weight: [1, 1] }]);
    const narrow = (await studio(project).lens({ c: 0.05 }))!.curve.r;
    expect(narrow[0]).toBeCloseTo(scaleC({ kind: 'adaptive' }, 5, 4, 32) / 2, 12);
    expect(narrow.at(-1)).toBeCloseTo(0.2, 12);
    expect(histogram.zero).toBeCloseTo(1 / 6, 12);
    expect(histogram.shares.reduce((sum, share) => sum + share, histogram.zero)).toBeCloseTo(1, 12);
    // 0.001, 0.01, 0.1 and 10 are 0, 1, 2 and 4 quarters of the way on a logarithmic axis of 48 bins.
    const filled = histogram.shares.flatMap((share, bin) => (share > 0 ? [[bin, Math.round(6 * share)]] : []));
    expect(filled).toEqual([[0, 1], [12, 2], [24, 1], [47, 1]]); // prettier-ignore
  });

  it('warns of a c that suppresses ordinary samples, and of none that does not', async () => {
    const project = await projectWithRun();
    const r = Array.from({ length: 50 }, (_, i) => 0.1 + i / 1000);
    await writeRows(project, [{ step: 3, r, sigma: r.map(() => 1), weight: r.map(() => 1) }]);
    const { lens } = studio(project);
    const told = async (c: number) =>
      Object.fromEntries(
        (await lens({ c }))!.losses.map(({ loss, ...rest }) => [loss, [rest.suppressed, rest.warning]]),
      );
    expect(await told(0.001)).toEqual({
      ...{ l2: [0, false], pseudoHuber: [0, false], cauchy: [1, true], gemanMcClure: [1, true] },
    });
    expect(await told(0.2)).toEqual(Object.fromEntries(losses.map((loss) => [loss, [0, false]])));
    // Cauchy pulls half as much as at its peak at c·(2√2 + √6); of the 45 ordinary samples 8, and then 10, lie beyond.
    for (const [limit, beyond, warns] of [
      [0.1365, 8, false],
      [0.1345, 10, true],
    ] as const) {
      // prettier-ignore
      const [suppressed, warning] = (await told(limit / (2 * Math.SQRT2 + Math.sqrt(6))))['cauchy']!;
      expect(suppressed).toBeCloseTo(beyond / 45, 12);
      expect(warning).toBe(warns);
    }
  });

  it('of a run whose loss has no c begins at the median residual', async () => {
    const project = await projectWithRun(tinyConfig({ objective: { kind: 'easyConsistency' } }));
    await writeRows(project, [
      { step: 3, r: [0.1, 0.15, 0.2, 0.3, 0.7], sigma: [1, 1, 1, 1, 1], weight: [1, 1, 1, 1, 1] },
    ]);
    expect(await studio(project).lens()).toMatchObject({ loss: 'pseudoHuber', c: 0.2, cNow: 0 });
  });

  it('of an L2 run knows the c that its schedule would give, and of a sum of squares its √D-th', async () => {
    const project = await projectWithRun(consistencyConfig({ loss: 'l2' }));
    const sums = await addRun(project, consistencyConfig({ reduction: 'sum' }), []);
    const rows = [{ step: 3, r: [0.1, 0.2], sigma: [1, 1], weight: [1, 1] }];
    await writeRows(project, rows);
    await writeRows(project, rows, sums);
    const { lens } = studio(project);
    const c = scaleC({ kind: 'adaptive' }, 5, 4, 32);
    expect(await lens()).toMatchObject({ loss: 'l2', cNow: c });
    expect((await lens({ run: sums }))!.cNow).toBeCloseTo(c / Math.sqrt(32), 12);
  });

  it('refuses runs without a teacher, and runs that there are not', async () => {
    const project = await projectWithRun();
    const diffusion = await addRun(project, tinyConfig({ objective: { kind: 'diffusion' } }), [1]);
    const { lens, residuals } = studio(project);
    await expect(lens({ run: diffusion })).rejects.toMatchObject({ code: 'run.noTeacher' });
    expect(await residuals(diffusion)).toEqual({ measurements: [], training: [] });
    await expect(lens({ run: 'run-099' })).rejects.toMatchObject({ code: 'run.unknown' });
    await expect(residuals('vae-001')).rejects.toMatchObject({ code: 'run.unknown' });
  });

  it('says so when what was recorded is damaged', async () => {
    const project = await projectWithRun();
    await writeRows(project, [{ step: 3, r: [0.1], sigma: [1], weight: [1] }]);
    const file = join((await placeOf(project)).folder, 'residuals.jsonl');
    writeFileSync(file, `nonsense\n${readFileSync(file, 'utf8')}`);
    await expect(studio(project).lens()).rejects.toMatchObject({ code: 'storage.damaged' });
  });
});
