/** Every setting of a VAE's training does something: changed alone, it changes the schedule, the rates, the batches, the start or the graph. */
import { describe, expect, it } from 'vitest';
import type { UsedPicture } from '../../../main/datasets/schema.ts';
import { trace } from '../../../main/tensor/trace/trace.ts';
import { vaeTrainingStep } from '../../../main/vae/trainer.ts';
import type { VaeTrainer } from '../../../main/vae/trainer.ts';
import { startWeights } from '../../../main/vae/training-plan.ts';
import { vaeTrainingConfigSchema } from '../../../main/vae/training-schema.ts';
import type { VaeTrainingConfig } from '../../../main/vae/training-schema.ts';
import { VaePictures } from '../../../main/workers/vae-pictures.ts';
import { vaeTask } from '../../../main/workers/vae-task.ts';
import { leavesOf } from '../../support/schema-leaves.ts';
import { pictureId, stripes, tinySize } from '../../support/vae-training.ts';

const length = { kind: 'steps', steps: 40 };
const plain = { width: 32, encoderBlocks: 1, decoderBlocks: 1, batchSize: 2, length, startFromStarter: false };
const bases: Readonly<Record<string, object>> = {
  plain,
  judged: { ...plain, loss: { discriminator: { kind: 'patch' } } },
  minutes: { ...plain, length: { kind: 'minutes', minutes: 5 } },
};

/** For each setting a base that has it, and another value. */
const changes: Readonly<Record<string, readonly [base: keyof typeof bases, value: unknown]>> = {
  reduction: ['plain', 4],
  latentChannels: ['plain', 8],
  width: ['plain', 40],
  encoderBlocks: ['plain', 2],
  decoderBlocks: ['plain', 2],
  startFromStarter: ['plain', true],
  'loss.l1': ['plain', 2],
  'loss.structure': ['plain', 1],
  'loss.psnr': ['plain', 0.5],
  'loss.kl': ['plain', 0.1],
  'loss.klWarmUp': ['plain', 0.5],
  'loss.discriminator.kind': ['plain', { kind: 'patch' }],
  'loss.discriminator.weight': ['judged', 0.7],
  'loss.discriminator.after': ['judged', 0.25],
  learningRate: ['plain', 1e-5],
  batchSize: ['plain', 3],
  flip: ['plain', false],
  'length.kind': ['plain', { kind: 'minutes', minutes: 5 }],
  'length.steps': ['plain', 41],
  'length.minutes': ['minutes', 6],
  checkpointMinutes: ['plain', 7],
  sampleSheets: ['plain', 3],
  seed: ['plain', 1],
};

const pictures = new VaePictures({
  pictures: Array.from({ length: 4 }, (_, i) => ({ id: pictureId(i) }) as UsedPicture),
  heldOut: 0,
  size: tinySize,
  load: async ({ id }) => stripes(Number.parseInt(id, 16)),
});
const stepsOf = ({ length: asked }: VaeTrainingConfig) => (asked.kind === 'steps' ? asked.steps : 10 * asked.minutes);
/** A starter VAE whose one known weight can be told from a random one. */
const starter = { parameters: [{ name: 'encoder.in.bias', shape: [32], data: new Float32Array(32).fill(7) }] };

/** What the loop asks of the trainer in these updates. */
async function asked(config: VaeTrainingConfig, updates: readonly number[]) {
  const told: object[] = [];
  const trainer = {
    steps: async (steps: readonly object[]) => {
      told.push(...steps);
      return [];
    },
  } as unknown as VaeTrainer;
  const task = vaeTask(config, stepsOf(config), trainer);
  const batch = { x: new Float32Array(0), eps: new Float32Array(0) };
  await task.make(updates.map((update) => ({ batch, update, learningRate: task.learningRate(update, 0) })));
  const { sheets, ...schedule } = task.schedule;
  return { told, schedule, sheets: [...sheets], steps: task.steps };
}

/** What follows from a configuration, the cheap first: a difference found there spares the graphs. */
const consequences: readonly ((config: VaeTrainingConfig) => unknown)[] = [
  (config) => asked(config, [1, 4, 15, 40]),
  (config) => startWeights(config, config.startFromStarter ? starter : undefined),
  (config) => Promise.all([0, 3].map((k) => pictures.batch(config, k))),
  (config) => {
    const { fn, types } = vaeTrainingStep(config, tinySize, 'separate', true);
    return trace('step', fn, types);
  },
];

/** The input with another value at a path; a change of `kind` replaces the whole choice. */
function withChange(input: object, path: string, value: unknown): object {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  if (rest.length === 0 || rest.join() === 'kind') return { ...input, [head]: value };
  const child = (input as Record<string, object | undefined>)[head] ?? {};
  return { ...input, [head]: withChange(child, rest.join('.'), value) };
}

describe('settings of a VAE’s training', () => {
  it('are all listed here', () => {
    expect(Object.keys(changes).sort()).toEqual([...new Set(leavesOf(vaeTrainingConfigSchema))].sort());
  });

  it.each(Object.entries(changes))('%s changes what is done', async (path, [base, value]) => {
    const before = vaeTrainingConfigSchema.parse(bases[base]);
    const after = vaeTrainingConfigSchema.parse(withChange(bases[base]!, path, value));
    const differs = async (consequence: (config: VaeTrainingConfig) => unknown) => {
      const [a, b] = [await consequence(before), await consequence(after)];
      try {
        expect(a).toEqual(b);
        return false;
      } catch {
        return true;
      }
    };
    let found = false;
    for (const consequence of consequences) found ||= await differs(consequence);
    expect(found).toBe(true);
  });
});
