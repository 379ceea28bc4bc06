/** The fake studio's answers, by the same contract as the real one's. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import type { PictureRow } from '../studio.ts';
import { computers } from './devices.ts';
import { hex, portrait, studioInfo, troubles } from './facts.ts';
import { runEstimate } from './estimate.ts';
import { fakeExportHandlers } from './exports.ts';
import { fakeOperationHandlers } from './operations.ts';
import { FakeLab, fakeOutlierHandlers } from './outlier-handlers.ts';
import { gridUrl } from './pictures.ts';
import { pixelStatistics } from './pixels.ts';
import { fakeResidualHandlers } from './residual-handlers.ts';
import { fakeVaeHandlers } from './vae-handlers.ts';
import type { FakeVaes } from './vaes.ts';
import type { FakeWorld } from './world.ts';

function pictureRow(show: string, index: number): PictureRow {
  if (show === 'quarantined')
    return { kind: 'quarantined', ...troubles.quarantined[index % troubles.quarantined.length]! };
  if (show === 'ignored') return { kind: 'ignored', ...troubles.ignored[index % troubles.ignored.length]! };
  if (show === 'duplicate')
    return { kind: 'duplicate', source: `/home/ada/faces/copy of ${index}.png`, of: hex(index) };
  return portrait(index);
}

/** Names that the fake answers to as the studio answers to a fault of the disk or of a value. */
const refusals: Readonly<Record<string, () => Error>> = {
  'read only': () => studioError('storage.readOnly', { path: '/media/backup/read only.cauchy' }),
  'disk full': () => studioError('storage.diskFull', { path: '/media/backup' }),
};

export function fakeHandlers(
  world: FakeWorld,
  vaes: FakeVaes,
  shell: 'electron' | 'browser',
): Handlers<StudioContract> {
  const project = () => {
    if (world.project === null) throw studioError('project.noneOpen', {});
    return world.project;
  };
  const runOf = (id: string) => {
    const { runs, vaeRuns } = project();
    const run = [...runs, ...vaeRuns].find((candidate) => candidate.id === id);
    if (!run) throw studioError('run.unknown', { run: id, known: project().runs.map(({ name }) => name) });
    return run;
  };
  const lab = new FakeLab(world);
  const outlierHandlers = fakeOutlierHandlers(lab);
  return {
    'studio.info': () => studioInfo(shell),
    'studio.pickFolders': () => ({ paths: ['/home/ada/faces'] }),
    'studio.reveal': () => ({}),
    'settings.get': () => world.settings,
    'settings.set': ({ theme, projectsFolder }) => {
      world.settings = {
        ...world.settings,
        ...(theme !== undefined && { theme }),
        ...(projectsFolder !== undefined && { projectsFolder }),
      };
      world.emit('settings', world.settings);
      return world.settings;
    },
    'devices.list': () => world.devices,
    'devices.check': ({ kinds }) => {
      const found = world.devices.devices.filter(({ state }) => state !== 'missing');
      return { job: world.checkDevices(kinds ?? found.map(({ kind }) => kind)) };
    },
    'devices.choose': ({ choice }) => {
      const { used, why } = choice === 'auto' ? computers.card : { used: choice, why: 'You chose it.' };
      world.devices = { ...world.devices, choice, used, why };
      return world.devices;
    },
    'project.recent': () => world.recent,
    'project.create': ({ name, parent }) => {
      const refusal = refusals[name.toLowerCase()];
      if (refusal) throw refusal();
      const created = world.create(name, parent ?? '/home/ada/Pictures/Cauchy');
      world.emit('project', created);
      return created;
    },
    'project.open': ({ path }) => {
      const recent = world.recent.find((candidate) => candidate.path === path);
      if (!recent?.exists) throw studioError('project.notAProject', { path });
      const opened = world.create(recent.name, path.replace(/\/[^/]+$/, ''));
      world.emit('project', opened);
      return opened;
    },
    'project.close': () => {
      world.project = null;
      world.emit('project', null);
      return {};
    },
    'project.current': () => world.project,
    'pictures.import': ({ source, settings }) => {
      project();
      const total = source.kind === 'samples' ? source.count : 1204;
      const found =
        source.kind === 'samples'
          ? { used: 0, quarantined: 0, duplicates: 0, ignored: 0 }
          : { used: 0, quarantined: 3, duplicates: troubles.duplicates, ignored: 2 };
      return { job: world.importPictures(total, settings, found) };
    },
    'pictures.page': ({ show, offset, limit }) => {
      const { pictures } = project();
      const totals = {
        used: pictures.used,
        quarantined: pictures.quarantined,
        duplicate: pictures.duplicates,
        ignored: pictures.ignored,
        all: pictures.used,
      };
      const total = totals[show];
      const length = Math.max(0, Math.min(limit, total - offset));
      return { total, rows: Array.from({ length }, (_, i) => pictureRow(show, offset + i)) };
    },
    ...outlierHandlers,
    ...fakeExportHandlers(lab, outlierHandlers),
    'latents.pixelStatistics': () =>
      project().latents.complete && world.pixelsMeasured ? pixelStatistics(project().pictures.used) : null,
    'latents.measurePixels': () => {
      const total = project().pictures.used;
      const start = { kind: 'pixels', title: 'Measuring pixels', unit: 'pictures' } as const;
      const ended = (done: number) => (world.pixelsMeasured = done === total);
      return { job: world.start({ ...start, total, perSecond: 900 }, () => undefined, ended) };
    },
    'runs.estimate': ({ config }) => runEstimate(config),
    'runs.start': ({ name, preset, config }) => {
      const title = studioInfo(shell).presets.find(({ id }) => id === preset)?.name ?? 'Own settings';
      const run = world.addRun(name ?? `${title}, run ${project().runs.length + 1}`, config, preset, 'running');
      return { run: run.id, job: world.train(run.id) };
    },
    'runs.pause': ({ run }) => {
      world.pause(runOf(run).id, true);
      return {};
    },
    'runs.resume': ({ run }) => {
      const { id } = runOf(run);
      const job = world.jobOf(id);
      if (job === undefined) return { job: vaes.runOf(id) ? vaes.train(id) : world.train(id) };
      world.pause(id, false);
      return { job };
    },
    'runs.stop': ({ run }) => {
      const job = world.jobOf(runOf(run).id);
      if (job !== undefined) world.end(job, 'done');
      return {};
    },
    'runs.delete': ({ run }) => {
      const { id } = runOf(run);
      const { runs, vaeRuns } = project();
      world.change({ runs: runs.filter((run) => run.id !== id), vaeRuns: vaeRuns.filter((run) => run.id !== id) });
      return {};
    },
    'runs.metrics': ({ run, afterStep }) =>
      (world.rows.get(runOf(run).id) ?? []).filter(({ step }) => step > afterStep),
    'runs.samples': ({ run }) => world.sheets.get(runOf(run).id) ?? [],
    ...fakeResidualHandlers(world, (run) => runOf(run).id),
    'runs.log': ({ run }) => {
      const { createdAt: at, step, plan } = runOf(run);
      return [
        { at, step: 0, kind: 'note', text: `Started: ${plan.steps.toLocaleString('en')} steps are planned.` },
        { at, step, kind: 'trouble', text: 'The disk refused: the disk that holds this project is full.' },
        { at, step, kind: 'note', text: 'A checkpoint was saved.' },
      ];
    },
    'gallery.generate': ({ run, sampling, count, seed }) => {
      const { id } = runOf(run);
      let made = 0;
      const add = (done: number) => {
        world.addPictures(id, sampling, seed + made, done - made);
        made = done;
      };
      const start = { kind: 'generate', title: 'Making pictures', unit: 'pictures' } as const;
      return { job: world.start({ ...start, total: count, perSecond: 40 }, add, add) };
    },
    'gallery.page': ({ offset, limit }) => ({
      total: world.gallery.length,
      rows: world.gallery.slice(offset, offset + limit),
    }),
    'gallery.delete': ({ ids }) => {
      world.gallery = world.gallery.filter(({ id }) => !ids.includes(id));
      world.change({ galleryPictures: world.gallery.length });
      return {};
    },
    'gallery.exportGrid': ({ ids, columns, margin }) => {
      const seeds = ids.map((id) => world.gallery.find((picture) => picture.id === id)?.seed ?? 0);
      const { url, ...size } = gridUrl(seeds, columns, margin);
      const file = `gallery/grids/grid-${ids.length}.png`;
      world.files.set(file, url);
      return { file, absolutePath: `${project().path}/${file}`, ...size };
    },
    ...fakeVaeHandlers(vaes),
    ...fakeOperationHandlers(world, lab),
    'jobs.list': () => world.jobs,
    'jobs.cancel': ({ job }) => {
      world.end(job, 'cancelled');
      return {};
    },
  };
}
