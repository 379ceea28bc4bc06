/** A studio application for the tests of its shells: it answers every method, records what came, and tells events. */
import { studioContract } from '../../main/api/contract/contract.ts';
import type { StudioContract } from '../../main/api/contract/contract.ts';
import type { Job } from '../../main/api/contract/jobs.ts';
import type { StudioApp, StudioEventListener } from '../../main/api/studio.ts';
import { plainRequest } from '../../main/generation/schema.ts';
import { settingsSchema } from '../../main/settings/schema.ts';
import { unadjusted } from '../../main/datasets/operations/adjustments.ts';
import { presetSchema, runConfigSchema } from '../../main/training/schema.ts';
import { vaeTrainingConfigSchema } from '../../main/vae/training-schema.ts';
import type { Handlers, Parsed } from '../../main/base/rpc.ts';

type Methods = StudioContract['methods'];
export type Method = keyof Methods;
type Samples<Side extends 'input' | 'output'> = { readonly [M in Method]: Parsed<Methods[M][Side]> };

const config = runConfigSchema.parse({
  network: { kind: 'dit', patch: 2, width: 64, depth: 2, heads: 2 },
  batchSize: 8,
  length: { kind: 'steps', steps: 20 },
});
const settings = settingsSchema.parse({});
const summary = {
  path: '/projects/My Faces.cauchy',
  name: 'My Faces',
  pictures: { used: 2, quarantined: 1, duplicates: 0, ignored: 0 },
  latents: { encoded: 0, complete: false },
  runs: [],
  vaeRuns: [],
  galleryPictures: 0,
};
const devices = {
  devices: [{ kind: 'cpu' as const, name: 'A processor', threads: 2, state: 'unchecked' as const }],
  choice: 'auto' as const,
  used: 'cpu' as const,
  why: 'No graphics card was found.',
};
const run = { run: 'run-1' };
const cell = { channel: 0, row: 0, col: 1 };
const worst = { ...cell, value: 9.5, z: 6.4 };
const judged = { value: 9.5, z: 6.4, within: 'neither' as const };
const vae = {
  name: 'taesd',
  title: 'Tiny',
  description: 'Small.',
  origin: 'added' as const,
  hash: '0123456789abcdef',
  latentChannels: 4,
  reduction: 8,
  parameters: 1000,
  bytes: 4000,
};

const previewSide = {
  ...{ pictures: 10, unencoded: 0, beyondInner: 3, beyondOuter: 1 },
  channels: [
    {
      ...{ channel: 0, n: 640, q1: -1, median: 0, q3: 1, beyondInner: 3, beyondOuter: 1 },
      innerFences: [-4, 4] as [number, number],
      outerFences: [-7, 7] as [number, number],
      histogram: { from: -8, to: 8, counts: [320, 320], below: 0, above: 0 },
    },
  ],
};

/** One request of each method that the contract accepts. */
export const inputs: Samples<'input'> = {
  'studio.info': {},
  'studio.pickFolders': {},
  'studio.reveal': { file: 'gallery/1.png' },
  'settings.get': {},
  'settings.set': { theme: 'dark' },
  'devices.list': {},
  'devices.check': { kinds: ['cpu'], model: { name: 'Small', config } },
  'devices.choose': { choice: 'cpu' },
  'project.recent': {},
  'project.create': { name: 'My Faces' },
  'project.open': { path: '/projects/My Faces.cauchy' },
  'project.close': {},
  'project.current': {},
  'pictures.import': {
    source: { kind: 'upload', id: 'an-upload' },
    settings: { size: 64, framing: 'crop', background: '#ffffff' },
  },
  'pictures.page': { show: 'used', offset: 0, limit: 50 },
  'pictures.whole': { picture: '0123456789abcdef' },
  'dataset.operations': {},
  'dataset.operate': { operation: { kind: 'leaveOut', pictures: ['0123456789abcdef'] } },
  'dataset.undo': { id: 1 },
  'latents.encode': { vae: 'starter', posterior: 'sample', flip: true, precision: 'half' },
  'latents.statistics': {},
  'latents.outliers': { filter: { channel: 1, beyond: 'outer', cell: { row: 0, col: 2 } }, offset: 0, limit: 50 },
  'latents.outlierPictures': { filter: { from: 3, to: 4.5 }, offset: 0, limit: 50 },
  'latents.positions': {},
  'latents.preview': { operation: { kind: 'clip', k: 8 } },
  'latents.ofPicture': { picture: '0123456789abcdef' },
  'latents.causes': { picture: '0123456789abcdef', place: cell },
  'latents.checkCause': { picture: '0123456789abcdef', ...cell },
  'latents.pixelStatistics': {},
  'latents.measurePixels': {},
  'latents.export': { format: 'json' },
  'latents.caches': {},
  'latents.use': { key: 'a-key' },
  'latents.delete': { keys: ['a-key'] },
  'vaes.list': {},
  'vaes.add': { source: { kind: 'path', path: '/vaes/tiny' } },
  'vaes.download': { name: 'taesd' },
  'vaes.remove': { name: 'taesd' },
  'vaes.check': { vae: 'starter' },
  'vaes.reconstructions': { vae: 'starter', offset: 0, limit: 50 },
  'vaes.train': { config: vaeTrainingConfigSchema.parse({}) },
  'vaes.metrics': { run: 'vae-001', afterStep: 0 },
  'runs.estimate': { config },
  'runs.start': { config },
  'runs.pause': run,
  'runs.resume': run,
  'runs.stop': run,
  'runs.delete': run,
  'runs.metrics': { run: 'run-1', afterStep: 0 },
  'runs.samples': run,
  'runs.measureResiduals': { run: 'run-1', checkpoint: 100, steps: [0, 4], pictures: 64 },
  'runs.residuals': run,
  'runs.lens': { run: 'run-1', c: 0.03, of: 'training' },
  'runs.log': run,
  'gallery.generate': { run: 'run-1', sampling: plainRequest(1), count: 4, seed: 7 },
  'gallery.page': { offset: 0, limit: 50 },
  'gallery.delete': { ids: ['1'] },
  'gallery.exportGrid': { ids: ['1', '2'], columns: 2, margin: 2 },
  'jobs.list': {},
  'jobs.cancel': { job: 1 },
};

/** What the fake answers. */
export const outputs: Samples<'output'> = {
  'studio.info': {
    version: '0.0.0-test',
    shell: { kind: 'browser', canPickFolders: false, canRevealFiles: false },
    projectsFolder: '/projects',
    presets: [presetSchema.parse({ id: 'small', name: 'Small', description: 'Quick.', source: 'ours', config })],
  },
  'studio.pickFolders': { paths: ['/pictures'] },
  'studio.reveal': {},
  'settings.get': settings,
  'settings.set': { ...settings, theme: 'dark' },
  'devices.list': devices,
  'devices.check': { job: 6 },
  'devices.choose': { ...devices, choice: 'cpu' },
  'project.recent': [],
  'project.create': summary,
  'project.open': summary,
  'project.close': {},
  'project.current': null,
  'pictures.import': { job: 1 },
  'pictures.page': { total: 0, rows: [] },
  'pictures.whole': { url: 'data:image/png;base64,AAAA' },
  'dataset.operations': { operations: [], adjustments: unadjusted },
  'dataset.operate': { operations: [], adjustments: { ...unadjusted, leftOut: ['0123456789abcdef'] } },
  'dataset.undo': { operations: [], adjustments: unadjusted },
  'latents.encode': { job: 2 },
  'latents.statistics': null,
  'latents.outliers': {
    ...{ total: 7, indexed: 7, matching: 1 },
    rows: [{ picture: '0123456789abcdef', source: '/a.png', file: 'dataset/images/a.png', ...worst }],
  },
  'latents.outlierPictures': {
    total: 1,
    rows: [
      {
        ...{ id: '0123456789abcdef', source: '/a.png', file: 'dataset/images/a.png', width: 640, height: 480 },
        ...{ innerCount: 7, outerCount: 1, share: 1 / 256, worst },
      },
    ],
  },
  'latents.preview': { key: 'a-key', before: previewSide, after: previewSide },
  'latents.positions': { shape: [1, 1, 2], pictures: 10, shares: [0, 0.9], habits: [{ ...cell, share: 0.9 }] },
  'latents.ofPicture': { shape: [1, 1, 2], values: [0, 9.5], z: [0, 6.4] },
  'latents.causes': {
    tags: [{ kind: 'flat', where: 'place', strength: 1, evidence: 1, title: 'Flat area', words: 'All is white.' }],
    untested: ['transparency'],
  },
  'latents.checkCause': {
    ...{ cell: 8, stored: judged, now: judged, isSame: true },
    blurred: [{ ...judged, z: 1.2, within: 'inner', cells: 3 }],
    ...{ verdict: 'local', words: 'The cause is there.' },
  },
  'latents.pixelStatistics': null,
  'latents.measurePixels': { job: 10 },
  'latents.export': { absolutePath: '/p/exports/a.json', files: [{ file: 'exports/a.json', bytes: 9 }] },
  'latents.caches': [],
  'latents.use': {},
  'latents.delete': {},
  'vaes.list': { vaes: [vae], downloads: [] },
  'vaes.add': vae,
  'vaes.download': { job: 7 },
  'vaes.remove': {},
  'vaes.check': { job: 8 },
  'vaes.reconstructions': null,
  'vaes.train': { run: 'vae-001', job: 9 },
  'vaes.metrics': [],
  'runs.estimate': {
    batchSize: 8,
    microBatch: 8,
    bytes: { weights: 4, moments: 8, average: 4, gradients: 0, nextState: 16, work: 100 },
    total: 132,
    largestTensor: 20,
    device: { total: 1000, free: 500 },
    remedies: [],
    plan: {
      parameters: 1000,
      latentShape: [4, 8, 8],
      trainingPictures: 64,
      heldOutPictures: 0,
      stepsAreEstimated: true,
      stages: [{ levels: 11 }, { levels: 21 }],
      averages: [{}],
      seconds: 60,
    },
  },
  'runs.start': { run: 'run-1', job: 3 },
  'runs.pause': {},
  'runs.resume': { job: 4 },
  'runs.stop': {},
  'runs.delete': {},
  'runs.metrics': [],
  'runs.samples': [],
  'runs.measureResiduals': { job: 10 },
  'runs.residuals': {
    measurements: [],
    training: [{ step: 1, levels: 11, c: 0.03, samples: 4, min: 0, q1: 0.1, median: 0.2, q3: 0.3, max: 0.4 }],
  },
  'runs.lens': null,
  'runs.log': [],
  'gallery.generate': { job: 5 },
  'gallery.page': { total: 0, rows: [] },
  'gallery.delete': {},
  'gallery.exportGrid': { file: 'grid.png', absolutePath: '/grid.png', width: 2, height: 1, bytes: 9 },
  'jobs.list': [],
  'jobs.cancel': {},
};

export const methods = Object.keys(studioContract.methods) as readonly Method[];

export interface FakeStudio extends StudioApp {
  /** What reached the handlers, in order. */
  readonly calls: { readonly method: string; readonly input: unknown }[];
  readonly tell: StudioEventListener;
  /** How many listen to events now. */
  listeners(): number;
  /** Lets one method answer differently. */
  answer(method: Method, handler: (input: unknown) => unknown): void;
  readonly closed: () => boolean;
}

/** @param files what `resolveFile` knows: a file of the project → its absolute path */
export function fakeStudio(files: Readonly<Record<string, string>> = {}): FakeStudio {
  const calls: { method: string; input: unknown }[] = [];
  const listeners = new Set<StudioEventListener>();
  const answers = new Map<string, (input: unknown) => unknown>();
  let closed = false;
  const handlers = Object.fromEntries(
    methods.map((method) => [
      method,
      (input: unknown) => {
        calls.push({ method, input });
        const answer = answers.get(method);
        return answer ? answer(input) : outputs[method];
      },
    ]),
  ) as unknown as Handlers<StudioContract>;
  return {
    handlers,
    calls,
    listeners: () => listeners.size,
    answer: (method, handler) => void answers.set(method, handler),
    tell: (event, payload) => listeners.forEach((listener) => listener(event, payload)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resolveFile: (file) => Promise.resolve(Object.hasOwn(files, file) ? files[file] : undefined),
    close() {
      closed = true;
      return Promise.resolve();
    },
    closed: () => closed,
  };
}

/** A job's state, as the `job` event tells it. */
export const jobState = (state: Partial<Job> = {}): Job => ({
  id: 1,
  kind: 'train',
  title: 'Training',
  status: 'running',
  done: 0,
  unit: 'steps',
  counts: {},
  ...state,
});
