/** Handlers of why a value of a latent is extreme. */
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import { ringOf } from '../../latents/causes/ring.ts';
import type { CauseCheck, CausePlace, LikelyCauses } from '../../latents/causes/schema.ts';
import type { LatentManifest } from '../../latents/schema.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { LatentLab } from './latent-lab.ts';
import type { Session } from './session.ts';
import { measured } from './work.ts';
import type { Work } from './work.ts';

function refuseOutside({ shape }: LatentManifest, { channel, row, col }: CausePlace): void {
  const [channels, height, width] = shape;
  if (channel >= channels || row >= height || col >= width)
    throw studioError('storage.notFound', { path: `latents at channel ${channel}, row ${row}, column ${col}` });
}

export type CauseMethods = 'latents.causes' | 'latents.checkCause';

export function causeHandlers(
  session: Session,
  work: Work,
  lab: Pick<LatentLab, 'find'>,
): Pick<Handlers<StudioContract>, CauseMethods> {
  async function causes(picture: string, place: CausePlace | undefined): Promise<LikelyCauses> {
    const { manifest, index } = await lab.find(picture);
    const { path: project } = session.project;
    const engine = await session.engine;
    if (!place) return engine['latents.causes']({ project, picture });
    refuseOutside(manifest, place);
    const { channel, row, col } = place;
    const habit = index.positions.habits.find(
      (each) => each.channel === channel && each.row === row && each.col === col,
    );
    const ring = ringOf(index.positions);
    return engine['latents.causes']({
      ...{ project, picture },
      place: {
        ...{ row, col, cells: manifest.shape[2] },
        ...(ring ? { ring } : {}),
        ...(habit ? { habit: habit.share } : {}),
      },
    });
  }

  async function check(picture: string, place: CausePlace, signal: AbortSignal): Promise<CauseCheck> {
    const { manifest } = await lab.find(picture);
    refuseOutside(manifest, place);
    const { place: where } = session;
    const start = { kind: 'cause', title: 'Checking a cause', unit: 'encodings' } as const;
    return work.start(start, async (cancelled, report) =>
      (await session.computingEngine())['latents.checkCause'](
        { ...where, key: manifest.key, picture, ...place },
        { signal: AbortSignal.any([signal, cancelled]), onProgress: (progress) => report(measured(progress)) },
      ),
    ).finished;
  }

  return {
    'latents.causes': ({ picture, place }) => causes(picture, place),
    'latents.checkCause': ({ picture, ...place }, { signal }) => check(picture, place, signal),
  };
}
