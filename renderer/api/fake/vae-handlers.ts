/** The fake's answers about VAEs and sets of latents. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import { fileName } from '../../text/format.ts';
import type { FakeVaes } from './vaes.ts';

type Methods =
  | Extract<keyof StudioContract['methods'], `vaes.${string}`>
  | 'latents.encode'
  | 'latents.caches'
  | 'latents.use'
  | 'latents.delete';

export function fakeVaeHandlers(vaes: FakeVaes): Pick<Handlers<StudioContract>, Methods> {
  const { world } = vaes;
  return {
    'vaes.list': () => ({ vaes: vaes.list, downloads: vaes.downloads, damaged: vaes.damaged }),
    'vaes.add': ({ source }) => {
      const path = source.kind === 'path' ? source.path : 'uploaded.safetensors';
      const name = fileName(path).replace(/\.[a-z]+$/, '');
      if (/\.(ckpt|pth|bin)$/.test(path)) throw studioError('vae.pickle', { path, isPart: false });
      return vaes.add(name, path);
    },
    'vaes.download': ({ name }) => ({ job: vaes.download(name) }),
    'vaes.remove': ({ name }) => {
      if (world.project?.latents.vae === name)
        throw studioError('vae.inUse', { name, users: ['the latents of this project'] });
      vaes.damaged = vaes.damaged.filter((vae) => vae.name !== name);
      vaes.list = vaes.list.filter((vae) => vae.name !== name);
      return {};
    },
    'vaes.check': ({ vae, most }) => ({ job: vaes.check(vae, most) }),
    'vaes.reconstructions': ({ vae, offset, limit }) => vaes.reconstructions(vae, offset, limit),
    'vaes.train': ({ name, config }) => {
      const run = vaes.addRun(name ?? `Own VAE ${(world.project?.vaeRuns.length ?? 0) + 1}`, config, 'running');
      return { run: run.id, job: vaes.train(run.id) };
    },
    'vaes.metrics': ({ run, afterStep }) => (vaes.rows.get(run) ?? []).filter(({ step }) => step > afterStep),
    'latents.encode': (input) => ({ job: vaes.encode(input.vae, input, Math.min(world.reusable, vaes.used - 1)) }),
    'latents.caches': () =>
      vaes.caches.map((cache) => ({
        ...cache,
        upToDate: cache.upToDate && cache.pictures + cache.leftOut.length === vaes.used,
      })),
    'latents.use': ({ key }) => {
      const cache = vaes.caches.find((each) => each.key === key);
      if (!cache) throw studioError('latents.missing', {});
      vaes.finish(cache);
      return {};
    },
    'latents.delete': ({ keys }) => {
      const lost = vaes.caches.some(({ key, chosen }) => chosen && keys.includes(key));
      vaes.caches = vaes.caches.filter(({ key }) => !keys.includes(key));
      if (lost) world.change({ latents: { encoded: 0, complete: false } });
      return {};
    },
  };
}
