/** How well a VAE gives the open project's pictures back: the job, and what the last one found. */
import { readCheck } from '../../latents/checks.ts';
import type { StoredCheck } from '../../latents/checks.ts';
import type { ReconstructionCheck } from '../../vae/schema.ts';
import type { StartedJob } from './job-board.ts';
import type { Session } from './session.ts';
import { measured } from './work.ts';
import type { Work } from './work.ts';

export interface VaeCheckRequest {
  readonly vae: string;
  /** So many pictures at most. */
  readonly most?: number | undefined;
}

export function checkVae(
  session: Session,
  work: Work,
  { vae, most }: VaeCheckRequest,
): StartedJob<ReconstructionCheck> {
  const { place } = session;
  const title = 'Comparing reconstructions';
  return work.start({ kind: 'reconstruct', title, unit: 'pictures' }, async (signal, report) =>
    (await session.computingEngine())['vae.check'](
      { ...place, vae, ...(most === undefined ? {} : { most }) },
      { signal, onProgress: (progress) => report(measured(progress)) },
    ),
  );
}

/** The last check of a VAE and some of its rows, the worst pictures first; null before there was one. */
export async function reconstructionPage(
  session: Session,
  { vae, offset, limit }: { readonly vae: string; readonly offset: number; readonly limit: number },
): Promise<StoredCheck | null> {
  const stored = await readCheck(session.project.path, vae);
  return stored ? { check: stored.check, rows: stored.rows.slice(offset, offset + limit) } : null;
}
