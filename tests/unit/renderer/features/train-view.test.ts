import { describe, expect, it } from 'vitest';
import { runConfigSchema } from '../../../../main/training/schema.ts';
import type { MetricsRow, RunRecord } from '../../../../renderer/api/studio.ts';
import { smooth } from '../../../../renderer/charts/smooth.ts';
import {
  canResume,
  detailFacts,
  interruptedWords,
  lengthWords,
  lossSentence,
  metricsTable,
  newestFirst,
  presetFacts,
  presetGroups,
  runFacts,
  sheetWords,
  situationOf,
  stepTimeSentence,
} from '../../../../renderer/features/train/train-view.ts';

const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 128, depth: 4, heads: 4 },
  batchSize: 64,
  length: { kind: 'minutes', minutes: 5 },
});
const run = (change: Partial<RunRecord> = {}): RunRecord => ({
  id: 'run-1',
  name: 'First',
  createdAt: '2026-03-03T12:00:00.000Z',
  preset: 'quick',
  latentsKey: 'k',
  vae: 'starter',
  config,
  plan: {
    steps: 2400,
    parameters: 1_204_736,
    latentShape: [4, 8, 8],
    trainingPictures: 4608,
    heldOutPictures: 512,
    batchSize: 64,
    emaRates: [0.999],
  },
  status: 'running',
  step: 1000,
  seconds: 122,
  skipped: 0,
  halvings: 0,
  scores: [],
  ...change,
});
const row = (step: number, change: Partial<MetricsRow> = {}): MetricsRow => ({
  step,
  loss: 1,
  consistencyLoss: 0.7,
  diffusionLoss: 0.3,
  gradNorm: 1,
  levels: 11,
  c: 0.1,
  learningRate: 1e-4,
  stepSeconds: 0.12,
  seconds: 0.122 * step,
  skipped: 0,
  ...change,
});

describe('presets', () => {
  it('say how long they last, in steps or in time', () => {
    expect(lengthWords({ kind: 'steps', steps: 4000 })).toBe('4,000 steps');
    expect(lengthWords({ kind: 'minutes', minutes: 5 })).toBe('5 minutes');
    expect(lengthWords({ kind: 'minutes', minutes: 180 })).toBe('3 h');
    expect(lengthWords({ kind: 'minutes', minutes: 90 })).toBe('1 h 30 min');
  });
  it('say what the model is like', () => {
    const model = (network: RunRecord['config']['network']) =>
      presetFacts(
        { id: 'a', name: '', group: 'studio', description: '', source: '', config: { ...config, network } },
        [],
      ).find(({ label }) => label === 'model')?.value;
    expect(model(config.network)).toBe('4 layers of 128');
    expect(model(runConfigSchema.shape.network.parse({ kind: 'unet', width: 64 }))).toBe('U-Net of 4 levels, width 64');
  });
  it('are grouped by where they come from', () => {
    const preset = (id: string, group: 'studio' | 'paper') => ({
      id,
      name: '',
      group,
      description: '',
      source: '',
      config,
    });
    const [mine, paper] = [preset('a', 'studio'), preset('b', 'paper')];
    expect(presetGroups([paper, mine]).map(({ title, presets }) => [title, presets])).toEqual([
      ['For this computer', [mine]],
      ['From papers', [paper]],
    ]);
    expect(presetGroups([mine])).toHaveLength(1);
    const facts = presetFacts({ ...paper, pictureSize: 256 }, []).map(({ label, value }) => `${label}: ${value}`);
    expect(facts).toContain('pictures of: 256 × 256');
    expect(facts.join()).not.toContain('measured here');
  });
  it('show a speed only when it was measured here', () => {
    const preset = { id: 'quick', name: '', group: 'studio' as const, description: '', source: '', config };
    const speed = (runs: RunRecord[]) => presetFacts(preset, runs).at(-1)?.value;
    expect(speed([])).toBe('not yet');
    expect(speed([run({ preset: 'other' })])).toBe('not yet');
    expect(speed([run()])).toBe('8.2 steps/s');
  });
});

describe('what a run needs the person to know', () => {
  it('how much an interruption has cost: the steps since the last checkpoint', () => {
    expect(interruptedWords(run(), row(1140, { seconds: 139 }))).toContain(
      'step 1,000. 140 steps (17 s) after it are lost and will be repeated.',
    );
    expect(interruptedWords(run(), row(1000))).toContain('Nothing is lost.');
    expect(interruptedWords(run(), undefined)).toContain('Nothing is lost.');
    expect(interruptedWords(run({ step: 0 }), row(20))).toContain('before anything was saved');
  });
  it('nothing while it trains, and something in every other state', () => {
    expect(situationOf(run(), undefined)).toBeUndefined();
    for (const status of ['paused', 'stopped', 'finished', 'failed', 'interrupted'] as const)
      expect(situationOf(run({ status }), undefined)?.title).toBeTruthy();
  });
  it('whether it can go on: not without a checkpoint, unless it only waits or was cut off before the first', () => {
    expect(
      (['paused', 'stopped', 'interrupted', 'failed', 'finished', 'running'] as const).map((status) =>
        canResume(run({ status })),
      ),
    ).toEqual([true, true, true, true, false, false]);
    expect(canResume(run({ status: 'interrupted', step: 0 }))).toBe(true);
    expect(canResume(run({ status: 'failed', step: 0 }))).toBe(false);
    expect(canResume(run({ status: 'paused', step: 0 }))).toBe(true);
  });
});

describe('figures', () => {
  it('are live: the last step counts, not the last checkpoint', () => {
    const facts = runFacts(run(), row(1204, { seconds: 147 }), undefined);
    expect(facts.map(({ value }) => value)).toEqual([
      '1,204 of 2,400',
      '2 min 27 s',
      'measuring the time',
      'measuring',
    ]);
  });
  it('say zero as zero and unknown as unknown', () => {
    const values = Object.fromEntries(detailFacts(run(), undefined).map(({ label, value }) => [label, value]));
    expect(values['Steps rolled back']).toBe('0 rolled back');
    expect(values['Noise levels']).toBe('–');
    expect(values['Distance to your pictures']).toBe('not measured yet');
  });
  it('fill a table as wide as its head', () => {
    const { columns, cells } = metricsTable([row(1)]);
    expect(cells(row(1, { loss: null }))).toHaveLength(columns.length);
    expect(cells(row(1, { loss: null }))[1]).toBe('not a number');
  });
  it('have no columns and figures for what a way of learning does not measure', () => {
    const { levels: _l, c: _c, consistencyLoss: _cl, diffusionLoss: _dl, ...plain } = row(1);
    expect(metricsTable([plain]).columns.join()).not.toMatch(/Noise levels|Consistency|Diffusion|Velocity|,c,/);
    expect(metricsTable([{ ...plain, velocityLoss: 2 }]).columns).toContain('Velocity error');
    const labels = (last: MetricsRow) => detailFacts(run(), last).map(({ term }) => term);
    expect(labels(row(1))).toContain('N');
    expect(labels(plain)).not.toContain('N');
    expect(lossSentence([plain, { ...plain, step: 2 }], new Float64Array([1, 1]), undefined)).not.toContain(
      'noise levels',
    );
  });
  it('say how often the learning rate was halved', () => {
    const halved = (halvings: number) =>
      detailFacts(run({ halvings }), undefined).find(({ term }) => term === 'NaN limit')?.value;
    expect([halved(0), halved(1), halved(2)]).toEqual(['never', '1 time', '2 times']);
  });
});

describe('lossSentence', () => {
  const falling = Array.from({ length: 400 }, (_, i) => row(i + 1, { loss: 2 - i / 400 }));
  const sentence = (rows: MetricsRow[]) =>
    lossSentence(
      rows,
      smooth(
        rows.map(({ loss }) => loss ?? Number.NaN),
        0,
      ),
      run(),
    );

  it('says where the loss is and how it has moved', () => {
    // From 2 to 1.0025 over 399 steps.
    expect(sentence(falling)).toBe(
      'Error (loss) 1.002 at step 400 of 2,400, down 50 % over the last 399 steps, with 11 noise levels. 0 steps rolled back.',
    );
  });
  it('never compares across a stage border, where the scale changes', () => {
    const jumped = [
      ...falling,
      ...Array.from({ length: 50 }, (_, i) => row(401 + i, { loss: 5, levels: 21, skipped: 1 })),
    ];
    expect(sentence(jumped)).toContain('steady over the last 49 steps, with 21 noise levels. 1 step rolled back.');
  });
  it('says so when there is nothing yet', () => {
    expect(sentence([])).toContain('nothing has been measured yet');
    expect(stepTimeSentence([])).toContain('nothing');
    expect(stepTimeSentence(falling)).toContain('120 milliseconds');
  });
});

describe('runs and sheets', () => {
  it('are in order', () => {
    const runs = [run({ id: 'run-1' }), run({ id: 'run-2', createdAt: '2026-03-04T12:00:00.000Z' })];
    expect(newestFirst(runs).map(({ id }) => id)).toEqual(['run-2', 'run-1']);
  });
  it('are described', () => {
    const sheet = { step: 1200, file: '', nfe: 1, rows: 6, columns: 6 };
    expect(sheetWords(sheet, run())).toBe('Step 1,200 of 2,400: 36 pictures in 1 step each');
    expect(sheetWords({ ...sheet, step: 0, nfe: 2 }, run())).toBe('Before training: 36 pictures in 2 steps each');
  });
});
