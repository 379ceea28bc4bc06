/** Handlers of training one's own VAE. Its runs are paused, resumed, stopped and deleted like any (work.ts). */
import type { Handlers } from '../../base/rpc.ts';
import { readVaeRun, runFolder } from '../../runs/store.ts';
import { readRows } from '../../training/metrics.ts';
import { vaeMetricsRowSchema } from '../../vae/training-schema.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';
import type { Work } from './work.ts';

export function vaeTrainingHandlers(
  session: Session,
  work: Work,
): Pick<Handlers<StudioContract>, 'vaes.train' | 'vaes.metrics'> {
  return {
    'vaes.train': async (input) => {
      const { run, job } = await work.startVaeRun(input);
      return { run, job: job.id };
    },
    'vaes.metrics': async ({ run, afterStep }) => {
      const { path } = session.project;
      const { id } = await readVaeRun(path, run);
      return [...(await readRows(runFolder(path, id), vaeMetricsRowSchema, afterStep))];
    },
  };
}
