/** The composition root: builds the application from what a shell gives it. */
import { realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { latentExportHandlers } from './api/handlers/latent-export.ts';
import { causeHandlers } from './api/handlers/causes.ts';
import { LatentLab, latentLabHandlers } from './api/handlers/latent-lab.ts';
import { latentHandlers } from './api/handlers/latents.ts';
import { operationHandlers } from './api/handlers/operations.ts';
import { readingHandlers } from './api/handlers/reading.ts';
import { residualHandlers } from './api/handlers/residuals.ts';
import { Session } from './api/handlers/session.ts';
import { Work, workHandlers } from './api/handlers/work.ts';
import { VaeLibrary } from './api/handlers/vae-library.ts';
import { vaeTrainingHandlers } from './api/handlers/vae-training.ts';
import { vaeHandlers } from './api/handlers/vaes.ts';
import type { StudioApp, StudioPorts } from './api/studio.ts';

/** Parts of a project that a window may show as files. */
const shown = [
  /^dataset\/images\/[^/]+\.png$/,
  /^gallery\/[^/]+\.png$/,
  /^gallery\/grids\/[^/]+\.png$/,
  /^exports\/[^/]+\.(html|json)$/,
  /^exports\/[^/]+\/[^/]+\.csv$/,
  /^checks\/[^/]+\/[^/]+\.png$/,
  /^runs\/[^/]+\/samples\/[^/]+\.png$/,
];

/** The application with the session and the work behind its handlers, which the terminal uses directly. */
export interface Studio extends StudioApp {
  readonly session: Session;
  readonly work: Work;
  readonly vaes: VaeLibrary;
  readonly lab: LatentLab;
}

export async function createStudio(ports: StudioPorts): Promise<Studio> {
  const session = await Session.open(ports);
  const work = new Work(session);
  const vaes = new VaeLibrary(session, work);
  const lab = new LatentLab(session, work);

  async function resolveFile(file: string): Promise<string | undefined> {
    if (!session.hasProject || !shown.some((pattern) => pattern.test(file))) return undefined;
    const root = await realpath(session.project.path);
    // Links inside a project that lead out of it are not followed.
    const path = await realpath(resolve(root, join(...file.split('/')))).catch(() => undefined);
    return path !== undefined && !relative(root, path).startsWith('..') && path.startsWith(root + sep)
      ? path
      : undefined;
  }

  return {
    session,
    work,
    vaes,
    lab,
    handlers: {
      ...readingHandlers(session),
      ...workHandlers(session, work),
      ...vaeHandlers(session, work, vaes),
      ...vaeTrainingHandlers(session, work),
      ...latentHandlers(session),
      ...operationHandlers(session, work),
      ...latentLabHandlers(lab),
      ...latentExportHandlers(session, lab),
      ...causeHandlers(session, work, lab),
      ...residualHandlers(session, work),
    },
    subscribe: (listener) => session.subscribe(listener),
    resolveFile,
    close: async () => {
      session.jobs.cancelAll();
      await work.settled();
      await session.close();
    },
  };
}
