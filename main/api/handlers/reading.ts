/** Handlers that answer at once. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { version } from '../../base/version.ts';
import { pageOf, readManifest } from '../../datasets/manifest.ts';
import { withFraming } from '../../datasets/operations/framing.ts';
import { readAdjustments } from '../../datasets/operations/log.ts';
import { gridLayout } from '../../gallery/grid.ts';
import { mostGridMegapixels } from '../../gallery/schema.ts';
import { deletePictures, listPictures } from '../../gallery/store.ts';
import { gridPngTextSchema, picturePngTextSchema, pngKeyword } from '../../generation/schema.ts';
import type { GridPngText } from '../../generation/schema.ts';
import { projectExists } from '../../projects/store.ts';
import { readAnyRun, readLog, readRun, readSheets, runFolder } from '../../runs/store.ts';
import { pngText } from '../../storage/png-text.ts';
import { withFileErrors } from '../../storage/files.ts';
import { readMetrics } from '../../training/metrics.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';
import { estimateRun } from './estimate.ts';
import type { LatentExportMethods } from './latent-export.ts';
import type { CauseMethods } from './causes.ts';
import type { LatentLabMethods } from './latent-lab.ts';
import type { LatentSetMethods } from './latents.ts';
import type { OperationMethods } from './operations.ts';
import type { ResidualMethods } from './residuals.ts';
import { summarise } from './summary.ts';
import type { VaeMethods } from './vaes.ts';

/** What is known about one picture, from the picture itself: the cells of a grid keep it. */
async function readCell(path: string): Promise<GridPngText['cells'][number]> {
  const bytes = await withFileErrors(path, () => readFile(path));
  const text = pngText(bytes, pngKeyword);
  if (text === undefined) throw studioError('storage.damaged', { path, reason: 'it does not say where it comes from' });
  const {
    kind: _,
    program: _program,
    version: _version,
    createdAt: _createdAt,
    ...cell
  } = picturePngTextSchema.parse(JSON.parse(text));
  return cell;
}

/** Lays gallery pictures out as one PNG below gallery/grids. Throws `grid.tooLarge` before anything is made. */
async function exportGrid(session: Session, ids: readonly string[], columns: number, margin: number) {
  const { path: project } = session.project;
  const known = new Map((await listPictures(project)).map((picture) => [picture.id, picture]));
  const chosen = ids.map((id) => {
    const picture = known.get(id);
    if (!picture) throw studioError('storage.notFound', { path: `gallery picture ${id}` });
    return picture;
  });
  const size = chosen[0]!.size;
  const { width, height, rows } = gridLayout(chosen.length, size, columns, margin);
  const megapixels = (width * height) / 1e6;
  if (megapixels > mostGridMegapixels) throw studioError('grid.tooLarge', { megapixels, most: mostGridMegapixels });
  const files = chosen.map(({ file }) => join(project, file));
  const cells = await Promise.all(files.map(readCell));
  const createdAt = new Date().toISOString();
  const text: GridPngText = gridPngTextSchema.parse({
    kind: 'grid',
    program: 'Cauchy Studio',
    version,
    createdAt,
    rows,
    columns,
    cells,
  });
  const file = `gallery/grids/grid-${createdAt.replace(/[:.]/g, '-')}.png`;
  const absolutePath = join(project, file);
  await withFileErrors(absolutePath, () => mkdir(join(project, 'gallery', 'grids'), { recursive: true }));
  const engine = await session.engine;
  const { bytes } = await engine['gallery.grid']({
    project,
    files,
    size,
    columns,
    margin,
    path: absolutePath,
    text: { keyword: pngKeyword, value: JSON.stringify(text) },
  });
  return { file, absolutePath, width, height, bytes };
}

type ReadingMethods = Exclude<
  keyof StudioContract['methods'],
  | VaeMethods
  | LatentExportMethods
  | CauseMethods
  | LatentLabMethods
  | LatentSetMethods
  | OperationMethods
  | ResidualMethods
  | 'pictures.import'
  | 'latents.encode'
  | 'runs.start'
  | 'runs.pause'
  | 'runs.resume'
  | 'runs.stop'
  | 'runs.delete'
  | 'gallery.generate'
  | 'devices.check'
>;

export function readingHandlers(session: Session): Pick<Handlers<StudioContract>, ReadingMethods> {
  const { ports, settings, jobs } = session;
  const project = () => session.project.path;
  return {
    'studio.info': () => ({
      version: ports.version,
      shell: {
        kind: ports.shell.kind,
        canPickFolders: ports.pickFolders !== undefined,
        canRevealFiles: ports.reveal !== undefined,
      },
      projectsFolder: session.projectsFolder,
      presets: [...session.presets],
    }),
    'studio.pickFolders': async () => ({ paths: [...((await ports.pickFolders?.()) ?? [])] }),
    'studio.reveal': ({ file }) => {
      ports.reveal?.(join(project(), file));
      return {};
    },
    'settings.get': () => settings.current,
    'settings.set': async ({ theme, projectsFolder }) => {
      const changed = await settings.change({
        ...(theme === undefined ? {} : { theme }),
        ...(projectsFolder === undefined ? {} : { projectsFolder }),
      });
      session.emit('settings', changed);
      return changed;
    },
    'devices.list': () => session.devices.list(),
    'devices.choose': async ({ choice }) => {
      if (session.busyWith) throw studioError('engine.busy', { work: session.busyWith.title });
      const list = await session.devices.choose(choice);
      session.emit('settings', settings.current);
      return list;
    },
    'project.recent': () =>
      Promise.all(
        settings.current.recent.map(async (recent) => ({ ...recent, exists: await projectExists(recent.path) })),
      ),
    'project.create': ({ name, parent }) => session.createProject(name, parent),
    'project.open': ({ path }) => session.openProject(path),
    'project.close': async () => {
      await session.closeProject();
      return {};
    },
    'project.current': () => (session.hasProject ? summarise(session.project) : null),
    'pictures.page': async ({ show, offset, limit }) => {
      const { rows, total } = pageOf(await readManifest(project()), { filter: show, offset, limit });
      const adjustments = await readAdjustments(project());
      return { rows: rows.map((row) => (row.kind === 'used' ? withFraming(row, adjustments) : row)), total };
    },
    'runs.estimate': ({ config }) => estimateRun(session, config),
    'runs.metrics': async ({ run, afterStep }) => {
      const { id } = await readRun(project(), run);
      return [...(await readMetrics(runFolder(project(), id), afterStep))];
    },
    'runs.samples': async ({ run }) => {
      const { id } = await readAnyRun(project(), run);
      return [...(await readSheets(project(), id))];
    },
    'runs.log': async ({ run }) => {
      const { id } = await readAnyRun(project(), run);
      return [...(await readLog(project(), id))];
    },
    'gallery.page': async ({ offset, limit }) => {
      const pictures = (await listPictures(project())).toReversed();
      return { total: pictures.length, rows: pictures.slice(offset, offset + limit) };
    },
    'gallery.delete': async ({ ids }) => {
      await deletePictures(project(), ids);
      session.projectChanged();
      return {};
    },
    'gallery.exportGrid': ({ ids, columns, margin }) => exportGrid(session, ids, columns, margin),
    'jobs.list': () => jobs.list(),
    'jobs.cancel': ({ job }) => {
      jobs.cancel(job);
      return {};
    },
  };
}
