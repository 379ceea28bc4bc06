/** Every setting of a run does something: changed alone, it changes the plan, the schedule, the batches, the rates, the start, the sampler or the graph. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fillNormal } from '../../../main/base/random.ts';
import { networkSpecs } from '../../../main/models/network.ts';
import { initialise } from '../../../main/models/parameters.ts';
import { DataOrder, prepareBatch } from '../../../main/training/batch.ts';
import { networkOf } from '../../../main/training/classes.ts';
import { microBatchSizes } from '../../../main/training/memory.ts';
import { objectiveOf } from '../../../main/training/objectives/index.ts';
import { lengthInSteps, planRun } from '../../../main/training/plan.ts';
import { scheduleOf } from '../../../main/training/schedule.ts';
import { runConfigSchema } from '../../../main/training/schema.ts';
import type { RunConfig } from '../../../main/training/schema.ts';
import { runLayout, stepGraphs } from '../../../main/training/step.ts';
import { updateInputs } from '../../../main/training/step-inputs.ts';

const shape = [2, 4, 4] as const;
const pictures = 64;
const dimensions = 32;
const latents = new Float32Array(pictures * dimensions);
fillNormal(latents, { seed: 1, stream: 'test', index: 0 });
const labels = Int32Array.from({ length: pictures }, (_, i) => i % 3);

const dit = { kind: 'dit', patch: 2, width: 16, depth: 1, heads: 2 };
const unet = { kind: 'unet', width: 32, multipliers: [1], blocks: 1, attentionSides: [], headChannels: 32 };
const length = { kind: 'steps', steps: 40 };
const base = { network: dit, batchSize: 8, length, averages: [{ kind: 'share', share: 0.1 }], microBatch: 8 };
const bases: Readonly<Record<string, object>> = {
  plain: base,
  unet: { ...base, network: unet },
  constantC: { ...base, objective: { kind: 'consistency', scaling: { kind: 'constant', c: 0.1 } } },
  tableC: { ...base, objective: { kind: 'consistency', scaling: { kind: 'table', values: [{ levels: 11, c: 0.1 }] } } },
  easy: { ...base, objective: { kind: 'easyConsistency' } },
  diffusion: { ...base, objective: { kind: 'diffusion' } },
  meanFlow: { ...base, objective: { kind: 'meanFlow' } },
  classes: { ...base, classes: { kind: 'folders', count: 3 } },
  minutes: { ...base, length: { kind: 'minutes', minutes: 5 } },
  epochs: { ...base, length: { kind: 'epochs', epochs: 2 } },
  rate: { ...base, averages: [{ kind: 'rate', rate: 0.9 }] },
};

/** For each setting a base that has it, and another value. */
const changes: Readonly<Record<string, readonly [base: keyof typeof bases, value: unknown]>> = {
  'network.kind': ['plain', unet],
  'network.patch': ['plain', 4],
  'network.width': ['plain', 32],
  'network.depth': ['plain', 2],
  'network.heads': ['plain', 1],
  'network.mlp': ['plain', 'silu'],
  'network.norm': ['unet', 'instance'],
  'network.qkNorm': ['plain', false],
  'network.rope': ['plain', false],
  'network.frequencyFilter': ['plain', true],
  'network.condMixing': ['plain', true],
  'network.multipliers': ['unet', [2]],
  'network.blocks': ['unet', 2],
  'network.attentionSides': ['unet', [4]],
  'network.headChannels': ['unet64', 64],
  'classes.kind': ['plain', { kind: 'folders', count: 3 }],
  'classes.count': ['classes', 4],
  'classes.dropout': ['classes', 0.9],
  'objective.kind': ['plain', { kind: 'diffusion' }],
  'objective.noise.sigmaMin': ['plain', 0.01],
  'objective.noise.sigmaMax': ['plain', 40],
  'objective.noise.rho': ['plain', 5],
  'objective.noise.pMean': ['plain', 0],
  'objective.noise.pStd': ['plain', 1],
  'objective.curriculum.s0': ['plain', 5],
  'objective.curriculum.s1': ['plain', 20],
  'objective.loss': ['plain', 'gemanMcClure'],
  'objective.reduction': ['plain', 'sum'],
  'objective.weighting': ['plain', 'uniform'],
  'objective.scaling.kind': ['plain', { kind: 'adaptiveSqrt2' }],
  'objective.scaling.c': ['constantC', 0.2],
  'objective.scaling.values.levels': ['tableC', [{ levels: 5, c: 0.3 }, { levels: 21, c: 0.1 }]], // prettier-ignore
  'objective.scaling.values.c': ['tableC', [{ levels: 11, c: 0.2 }]],
  'objective.diffusionLoss.threshold': ['plain', 0.4],
  'objective.diffusionLoss.weight': ['plain', 1],
  'objective.q': ['easy', 4],
  'objective.k': ['easy', 2],
  'objective.b': ['easy', 3],
  'objective.doublings': ['easy', 2],
  'objective.c': ['easy', 0.1],
  'objective.logitMean': ['meanFlow', 0.5],
  'objective.logitStd': ['meanFlow', 2],
  'objective.differentShare': ['meanFlow', 0.9],
  'objective.power': ['meanFlow', 0.5],
  'objective.guard': ['meanFlow', 0.1],
  coupling: ['plain', 'independent'],
  'optimiser.kind': ['plain', 'adamw'],
  'optimiser.learningRate': ['plain', 1e-3],
  'optimiser.beta1': ['plain', 0.8],
  'optimiser.beta2': ['plain', 0.9],
  'optimiser.eps': ['plain', 1e-3],
  'optimiser.weightDecay': ['plain', 0.1],
  'optimiser.clipNorm': ['plain', 1],
  nonFiniteLimit: ['plain', 5],
  'averages.kind': ['plain', [{ kind: 'rate', rate: 0.5 }]],
  'averages.share': ['plain', [{ kind: 'share', share: 0.5 }]],
  'averages.rate': ['rate', [{ kind: 'rate', rate: 0.99 }]],
  'startFrom.run': ['plain', { run: 'run-001' }],
  batchSize: ['plain', 16],
  precision: ['plain', 'mixed'],
  microBatch: ['plain', 4],
  recompute: ['plain', true],
  'length.kind': ['plain', { kind: 'epochs', epochs: 2 }],
  'length.steps': ['plain', 41],
  'length.epochs': ['epochs', 3],
  'length.minutes': ['minutes', 6],
  checkpointMinutes: ['plain', 7],
  sampleSheets: ['plain', 3],
  seed: ['plain', 1],
};

/** What follows from a configuration, the cheap first: a difference found there spares the graphs. */
const consequences: readonly ((config: RunConfig) => unknown)[] = [
  (config) => scheduleOf(config, stepsOf(config)),
  (config) => planRun(config, shape, pictures, stepsOf(config)),
  // Which run's weights are loaded (main/workers/start-state.ts has its own tests).
  ({ startFrom }) => startFrom,
  ({ batchSize, microBatch }) => microBatchSizes(batchSize).find((size) => size === microBatch),
  (config) => [1, 7].map((update) => updateInputs(config, update, [0.9])),
  (config) => [1, 2, 3].map((nfe) => objectiveOf(config).sampling({ kind: 'nfe', nfe })),
  (config) => initialise(networkSpecs(networkOf(config), shape), config.seed),
  (config) =>
    [0, 30].map((k) => {
      const data = { latents, labels, count: pictures, dimensions };
      return prepareBatch(data, config, stepsOf(config), k, new DataOrder(config.seed, pictures));
    }),
  (config) => stepGraphs(config, shape, runLayout(networkOf(config), shape, 'separate'), config.batchSize),
];
const stepsOf = (config: RunConfig): number => lengthInSteps(config, pictures) ?? 40;

/** Arrays of numbers, sets and maps (a graph's constants) as text, like everything else. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    part instanceof Set || part instanceof Map || ArrayBuffer.isView(part)
      ? [...(part as unknown as Iterable<unknown>)]
      : part,
  );

/** `value` at `path`; a union's kind brings its whole branch, and a list's item the list. */
function changed(config: object, path: string, value: unknown): RunConfig {
  const whole = path
    .replace(/\.(kind|run)$/, '')
    .replace(/\.(levels|c)$/, (end) => (path.includes('.values.') ? '' : end));
  const keys = (typeof value === 'object' && value !== null ? whole : path)
    .replace(/^averages\..*$/, 'averages')
    .split('.');
  const copy = structuredClone(config) as Record<string, unknown>;
  let at = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1)!] = value;
  return runConfigSchema.parse(copy);
}

/** The paths of every setting in a schema, in every branch of its unions and lists of branches. */
function leaves(schema: z.core.$ZodType, path = ''): string[] {
  const inner = (schema as { unwrap?: () => z.core.$ZodType }).unwrap?.();
  if (inner && !(schema instanceof z.ZodArray)) return leaves(inner, path);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as Record<string, z.core.$ZodType>).flatMap(([key, value]) =>
      leaves(value, path ? `${path}.${key}` : key),
    );
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap((option) => leaves(option, path));
  if (schema instanceof z.ZodArray && isComposite(schema.element)) return leaves(schema.element, path);
  return [path];
}
const isComposite = (schema: z.core.$ZodType) =>
  schema instanceof z.ZodObject || schema instanceof z.ZodDiscriminatedUnion;

describe('a setting of a run', () => {
  it('has a row below, each of them', () => {
    expect([...new Set(leaves(runConfigSchema))].sort()).toEqual(Object.keys(changes).sort());
  });

  it.each(Object.entries(changes))('%s changes what the run is', (path, [name, value]) => {
    const from = runConfigSchema.parse(
      name === 'unet64' ? { ...base, network: { ...unet, width: 64, attentionSides: [4] } } : bases[name],
    );
    const to = changed(from, path, value);
    expect(to).not.toEqual(from);
    const differs = consequences.some((consequence) => text(consequence(from)) !== text(consequence(to)));
    expect(differs).toBe(true);
  });

  it('that is the same changes nothing', () => {
    const [a, b] = [runConfigSchema.parse(base), runConfigSchema.parse(structuredClone(base))];
    for (const consequence of consequences) expect(text(consequence(a))).toBe(text(consequence(b)));
  });
});
