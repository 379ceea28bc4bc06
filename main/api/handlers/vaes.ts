/** Handlers of VAEs. */
import type { Handlers } from '../../base/rpc.ts';
import type { StudioContract } from '../contract/contract.ts';
import type { Session } from './session.ts';
import { checkVae, reconstructionPage } from './vae-check.ts';
import type { VaeLibrary } from './vae-library.ts';
import type { Work } from './work.ts';

export type VaeMethods = Extract<keyof StudioContract['methods'], `vaes.${string}`>;

export function vaeHandlers(
  session: Session,
  work: Work,
  library: VaeLibrary,
): Pick<Handlers<StudioContract>, Exclude<VaeMethods, 'vaes.train' | 'vaes.metrics'>> {
  return {
    'vaes.list': () => library.list(),
    'vaes.add': ({ source }) => library.add(source),
    'vaes.download': async ({ name }) => ({ job: (await library.download(name)).id }),
    'vaes.remove': async ({ name }) => {
      await library.remove(name);
      return {};
    },
    'vaes.check': (input) => ({ job: checkVae(session, work, input).id }),
    'vaes.reconstructions': (input) => reconstructionPage(session, input),
  };
}
