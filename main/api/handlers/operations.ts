/** Handlers of what is done about pictures, reversibly. */
import type { Handlers } from '../../base/rpc.ts';
import { readManifest } from '../../datasets/manifest.ts';
import { addOperation, readOperations, undoOperation } from '../../datasets/operations/log.ts';
import type { OperationList } from '../../datasets/operations/schema.ts';
import { listOperations } from '../../datasets/operations/words.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';

export type OperationMethods = Extract<keyof StudioContract['methods'], `dataset.${string}`>;

const now = () => new Date();

export function operationHandlers(session: Session): Pick<Handlers<StudioContract>, OperationMethods> {
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

  return {
    'dataset.operations': () => list(session.project.path),
    'dataset.operate': ({ operation }) => change((project) => addOperation(project, operation, now)),
    'dataset.undo': ({ id }) => change((project) => undoOperation(project, id, now)),
  };
}
