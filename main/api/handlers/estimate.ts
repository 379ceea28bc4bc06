/** What is known about a run before it starts; the time only where a step like its own was measured. */
import type { DeviceList } from '../../engine/schema.ts';
import type { RunRecord } from '../../runs/schema.ts';
import { listRuns } from '../../runs/store.ts';
import { outlookOf } from '../../training/outlook.ts';
import type { RunData, RunEstimate, RunOutlook } from '../../training/outlook-schema.ts';
import type { RunConfig } from '../../training/schema.ts';
import type { Session } from './session.ts';

/** What a step's time depends on. */
const work = ({ network, classes, objective, averages, batchSize, precision, recompute }: RunConfig): string =>
  JSON.stringify([network, classes.kind, objective.kind, averages.length, batchSize, precision, recompute]);

/**
 * Seconds of a step of this configuration on the device in use: of the newest run that did the same work there or, where there is none,
 * of the check that timed a model of this size with this batch.
 */
export function measuredStep(
  config: RunConfig,
  { parameters }: Pick<RunData, 'parameters'>,
  { devices, used }: Pick<DeviceList, 'devices' | 'used'>,
  runs: readonly RunRecord[],
): RunOutlook['step'] {
  const device = devices.find(({ kind }) => kind === used);
  const like = runs
    .filter((run) => run.device?.kind === used && run.device.name === device?.name && run.step > 0 && run.seconds > 0)
    .filter((run) => work(run.config) === work(config))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  if (like) return { seconds: like.seconds / like.step, run: like.name };
  const timed = device?.check?.step;
  return timed && timed.model.parameters === parameters && timed.model.batchSize === config.batchSize
    ? { seconds: timed.milliseconds / 1000 }
    : undefined;
}

export async function estimateRun(session: Session, config: RunConfig): Promise<RunEstimate> {
  const { path: project } = session.project;
  const { memory, remedies, data } = await (await session.engine)['training.estimate']({ project, config });
  const step = measuredStep(config, data, await session.devices.list(), await listRuns(project));
  return { ...memory, remedies, plan: outlookOf(config, data, step) };
}
