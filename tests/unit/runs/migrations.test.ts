import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listRuns } from '../../../main/runs/store.ts';

/** A run.json as version 0.1.0 wrote it. */
const old = {
  schemaVersion: 1,
  id: 'run-001',
  name: 'First',
  createdAt: '2026-11-20T10:00:00.000Z',
  latentsKey: 'abc',
  vae: 'starter',
  config: {
    network: { kind: 'dit', patch: 2, width: 128, depth: 4, heads: 4, mlp: 'relu', rope: true, frequencyFilter: false },
    noise: { sigmaMin: 0.01, sigmaMax: 80, rho: 7, pMean: -1.1, pStd: 2 },
    curriculum: { s0: 10, s1: 20 },
    loss: { schedule: 'constant', c: 0.3 },
    diffusionLoss: { threshold: 0.5, weight: 2 },
    coupling: 'optimalTransport',
    optimiser: { learningRate: 0.001, beta1: 0.9, beta2: 0.99, eps: 1e-6, weightDecay: 0 },
    emaHalfLifeShare: 0.03,
    batchSize: 64,
    precision: 'full',
    microBatch: 'auto',
    recompute: false,
    length: { kind: 'minutes', minutes: 5 },
    checkpointMinutes: 1,
    sampleSheets: 10,
    seed: 0,
  },
  plan: {
    steps: 2500,
    parameters: 1000,
    latentShape: [4, 8, 8],
    trainingPictures: 4096,
    heldOutPictures: 1024,
    batchSize: 64,
    emaRate: 0.99,
  },
  status: 'finished',
  step: 2500,
  seconds: 290,
  skipped: 0,
  scores: [],
};

it('reads the runs of the first version, with everything they chose', async () => {
  const project = mkdtempSync(join(tmpdir(), 'cauchy-migration-'));
  mkdirSync(join(project, 'runs', 'run-001'), { recursive: true });
  writeFileSync(join(project, 'runs', 'run-001', 'run.json'), JSON.stringify(old));
  const [run] = await listRuns(project);
  expect(run!.config.objective).toMatchObject({
    kind: 'consistency',
    noise: { sigmaMin: 0.01, pStd: 2 },
    curriculum: { s0: 10, s1: 20 },
    loss: 'cauchy',
    reduction: 'mean',
    weighting: 'inverseGap',
    scaling: { kind: 'constant', c: 0.3 },
    diffusionLoss: { threshold: 0.5, weight: 2 },
  });
  expect(run!.config.optimiser).toMatchObject({ kind: 'radam', learningRate: 0.001, weightDecay: 0, clipNorm: null });
  expect(run!.config.averages).toEqual([{ kind: 'share', share: 0.03 }]);
  expect(run).toMatchObject({ plan: { emaRates: [0.99] }, halvings: 0 });
});
