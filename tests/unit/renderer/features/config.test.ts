import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runConfigSchema } from '../../../../main/training/schema.ts';
import { averagesText, parseAverages } from '../../../../renderer/features/train/averages-text.ts';
import { configFields } from '../../../../renderer/features/train/config-fields.ts';
import {
  changedPaths,
  parseList,
  problemsOfConfig,
  restored,
  valueAt,
  valueWords,
  withValue,
} from '../../../../renderer/features/train/config-view.ts';

const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 128, depth: 4, heads: 4 },
  batchSize: 64,
  length: { kind: 'minutes', minutes: 5 },
});
const field = (path: string) => {
  const found = configFields.find((candidate) => candidate.path === path);
  if (!found) throw new Error(`There is no field for ${path}.`);
  return found;
};

const unet = withValue(config, field('network.kind'), 'unet');

/** The paths of every setting in a schema, in every branch of its unions. */
function leaves(schema: z.core.$ZodType, path = ''): string[] {
  const inner = (schema as { unwrap?: () => z.core.$ZodType; removeDefault?: () => z.core.$ZodType }).unwrap?.();
  if (inner) return leaves(inner, path);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) =>
      leaves(value, path ? `${path}.${key}` : key),
    );
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap((option) => leaves(option, path));
  return [path];
}

describe('the settings of a run', () => {
  it('can all be changed on the screen, and nothing else', () => {
    const all = new Set(leaves(runConfigSchema));
    expect(all.size).toBeGreaterThan(25);
    expect(new Set(configFields.map(({ path }) => path))).toEqual(all);
  });

  it.each(configFields)('$path says in a whole sentence what it does', ({ label, help }) => {
    expect(label).toMatch(/^[A-Z]/);
    expect(help).toMatch(/^.{25,}\.$/s);
  });

  it('offer exactly the choices of the schema', () => {
    for (const choice of configFields) {
      if (choice.kind !== 'choice') continue;
      const base = choice.when?.(config) === false ? unet : config;
      for (const { value } of choice.options)
        expect(problemsOfConfig(withValue(base, choice, value)), `${choice.path} = ${value}`).toEqual([]);
      if (!choice.whole) expect(problemsOfConfig(withValue(config, choice, 'nonsense'))).not.toEqual([]);
    }
  });
});

describe('changing settings', () => {
  it('leaves the original and everything else as it is', () => {
    const changed = withValue(config, field('optimiser.learningRate'), 0.01);
    expect(changed.optimiser).toEqual({ ...config.optimiser, learningRate: 0.01 });
    expect(config.optimiser.learningRate).toBe(1e-4);
    expect(changed.objective).toBe(config.objective);
  });

  it('replaces the branch when a choice brings settings of its own', () => {
    const steps = withValue(config, field('length.kind'), 'steps');
    expect(steps.length).toEqual({ kind: 'steps', steps: 2000 });
    expect(valueAt(steps, 'length.minutes')).toBeUndefined();
    const constant = withValue(config, field('objective.scaling.kind'), 'constant');
    expect(problemsOfConfig(constant)).toEqual([]);
  });

  it('goes back to what the preset has, branch and all', () => {
    const steps = withValue(config, field('length.kind'), 'steps');
    expect(restored(steps, config, field('length.kind'))).toEqual(config);
    const faster = withValue(config, field('optimiser.learningRate'), 1);
    expect(restored(faster, config, field('optimiser.learningRate'))).toEqual(config);
  });

  it('knows which settings differ from the preset', () => {
    expect(changedPaths(config, config).size).toBe(0);
    const changed = withValue(withValue(config, field('batchSize'), 8), field('coupling'), 'independent');
    expect([...changedPaths(changed, config)]).toEqual(['batchSize', 'coupling']);
  });

  it('goes from one kind of network to the other and back', () => {
    expect(problemsOfConfig(unet, [4, 8, 8])).toEqual([]);
    expect(unet.network).toMatchObject({ kind: 'unet', norm: 'nonScaling' });
    expect(configFields.filter(({ when }) => when?.(unet) === false).map(({ path }) => path)).toContain(
      'network.heads',
    );
    expect(restored(unet, config, field('network.kind'))).toEqual(config);
  });

  it('reads lists of numbers', () => {
    expect(parseList('1, 2,3 ; 4')).toEqual([1, 2, 3, 4]);
    expect(parseList('')).toEqual([]);
    expect(parseList('1, two')).toEqual([1, Number.NaN]);
    const list = field('network.multipliers');
    expect(valueWords(list, [1, 2])).toBe('1, 2');
    expect(valueWords(list, [])).toBe('none');
    const other = withValue(unet, list, [1, 2]);
    expect(changedPaths(withValue(unet, list, [1, 2, 3]), unet).size).toBe(0);
    expect([...changedPaths(other, unet)]).toEqual(['network.multipliers']);
  });

  it('says values in words', () => {
    expect(valueWords(field('network.rope'), true)).toBe('on');
    expect(valueWords(field('coupling'), 'independent')).toBe('By chance');
    expect(valueWords(field('optimiser.eps'), 1e-8)).toBe('1e-8');
  });
});

describe('problemsOfConfig', () => {
  const problems = (changes: Record<string, unknown>) =>
    problemsOfConfig(
      Object.entries(changes).reduce((all, [path, value]) => withValue(all, field(path), value), config),
      [4, 8, 8],
    ).map(({ path, text }) => `${path}: ${text}`);

  it('is silent about the defaults', () => expect(problems({})).toEqual([]));

  it('names all problems at once, in the order of the screen', () => {
    expect(
      problems({ 'optimiser.beta1': 1, batchSize: 0, 'network.depth': 2.5, 'length.minutes': Number.NaN }),
    ).toEqual([
      'length.minutes: Enter a number.',
      'batchSize: Enter 1 or more.',
      'network.depth: Enter a whole number.',
      'optimiser.beta1: Enter a number below 1.',
    ]);
  });

  it('says “above” where the bound itself is not allowed', () => {
    expect(problems({ 'objective.noise.sigmaMin': 0 })).toEqual(['objective.noise.sigmaMin: Enter a number above 0.']);
  });

  it('finds values that do not go together', () => {
    expect(problems({ 'network.heads': 3 })).toEqual([
      'network.heads: The width, 128, can not be shared evenly by 3 heads.',
    ]);
    expect(problems({ 'objective.noise.sigmaMax': 0.001 })).toEqual([
      'objective.noise.sigmaMax: Enter more than the least noise.',
    ]);
    expect(problems({ 'objective.curriculum.s0': 100, 'objective.curriculum.s1': 50 })).toHaveLength(1);
    expect(problemsOfConfig(withValue(config, field('network.patch'), 4), [4, 6, 6]).map(({ path }) => path)).toEqual([
      'network.patch',
    ]);
  });

  it('reads averages as they are written, and says what can not be one', () => {
    const averages = [
      { kind: 'share', share: 0.03 },
      { kind: 'rate', rate: 0.99993 },
    ] as const;
    expect(averagesText([...averages])).toBe('3 %, 0.99993');
    expect(parseAverages(' 3%; 0.99993,')).toEqual(averages);
    const words = (text: string) =>
      problemsOfConfig(withValue(config, field('averages'), parseAverages(text))).map(
        (problem) => `${problem.path}: ${problem.text}`,
      );
    expect(words('3 %, 0.999')).toEqual([]);
    expect(words('')).toEqual(['averages: Enter at least 1 number.']);
    expect(words('calm')[0]).toMatch(/^averages: Enter a number\.$/);
    expect(words('1')[0]).toMatch(/^averages: Enter a number below 1\.$/);
    expect(words('200 %')[0]).toMatch(/^averages: Enter 1 or less\.$/);
  });

  it('finds what a U-Net can not be', () => {
    const words = (path: string, value: unknown) =>
      problemsOfConfig(withValue(unet, field(path), value), [4, 8, 8]).map(
        (problem) => `${problem.path}: ${problem.text}`,
      );
    expect(words('network.width', 40)).toEqual(['network.width: Enter a multiple of 32.']);
    expect(words('network.width', 96)).toEqual([
      'network.width: Enter a multiple of 64, the channels of an attention head.',
    ]);
    expect(words('network.multipliers', [1, 9])).toEqual(['network.multipliers: Enter 8 or less.']);
    expect(words('network.multipliers', [1, Number.NaN])).toEqual(['network.multipliers: Enter a number.']);
    expect(words('network.multipliers', [])).toEqual(['network.multipliers: Enter at least 1 number.']);
    expect(words('network.multipliers', [1, 1, 1, 1, 1])).toEqual([
      'network.multipliers: Latents of 8 × 8 can not be halved 4 times; enter fewer levels.',
    ]);
  });

  it('refuses what the schema refuses, for any number in any field', () => {
    const numbers = configFields.filter(({ kind }) => kind === 'number').map(({ path }) => path);
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.double({ min: -1000, max: 1000, noNaN: true }), (path, value) => {
        const changed = withValue(config, field(path), value);
        if (!runConfigSchema.safeParse(changed).success) expect(problemsOfConfig(changed)).not.toEqual([]);
      }),
    );
  });
});
