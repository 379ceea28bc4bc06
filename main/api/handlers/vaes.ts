/** Handlers of VAEs and of the sets of latents they make. */
import { studioError } from '../../base/errors.ts';
import type { Handlers } from '../../base/rpc.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';

export type VaeMethods =
  Extract<keyof StudioContract['methods'], `vaes.${string}`> | 'latents.caches' | 'latents.use' | 'latents.delete';

const notThere = (): never => {
  throw studioError('internal.assertion', { expected: 'this method', got: 'nothing yet' });
};

export function vaeHandlers(
  _session: Session,
): Pick<Handlers<StudioContract>, Exclude<VaeMethods, 'vaes.train' | 'vaes.metrics'>> {
  return {
    'vaes.list': notThere,
    'vaes.add': notThere,
    'vaes.download': notThere,
    'vaes.remove': notThere,
    'vaes.check': notThere,
    'vaes.reconstructions': notThere,
    'latents.caches': notThere,
    'latents.use': notThere,
    'latents.delete': notThere,
  };
}
