import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../../main/training/schema.ts';
import type { RunConfig, RunRecord } from '../../../../renderer/api/studio.ts';
import type { ConfigField } from '../../../../renderer/features/train/config-field.ts';
import { configFields, configGroups, expertPaths } from '../../../../renderer/features/train/config-fields.ts';
import {
  changedPaths,
  problemsOfConfig,
  restored,
  valueAt,
  valueWords,
  withValue,
} from '../../../../renderer/features/train/config-view.ts';
import { networkGroup } from '../../../../renderer/features/train/network-fields.ts';
import {
  averagesMeaning,
  averagesText,
  parseAverages,
  parseList,
  parseTable,
  tableMeaning,
  tableText,
} from '../../../../renderer/features/train/field-texts.ts';
import { leavesOf } from '../../../support/schema-leaves.ts';

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

const objectives = ['easyConsistency', 'diffusion', 'meanFlow'].map((kind) =>
  withValue(config, field('objective.kind'), kind),
);
const others = [
  unet,
  ...objectives,
  withValue(config, field('classes.kind'), 'folders'),
  withValue(config, field('objective.scaling.kind'), 'constant'),
  withValue(config, field('objective.scaling.kind'), 'table'),
];
/** Settings among which a field is shown. */
const baseOf = ({ path, when }: ConfigField) => {
  const base = [config, ...others].find((each) => when === undefined || when(each));
  if (!base) throw new Error(`${path} is never shown.`);
  return base;
};

describe('the settings of a run', () => {
  it('can all be changed on the screen, and nothing else', () => {
    const all = new Set(leavesOf(runConfigSchema));
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
      const base = baseOf(choice);
      for (const { value } of choice.options)
        expect(problemsOfConfig(withValue(base, choice, value)), `${choice.path} = ${value}`).toEqual([]);
      if (!choice.whole) expect(problemsOfConfig(withValue(base, choice, 'nonsense'))).not.toEqual([]);
    }
  });
});

describe('the groups on the screen', () => {
  it('show each place once, whatever is chosen', () => {
    for (const shown of [config, ...others]) {
      const paths = configFields.filter(({ when }) => when?.(shown) ?? true).map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
      // Nothing is shown that the configuration does not have.
      expect(paths.filter((path) => valueAt(shown, path) === undefined)).toEqual([]);
    }
  });

  it('keep what most people need short, and say of every other setting that it is further down', () => {
    for (const { simple, fields } of configGroups)
      for (const { path } of fields) expect(expertPaths.has(path)).toBe(!simple);
    const shown = configGroups
      .filter(({ simple }) => simple)
      .flatMap(({ fields }) => fields.filter(({ when }) => when?.(config) ?? true));
    expect(shown.length).toBeLessThan(16);
  });

  it('know the sizes of transformers by name', () => {
    const { of, apply, when } = networkGroup.quick!;
    expect(of(config)).toBeUndefined();
    const large = apply('L', config);
    expect(large.network).toMatchObject({ width: 1024, depth: 24, heads: 16, patch: 2 });
    expect([of(large), when(unet)]).toEqual(['L', false]);
    expect(problemsOfConfig(large)).toEqual([]);
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
    expect(problemsOfConfig(unet, { latentShape: [4, 8, 8] })).toEqual([]);
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
      { latentShape: [4, 8, 8] },
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
    expect(
      problemsOfConfig(withValue(config, field('network.patch'), 4), { latentShape: [4, 6, 6] }).map(
        ({ path }) => path,
      ),
    ).toEqual(['network.patch']);
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

  it('says what averages come to, and when one is too slow for a run', () => {
    const averages = parseAverages('3 %, 0.99993, 0');
    // 0.99993 forgets half in ln 0.5/ln 0.99993 = 9,901.8 steps; method §10.8.
    expect(averagesMeaning(averages, 100_000)).toEqual([
      '1. 3 % forgets half in 3 % of the run, 3,000 steps.',
      '2. 0.99993 forgets half in 9,902 steps.',
      '3. 0 forgets all but the latest step.',
    ]);
    expect(averagesMeaning(averages.slice(1, 2), 2400)[0]).toMatch(/too long for a run of 2,400 steps/);
    expect(averagesMeaning(averages.slice(0, 1), undefined)).toEqual([
      'It forgets half in 3 % of the run, however long that is.',
    ]);
  });

  it('reads a table of tolerances, and says what it comes to', () => {
    const table = [
      { levels: 11, c: 0.5 },
      { levels: 41, c: 0.2 },
    ];
    expect(tableText(table)).toBe('11: 0.5, 41: 0.2');
    expect(parseTable('11:0.5; 41 : 0.2,')).toEqual(table);
    expect(tableMeaning(table)).toEqual(['0.5 below 41 levels', '0.2 from 41 levels on']);
    const withTable = withValue(config, field('objective.scaling.kind'), 'table');
    const words = (text: string) =>
      problemsOfConfig(withValue(withTable, field('objective.scaling.values'), parseTable(text))).map(
        (problem) => `${problem.path}: ${problem.text}`,
      );
    expect(words('11: 0.5, 41: 0.2')).toEqual([]);
    expect(words('11')[0]).toBe('objective.scaling.values: Enter a number.');
    expect(words('11: 0.5: 3')[0]).toBe('objective.scaling.values: Enter a number.');
    expect(words('')).toEqual(['objective.scaling.values: Enter at least 1 number.']);
    expect(words('11: 0')).toEqual(['objective.scaling.values: Enter a number above 0.']);
  });

  it('knows what nothing means', () => {
    expect(valueWords(field('optimiser.clipNorm'), null)).toBe('off');
    const classes = withValue(config, field('classes.kind'), 'folders');
    expect(valueWords(field('classes.count'), valueAt(classes, 'classes.count'))).toBe('as found');
    expect(problemsOfConfig(withValue(classes, field('classes.count'), 1))).toEqual([
      { path: 'classes.count', text: 'Enter 2 or more.' },
    ]);
  });

  it('finds a run that can not lend its weights', () => {
    const lender = { id: 'a', name: 'Evening', step: 10, config } as RunRecord;
    const words = (changes: Partial<RunRecord>, from: RunConfig = config) =>
      problemsOfConfig({ ...from, startFrom: { run: 'a' } }, { runs: [{ ...lender, ...changes }] });
    expect(words({})).toEqual([]);
    expect(words({ id: 'b' })).toEqual([
      { path: 'startFrom', text: 'That run is not in this project. Choose another.' },
    ]);
    expect(words({ step: 0 })[0]?.text).toBe('“Evening” can not lend its weights: nothing saved yet.');
    expect(words({}, unet)[0]?.text).toBe('“Evening” can not lend its weights: another network.');
  });

  it('finds what a U-Net can not be', () => {
    const words = (path: string, value: unknown) =>
      problemsOfConfig(withValue(unet, field(path), value), { latentShape: [4, 8, 8] }).map(
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
