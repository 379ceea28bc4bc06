/** Handlers of the sets of latents that a project keeps. */
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { chooseLatents, deleteLatents, listCaches } from '../../latents/caches.ts';
import type { LatentCache } from '../../latents/schema.ts';
import { listRuns, readRun } from '../../runs/store.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';

export type LatentSetMethods = 'latents.caches' | 'latents.use' | 'latents.delete';

async function cachesOf(project: string): Promise<LatentCache[]> {
  const runs = await listRuns(project);
  return (await listCaches(project)).map(({ manifest, pictures, bytes, isUpToDate, isChosen }) => {
    const { key, vae, posterior, flip, precision, pictureSize, complete, encodedAt, retried, leftOut } = manifest;
    return {
      ...{ key, vae, posterior, flip, precision, pictureSize, pictures, bytes, complete },
      upToDate: isUpToDate,
      chosen: isChosen,
      ...(encodedAt === undefined ? {} : { encodedAt }),
      usedBy: runs.filter(({ latentsKey }) => latentsKey === key).map(({ name }) => name),
      ...{ retried, leftOut },
    };
  });
}

/** Throws `latents.inUse` when work in progress needs one of these sets; encoding and measuring write to sets. */
async function refuseInUse({ jobs, project }: Session, keys: readonly string[]): Promise<void> {
  for (const { kind, status, title, run } of jobs.list()) {
    if (status !== 'running' && status !== 'paused') continue;
    if (kind === 'encode' || kind === 'measure')
      throw studioError('latents.inUse', { key: keys.join(', '), work: title });
    // A run that is still being planned has no record, and may begin with any set.
    const record = run === undefined ? undefined : await readRun(project.path, run).catch(() => undefined);
    const isNeeded = record ? keys.includes(record.latentsKey) : kind === 'train';
    if (isNeeded)
      throw studioError('latents.inUse', { key: record?.latentsKey ?? keys.join(', '), work: `${title} ${run}` });
  }
}

export function latentHandlers(session: Session): Pick<Handlers<StudioContract>, LatentSetMethods> {
  return {
    'latents.caches': () => cachesOf(session.project.path),
    'latents.use': async ({ key }) => {
      await chooseLatents(session.project.path, key);
      session.projectChanged();
      return {};
    },
    'latents.delete': async ({ keys }) => {
      await refuseInUse(session, keys);
      await deleteLatents(session.project.path, keys);
      session.projectChanged();
      return {};
    },
  };
}
