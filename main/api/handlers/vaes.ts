/** Handlers of VAEs. */
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';

export type VaeMethods = Extract<keyof StudioContract['methods'], `vaes.${string}`>;

const notThere = (): never => {
  throw studioError('internal.assertion', { expected: 'this method', got: 'nothing yet' });
};

export function vaeHandlers(_session: Session): Pick<Handlers<StudioContract>, VaeMethods> {
  return {
    'vaes.list': notThere,
    'vaes.add': notThere,
    'vaes.download': notThere,
    'vaes.remove': notThere,
    'vaes.check': notThere,
    'vaes.reconstructions': notThere,
    'vaes.train': notThere,
    'vaes.metrics': notThere,
  };
}
