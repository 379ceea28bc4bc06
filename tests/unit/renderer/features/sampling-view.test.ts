import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { samplingPlan } from '../../../../main/consistency/sampler.ts';
import { checkClass } from '../../../../main/generation/request.ts';
import { samplingRequestSchema } from '../../../../main/generation/schema.ts';
import { runConfigSchema } from '../../../../main/training/schema.ts';
import type { RunRecord } from '../../../../renderer/api/studio.ts';
import {
  asksForGuidance,
  averageWords,
  formFor,
  formOf,
  parseForms,
  requestOf,
  samplingProblems,
  stepsWords,
  usualForm,
} from '../../../../renderer/features/gallery/sampling-view.ts';
import type { SamplingForm } from '../../../../renderer/features/gallery/sampling-view.ts';

type Kind = RunRecord['config']['objective']['kind'];
const run = (objective: Kind = 'consistency', names: readonly string[] = [], dropout = 0.1): RunRecord =>
  ({
    id: 'a',
    config: runConfigSchema.parse({
      network: { kind: 'dit', patch: 2, width: 64, depth: 1, heads: 1 },
      objective: { kind: objective },
      classes: names.length > 0 ? { kind: 'folders', count: names.length, dropout } : { kind: 'none' },
      batchSize: 8,
      length: { kind: 'steps', steps: 10 },
    }),
    plan: {
      trainingPictures: 10 * names.length,
      emaRates: [0.99, 0.9999],
      ...(names.length > 0 && { classes: names.map((name) => ({ name, pictures: 10 })) }),
    },
  }) as unknown as RunRecord;
const form = (change: Partial<SamplingForm>, of = run()): SamplingForm => ({ ...usualForm(of), ...change });
const problems = (change: Partial<SamplingForm>, of = run()) => samplingProblems(form(change, of), of);

describe('what a run is usually asked for', () => {
  it('is one step, many of a diffusion model, and a kind where the model knows nothing else', () => {
    expect(requestOf(usualForm(run()), run())).toEqual({
      steps: { kind: 'nfe', nfe: 1 },
      average: 0,
      class: null,
      guidance: 1,
    });
    expect(usualForm(run('diffusion')).nfe).toBe(32);
    expect(usualForm(run('consistency', ['cats', 'dogs'])).class).toBeNull();
    expect(usualForm(run('consistency', ['cats', 'dogs'], 0)).class).toBe(0);
  });

  it.each(['consistency', 'easyConsistency', 'diffusion', 'meanFlow'] as const)('is right for %s', (kind) => {
    expect(problems({}, run(kind))).toEqual({});
    for (const mode of ['indices', 'sigmas'] as const) expect(problems({ mode }, run(kind))).toEqual({});
  });

  it('is what was asked for last time, as far as it still suits', () => {
    expect(formFor(run(), { nfe: 4, average: 7, class: 2, mode: 'sigmas' })).toMatchObject({ nfe: 4, average: 0, class: null, mode: 'sigmas' }); // prettier-ignore
    expect(formFor(run('meanFlow'), { mode: 'sigmas' }).mode).toBe('nfe');
    expect(formFor(run('consistency', ['cats', 'dogs']), { class: 1, guidance: 2 })).toMatchObject({
      class: 1,
      guidance: 2,
    });
  });

  it('is what made a picture, to make it again', () => {
    for (const mode of ['nfe', 'indices', 'sigmas'] as const) {
      const request = requestOf(form({ mode, nfe: 3, average: 1 }), run());
      expect(requestOf({ ...usualForm(run()), ...formOf(request) }, run())).toEqual(request);
    }
  });

  it('is forgotten where it is no form', () => {
    const kept = form({ nfe: 3 });
    expect(parseForms({ a: kept, b: { nfe: 'many' }, c: null })).toEqual({ a: kept });
    expect(parseForms('nonsense')).toBeUndefined();
  });
});

describe('wrong input', () => {
  it('is answered in words', () => {
    expect(problems({ nfe: 0 })).toEqual({ nfe: 'Enter 1 to 64 steps.' });
    expect(problems({ nfe: Number.NaN }).nfe).toBeDefined();
    expect(problems({ mode: 'indices', indices: '420, 0' })).toEqual({ indices: 'Each index must be greater than the one before.' }); // prettier-ignore
    expect(problems({ mode: 'indices', levels: 1 })).toHaveProperty('levels');
    expect(problems({ mode: 'sigmas', sigmas: '80, much' }).sigmas).toContain('numbers with commas');
    expect(problems({ mode: 'sigmas', sigmas: '90' })).toEqual({ sigmas: 'Enter noise levels from 80 down to 0.002.' });
    expect(problems({ class: 0, guidance: 30 }, run('consistency', ['cats', 'dogs']))).toEqual({ guidance: 'Enter a number from 0 to 20.' }); // prettier-ignore
    // What does not matter now is not looked at.
    expect(problems({ indices: 'x', sigmas: 'x', guidance: 30 })).toEqual({});
  });

  it('is exactly what the sampler refuses', () => {
    const noise = { sigmaMin: 0.002, sigmaMax: 80, rho: 7 };
    const accepts = (change: Partial<SamplingForm>) => {
      const { steps } = samplingRequestSchema.parse(requestOf(form(change), run()));
      try {
        return samplingPlan(steps, noise).length > 0;
      } catch {
        return false;
      }
    };
    const isFine = (change: Partial<SamplingForm>) => Object.keys(problems(change)).length === 0;
    const list = (value: fc.Arbitrary<number>) => fc.array(value, { maxLength: 4 }).map((values) => values.join(', '));
    fc.assert(
      fc.property(
        fc.constantFrom('nfe', 'indices', 'sigmas'),
        fc.oneof(fc.integer({ min: -1, max: 70 }), fc.double({ min: 0, max: 70, noNaN: true })),
        fc.integer({ min: 1, max: 20 }),
        list(fc.integer({ min: -1, max: 20 })),
        list(fc.constantFrom(80, 81, 10, 1, 0.5, 0.002, 0.001)),
        (mode, nfe, levels, indices, sigmas) => {
          const change = { mode, nfe, levels, indices, sigmas } as const;
          expect(isFine(change), JSON.stringify(change)).toBe(accepts(change));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('can not be made of kinds and guidance', () => {
    for (const of of [run(), run('consistency', ['cats', 'dogs']), run('consistency', ['cats', 'dogs'], 0)])
      for (const kind of [null, 0, 1])
        for (const guidance of [1, 2]) {
          const asked = formFor(of, { class: kind, guidance });
          expect(() => checkClass(of, requestOf(asked, of))).not.toThrow();
        }
    expect(asksForGuidance(form({ class: 0 }, run('consistency', ['cats', 'dogs'], 0)), run('consistency', ['cats', 'dogs'], 0))).toBe(false); // prettier-ignore
  });
});

it('says averages and steps in words', () => {
  expect(averageWords(0.99993)).toBe('rate 0.99993, half in 9,902 steps');
  expect(stepsWords({ kind: 'nfe', nfe: 2 })).toBeUndefined();
  expect(stepsWords({ kind: 'indices', levels: 641, indices: [0, 420] })).toBe('at the indices 0, 420 of 641 levels');
  expect(stepsWords({ kind: 'sigmas', sigmas: [80, 0.5286] })).toBe('at the noise levels 80, 0.5286');
});
