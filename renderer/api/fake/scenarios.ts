/** Where the fake begins: each scenario is a state of the work that a screen has to show well. */
import { studioError } from '../../../main/base/errors.ts';
import { runConfigSchema } from '../studio.ts';
import { computers } from './devices.ts';
import { studioInfo, troubles } from './facts.ts';
import type { FakeWorld } from './world.ts';

const settings = { size: 64, framing: 'crop', background: '#ffffff' } as const;
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

function project(world: FakeWorld): void {
  world.create('Family portraits', '/home/ada/Pictures/Cauchy');
}

function withPictures(world: FakeWorld, used = 5120): void {
  project(world);
  world.change({
    pictureSettings: settings,
    pictures: { used, quarantined: 3, duplicates: troubles.duplicates, ignored: 2 },
  });
}

function encoded(world: FakeWorld): void {
  withPictures(world);
  world.change({ latents: { encoded: 5120, complete: true, vae: 'starter' } });
}

const preset = studioInfo('browser').presets[0]!;
const asked = (nfe: number) => ({ steps: { kind: 'nfe', nfe } as const, average: 0, class: null, guidance: 1 });

export const scenarios: Readonly<Record<string, (world: FakeWorld) => void>> = {
  first: () => undefined,
  start: (world) => {
    const folder = '/home/ada/Pictures/Cauchy';
    world.recent = [
      { path: `${folder}/Family portraits.cauchy`, name: 'Family portraits', openedAt: daysAgo(0.1), exists: true },
      { path: `${folder}/Moths of Bavaria.cauchy`, name: 'Moths of Bavaria', openedAt: daysAgo(3), exists: true },
      { path: '/media/usb/Cell cultures 2.cauchy', name: 'Cell cultures 2', openedAt: daysAgo(40), exists: false },
    ];
  },
  empty: project,
  importing: (world) => {
    project(world);
    world.importPictures(
      5135,
      settings,
      { used: 0, quarantined: 3, duplicates: troubles.duplicates, ignored: 2 },
      2210,
    );
  },
  pictures: (world) => withPictures(world),
  many: (world) => withPictures(world, 60_000),
  encoding: (world) => {
    withPictures(world);
    world.change({ latents: { encoded: 1800, complete: false, vae: 'starter' } });
    world.encode('starter', 1800);
  },
  encoded,
  training: (world) => {
    encoded(world);
    world.train(world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 1310).id);
  },
  'little-memory': (world) => {
    encoded(world);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 1310);
    world.changeRun(id, { microBatch: 16, memoryRanOutAt: 1204 });
    world.train(id);
  },
  paused: (world) => {
    encoded(world);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 900);
    world.train(id);
    world.pause(id, true);
  },
  interrupted: (world) => {
    encoded(world);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'interrupted', 1500);
    world.changeRun(id, { step: 1360, seconds: 0.122 * 1360 });
  },
  failed: (world) => {
    encoded(world);
    const { id } = world.addRun('Too fast', preset.config, preset.id, 'paused', 1100);
    const { code, words } = studioError('run.notFinite', { step: 1100, count: 101 });
    world.changeRun(id, { error: { code, ...words }, skipped: 202, halvings: 1 });
  },
  trained: (world) => {
    encoded(world);
    world.addRun('First try', { ...preset.config, seed: 3 }, preset.id, 'stopped', 640);
    world.addRun('Quick look, run 2', preset.config, preset.id, 'finished', 2400);
  },
  'with a card': (world) => {
    encoded(world);
    world.devices = computers.card;
  },
  'a new card': (world) => {
    encoded(world);
    world.devices = computers.newCard;
  },
  'a broken card': (world) => {
    encoded(world);
    world.devices = computers.broken;
  },
  'a software device': (world) => {
    encoded(world);
    world.devices = computers.software;
  },
  kinds: (world) => {
    encoded(world);
    const config = {
      ...preset.config,
      classes: { kind: 'folders', count: 3, dropout: 0.1 } as const,
      averages: [{ kind: 'share', share: 1 / 30 } as const, { kind: 'rate', rate: 0.9999 } as const],
    };
    const { id, plan } = world.addRun('Moths by kind', config, preset.id, 'finished', 2400);
    const classes = ['Emperor', 'Hawk', 'Tiger'].map((name, i) => ({ name, pictures: 1400 + 68 * i }));
    world.changeRun(id, { plan: { ...plan, classes, emaRates: [0.9914, 0.9999] } });
    world.addPictures(id, { ...asked(2), class: 1, guidance: 1.5 }, 0, 64);
  },
  diffusion: (world) => {
    encoded(world);
    const objective = runConfigSchema.shape.objective.parse({ kind: 'diffusion' });
    world.train(world.addRun('Denoiser', { ...preset.config, objective }, preset.id, 'running', 1310).id);
  },
  gallery: (world) => {
    scenarios['trained']?.(world);
    world.addPictures('run-2', asked(1), 0, 96);
    world.addPictures('run-2', asked(2), 0, 64);
  },
};
