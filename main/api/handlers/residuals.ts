/** Handlers of residuals: measuring them, what is known of them, and the loss lens. */
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { readRun, runFolder } from '../../runs/store.ts';
import { lensOf } from '../../training/residuals/lens.ts';
import { LensSources, readRunResiduals } from '../../training/residuals/reading.ts';
import type { RunPlace } from '../../training/residuals/reading.ts';
import type { ResidualMeasurement, ResidualRequest } from '../../training/residuals/schema.ts';
import { ownLoss } from '../../training/residuals/stage.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { StartedJob } from './job-board.ts';
import type { Session } from './session.ts';
import { measured } from './work.ts';
import type { Work } from './work.ts';

export type ResidualMethods = 'runs.measureResiduals' | 'runs.residuals' | 'runs.lens';

export function measureResiduals(
  session: Session,
  work: Work,
  request: ResidualRequest,
): StartedJob<ResidualMeasurement> {
  const { path: project } = session.project;
  const title = 'Comparing student and teacher';
  return work.start({ kind: 'residuals', title, unit: 'samples', run: request.run }, async (signal, report) =>
    (await session.computingEngine())['training.residuals'](
      { project, ...request },
      { signal, onProgress: (progress) => report(measured(progress)) },
    ),
  );
}

export function residualHandlers(session: Session, work: Work): Pick<Handlers<StudioContract>, ResidualMethods> {
  const sources = new LensSources();
  const placeOf = async (run: string): Promise<RunPlace> => {
    const { path } = session.project;
    const { id, config, plan } = await readRun(path, run);
    return { folder: runFolder(path, id), config, plan };
  };
  return {
    'runs.measureResiduals': (request) => ({ job: measureResiduals(session, work, request).id }),
    'runs.residuals': async ({ run }) => readRunResiduals(await placeOf(run)),
    'runs.lens': async ({ run, c, of, checkpoint }) => {
      const place = await placeOf(run);
      if (!ownLoss(place.config)) throw studioError('run.noTeacher', { run });
      const source = await sources.of(place, of, checkpoint);
      return source ? lensOf(place, source, c) : null;
    },
  };
}
