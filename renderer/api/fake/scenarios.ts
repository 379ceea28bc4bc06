/** Where the fake begins: each scenario is a state of the work that a screen has to show well. */
import { studioError } from '../../../main/base/errors.ts';
import { runConfigSchema, vaeTrainingConfigSchema } from '../studio.ts';
import { computers } from './devices.ts';
import { studioInfo, troubles } from './facts.ts';
import { added, cacheOf, leftOut, starter, tiny } from './vae-facts.ts';
import type { FakeVaes } from './vaes.ts';
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

function encoded(world: FakeWorld, vaes: FakeVaes, used?: number): void {
  withPictures(world, used);
  vaes.finish(cacheOf(starter, { pictures: vaes.used }));
}

const preset = studioInfo('browser').presets[0]!;
const asked = (nfe: number) => ({ steps: { kind: 'nfe', nfe } as const, average: 0, class: null, guidance: 1 });

const ownConfig = vaeTrainingConfigSchema.parse({});

export const scenarios: Readonly<Record<string, (world: FakeWorld, vaes: FakeVaes) => void>> = {
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
  encoding: (world, vaes) => {
    withPictures(world);
    world.change({ latents: { encoded: 1800, complete: false, vae: 'starter' } });
    vaes.encode('starter', undefined, 1800);
  },
  encoded: (world, vaes) => encoded(world, vaes),
  outliers: (world, vaes) => {
    encoded(world, vaes, 300);
    world.pixelsMeasured = true;
  },
  'many outliers': (world, vaes) => {
    encoded(world, vaes, 100_000);
    world.change({ pictureSettings: { ...settings, size: 256 } });
    world.latentSide = 32;
  },
  training: (world, vaes) => {
    encoded(world, vaes);
    world.train(world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 1310).id);
  },
  'little-memory': (world, vaes) => {
    encoded(world, vaes);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 1310);
    world.changeRun(id, { microBatch: 16, memoryRanOutAt: 1204 });
    world.train(id);
  },
  paused: (world, vaes) => {
    encoded(world, vaes);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 900);
    world.train(id);
    world.pause(id, true);
  },
  interrupted: (world, vaes) => {
    encoded(world, vaes);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'interrupted', 1500);
    world.changeRun(id, { step: 1360, seconds: 0.122 * 1360 });
  },
  failed: (world, vaes) => {
    encoded(world, vaes);
    const { id } = world.addRun('Too fast', preset.config, preset.id, 'paused', 1100);
    const { code, words } = studioError('run.notFinite', { step: 1100, count: 101 });
    world.changeRun(id, { error: { code, ...words }, skipped: 202, halvings: 1 });
  },
  trained: (world, vaes) => {
    encoded(world, vaes);
    world.addRun('First try', { ...preset.config, seed: 3 }, preset.id, 'stopped', 640);
    world.addRun('Quick look, run 2', preset.config, preset.id, 'finished', 2400);
  },
  residuals: (world, vaes) => {
    encoded(world, vaes);
    world.addRun('First try', { ...preset.config, seed: 3 }, preset.id, 'stopped', 640);
    world.measured.set(world.addRun('Quick look, run 2', preset.config, preset.id, 'finished', 2400).id, [600, 2400]);
  },
  'residuals while training': (world, vaes) => {
    encoded(world, vaes);
    const { id } = world.addRun('Quick look, run 1', preset.config, preset.id, 'running', 1310);
    world.measured.set(id, []);
    world.train(id);
  },
  'even residuals': (world, vaes) => {
    encoded(world, vaes);
    world.oddPictures = false;
    world.measured.set(world.addRun('Tidy faces', preset.config, preset.id, 'finished', 2400).id, [2400]);
  },
  'with a card': (world, vaes) => {
    encoded(world, vaes);
    world.devices = computers.card;
  },
  'a new card': (world, vaes) => {
    encoded(world, vaes);
    world.devices = computers.newCard;
  },
  'a broken card': (world, vaes) => {
    encoded(world, vaes);
    world.devices = computers.broken;
  },
  'a software device': (world, vaes) => {
    encoded(world, vaes);
    world.devices = computers.software;
  },
  kinds: (world, vaes) => {
    encoded(world, vaes);
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
  diffusion: (world, vaes) => {
    encoded(world, vaes);
    const objective = runConfigSchema.shape.objective.parse({ kind: 'diffusion' });
    world.train(world.addRun('Denoiser', { ...preset.config, objective }, preset.id, 'running', 1310).id);
  },
  gallery: (world, vaes) => {
    scenarios['trained']?.(world, vaes);
    world.addPictures('run-2', asked(1), 0, 96);
    world.addPictures('run-2', asked(2), 0, 64);
  },
  'several VAEs': (world, vaes) => {
    encoded(world, vaes);
    vaes.addRun('Faces, f8', ownConfig, 'finished', 9600);
    vaes.list = [starter, tiny, added, ...vaes.list.filter(({ origin }) => origin === 'trained')];
    vaes.damaged = [{ name: 'old-f8', reason: 'it has no vae.json' }];
    vaes.downloads = vaes.downloads
      .filter(({ name }) => name !== tiny.name)
      .map((each, i) => (i === 0 ? { ...each, arrived: 128_400_000 } : each));
  },
  'several sets': (world, vaes) => {
    scenarios['several VAEs']?.(world, vaes);
    vaes.caches = [
      cacheOf(starter, { usedBy: ['First try', 'Quick look, run 2'] }),
      cacheOf(added, { pictures: 5118, leftOut, retried: 3, flip: true, precision: 'half' }),
      cacheOf(tiny, { pictures: 4800, upToDate: false, usedBy: ['Old run'] }),
      cacheOf(starter, { key: 'partial', posterior: 'sample', pictures: 2048, bytes: 2_097_152, complete: false }),
    ];
    vaes.finish(vaes.caches[1]!);
  },
  checked: (world, vaes) => {
    scenarios['several VAEs']?.(world, vaes);
    vaes.setCheck(starter.name, starter.hash, 512);
  },
  'own VAE': (world, vaes) => {
    encoded(world, vaes);
    vaes.addRun('Faces, f8', ownConfig, 'finished', 9600);
    vaes.train(vaes.addRun('Sharper', { ...ownConfig, reduction: 4 }, 'running', 3310).id);
  },
};
