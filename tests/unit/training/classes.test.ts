/** Classes in training: they stay with their pictures, some are kept from the network, and a stopped run goes on the same. */
import { describe, expect, it } from 'vitest';
import { DataOrder, prepareBatch } from '../../../main/training/batch.ts';
import type { TrainingData } from '../../../main/training/batch.ts';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { classCount, classesInShares, dropLabels, oneHot, resolveClasses } from '../../../main/training/classes.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { planRun } from '../../../main/training/plan.ts';
import type { RunConfig } from '../../../main/training/schema.ts';
import { runTiny, tinyConfig, tinyShape } from '../../support/training.ts';

const withClasses = (count: number | 'auto', dropout: number): RunConfig =>
  tinyConfig({ classes: { kind: 'folders', count, dropout } });

const count = 30;
/** Every latent tells which picture it is; the classes go round, every fourth picture has none. */
const data: TrainingData = {
  latents: Float32Array.from({ length: 32 * count }, (_, i) => Math.floor(i / 32) + (i % 32 === 0 ? 0 : (i % 7) / 9)),
  count,
  dimensions: 32,
  labels: Int32Array.from({ length: count }, (_, i) => (i % 4 === 3 ? -1 : i % 4)),
};
const batchOf = (config: RunConfig, k: number) =>
  prepareBatch(data, config, 100, k, new DataOrder(config.seed, data.count));
/** Class of each row, 3 for none. */
function labelsOf(config: RunConfig, k: number): number[] {
  const { classes } = batchOf(config, k).inputs;
  return Array.from({ length: config.batchSize }, (_, b) => classes!.subarray(4 * b, 4 * b + 4).indexOf(1));
}

describe('a batch', () => {
  it.each(['optimalTransport', 'independent'] as const)(
    'tells the class of each of its latents, coupled %s',
    (coupling) => {
      const config = { ...withClasses(3, 0), coupling };
      for (let k = 0; k < 5; k++) {
        const { x_0, inputs } = batchOf(config, k);
        expect(inputs['classes']!.length).toBe(4 * config.batchSize);
        expect(inputs['classes']!.reduce((sum, x) => sum + x, 0)).toBe(config.batchSize);
        expect(labelsOf(config, k)).toEqual(Array.from({ length: config.batchSize }, (_, b) => x_0[32 * b]! % 4));
      }
    },
  );

  it('keeps a share of the classes from the network, drawn by the step alone, and nothing else changes', () => {
    const [all, some] = [0, 0.3].map((dropout) => ({ ...withClasses(3, dropout), coupling: 'independent' as const })) as [RunConfig, RunConfig]; // prettier-ignore
    const steps = 250;
    let dropped = 0;
    for (let k = 0; k < steps; k++) {
      const [told, kept] = [labelsOf(all, k), labelsOf(some, k)];
      kept.forEach((label, b) => label === told[b] || expect(label).toBe(3));
      dropped += kept.filter((label, b) => label !== told[b]).length;
    }
    // 0.3 of the three quarters that have a class; four standard deviations of 1,500 draws are 0.047.
    expect(Math.abs(dropped / (steps * some.batchSize * 0.75) - 0.3)).toBeLessThan(0.047);
    expect(labelsOf(some, 7)).toEqual(labelsOf(some, 7));
    const [plain, conditional] = [batchOf(tinyConfig({ coupling: 'independent' }), 3), batchOf(some, 3)];
    expect(plain.inputs['classes']).toBeUndefined();
    expect(conditional).toEqual({ ...plain, inputs: { ...plain.inputs, classes: conditional.inputs['classes'] } });
  });

  it('none or all of them, at the ends', () => {
    const labels = Int32Array.from({ length: 1000 }, () => 1);
    dropLabels(labels, 0, 1, 1);
    expect(labels.every((label) => label === 1)).toBe(true);
    dropLabels(labels, 1, 1, 1);
    expect(labels.every((label) => label === -1)).toBe(true);
  });

  it('whose pictures have classes beyond the network’s is a fault of the program', () => {
    expect(() => oneHot([0, 2], 2)).toThrow(/a class below 2/);
    expect([...oneHot([0, null, -1, 1], 2)]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0]);
  });
});

describe('the number of classes', () => {
  const names = (...list: string[]) => list.map((name) => ({ name, pictures: 5 }));

  it('is that of the pictures, unless the settings say another', () => {
    const config = resolveClasses(withClasses('auto', 0.1), names('a', 'b', 'c'));
    expect(classCount(config)).toBe(3);
    expect(config.classes).toMatchObject({ dropout: 0.1 });
    expect(resolveClasses(withClasses(2, 0), names('a', 'b')).classes).toMatchObject({ count: 2 });
    expect(classCount(resolveClasses(tinyConfig(), names('a', 'b')))).toBe(0);
  });

  it('that does not suit the pictures is refused in words', () => {
    expect(() => resolveClasses(withClasses(3, 0), names('a', 'b'))).toThrow(
      /ask for 3 classes, and the pictures have 2: a and b/,
    );
    expect(() => resolveClasses(withClasses('auto', 0), names('a'))).toThrow(/one class, a;/);
    expect(() => resolveClasses(withClasses('auto', 0), [])).toThrow(/no classes; a model that knows classes/);
    expect(() => classCount(withClasses('auto', 0))).toThrow(/number of classes is known/);
  });

  it('is part of the plan, by name, and of the parameters', () => {
    const plan = planRun(withClasses(2, 0.1), tinyShape, 48, 10, names('a', 'b'));
    expect(plan.classes).toEqual(names('a', 'b'));
    // Two rows more in the table of classes, of the network's width each.
    expect(plan.parameters - planRun(tinyConfig(), tinyShape, 48, 10).parameters).toBe(2 * 16);
    expect(planRun(tinyConfig(), tinyShape, 48, 10).classes).toBeUndefined();
  });

  it('samples for a score have the classes in their shares, what is unsorted included', () => {
    const shares = classesInShares(100, [{ name: 'a', pictures: 20 }, { name: 'none of it', pictures: 0 }, { name: 'b', pictures: 5 }], 40); // prettier-ignore
    const of = (label: number | null) => shares.filter((each) => each === label).length;
    expect([of(0), of(1), of(2), of(null)]).toEqual([50, 0, 12, 38]);
    expect(classesInShares(3, [], 40)).toEqual([null, null, null]);
  });
});

describe('training', () => {
  const config = { ...withClasses(4, 0.2), length: { kind: 'steps' as const, steps: 6 } };

  it('moves the table of classes, and goes on after a stop bit for bit', async () => {
    const whole = await runTiny({ config });
    const stopped = await runTiny({ config, stopAfter: 3 });
    await runTiny({ config, folder: stopped.folder });
    const weights = async (folder: string) => {
      const { state } = (await readCheckpoint(folder))!;
      return state.filter(({ name }) => name.startsWith('parameters/'));
    };
    const [once, twice] = [await weights(whole.folder), await weights(stopped.folder)];
    expect(twice).toEqual(once);
    const { data: table } = once.find(({ name }) => name.endsWith('y_embedder.embedding_table.weight'))!;
    expect(new Set(table).size).toBeGreaterThan(5 * 16 - 4);
    const losses = async (folder: string) => (await readMetrics(folder)).map(({ loss }) => loss);
    expect(await losses(stopped.folder)).toEqual(await losses(whole.folder));
  });

  it('in parts of a batch is that of the batch', async () => {
    const rows = async (microBatch?: number) =>
      readMetrics((await runTiny({ config, ...(microBatch === undefined ? {} : { microBatch }) })).folder);
    const [whole, parts] = [await rows(), await rows(2)];
    expect(parts.map(({ loss }) => loss!)).toBeAllClose(
      whole.map(({ loss }) => loss!),
      { rtol: 1e-4, atol: 2e-5, because: 'the same sums in another order, over 6 updates' },
    );
  });
});
