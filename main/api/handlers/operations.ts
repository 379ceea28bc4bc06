/** Handlers of what is done about pictures, reversibly. */
import type { Handlers } from '../../base/rpc.ts';
import { readManifest } from '../../datasets/manifest.ts';
import { addOperation, checkOperation, readOperations, undoOperation } from '../../datasets/operations/log.ts';
import type { Operation, OperationList } from '../../datasets/operations/schema.ts';
import type { LatentPreview } from '../../latents/preview/schema.ts';
import { listOperations } from '../../datasets/operations/words.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';
import { measured } from './work.ts';
import type { Work } from './work.ts';

export type OperationMethods =
  Extract<keyof StudioContract['methods'], `dataset.${string}`> | 'latents.preview' | 'pictures.whole';

const now = () => new Date();

const framesAnew = ({ kind }: Operation): boolean => kind === 'recrop' || kind === 'pad';

export function operationHandlers(session: Session, work: Work): Pick<Handlers<StudioContract>, OperationMethods> {
  /** The last change of the log: rows are numbered, so they are written one after another. */
  let last: Promise<unknown> = Promise.resolve();

  const list = async (project: string): Promise<OperationList> =>
    listOperations(await readOperations(project), await readManifest(project));

  function change(write: (project: string) => Promise<void>): Promise<OperationList> {
    const { path } = session.project;
    const written = last.then(() => write(path));
    last = written.catch(() => undefined);
    return written.then(() => {
      session.projectChanged();
      return list(path);
    });
  }

  async function preview(operation: Operation, signal: AbortSignal): Promise<LatentPreview> {
    const { place } = session;
    await checkOperation(place.project, operation);
    if (!framesAnew(operation)) return (await session.engine)['latents.preview']({ ...place, operation }, { signal });
    const start = { kind: 'adjust', title: 'Encoding for a preview', unit: 'pictures' } as const;
    return work.start(start, async (cancelled, report) =>
      (await session.computingEngine())['latents.preview'](
        { ...place, operation },
        { signal: AbortSignal.any([signal, cancelled]), onProgress: (progress) => report(measured(progress)) },
      ),
    ).finished;
  }

  /** Makes the shaped copies that an operation needs; without them nothing is recorded. */
  async function prepare(operation: Operation): Promise<void> {
    if (!framesAnew(operation)) return;
    const { path: project } = session.project;
    await checkOperation(project, operation);
    const start = { kind: 'adjust', title: 'Framing pictures anew', unit: 'pictures' } as const;
    await work.start(start, async (signal, report) =>
      (await session.engine)['pictures.frame'](
        { project, operation },
        { signal, onProgress: (progress) => report(measured(progress)) },
      ),
    ).finished;
  }

  return {
    'pictures.whole': async ({ picture }, { signal }) => {
      const { path: project } = session.project;
      const { png } = await (await session.engine)['pictures.whole']({ project, picture }, { signal });
      return { url: `data:image/png;base64,${Buffer.from(png).toString('base64')}` };
    },
    'dataset.operations': () => list(session.project.path),
    'dataset.operate': async ({ operation }) => {
      await prepare(operation);
      return change((project) => addOperation(project, operation, now));
    },
    'latents.preview': ({ operation }, { signal }) => preview(operation, signal),
    'dataset.undo': ({ id }) => change((project) => undoOperation(project, id, now)),
  };
}
