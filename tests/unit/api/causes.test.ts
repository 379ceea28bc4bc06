/** What the engine is asked about causes: the place with what the index knows of it, and a job that ends with who asked. */
import { expect, it } from 'vitest';
import { causeHandlers } from '../../../main/api/handlers/causes.ts';
import type { LatentLab } from '../../../main/api/handlers/latent-lab.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import type { Work } from '../../../main/api/handlers/work.ts';
import type { OutlierPositions } from '../../../main/latents/outlier-schema.ts';
import { studioError } from '../../../main/base/errors.ts';

const place = { channel: 1, row: 0, col: 1 };
const positions: OutlierPositions = {
  ...{ shape: [2, 2, 2], pictures: 10 },
  shares: [0, 0, 0, 0, 0, 0.9, 0.1, 0],
  habits: [{ ...place, share: 0.9 }],
};

function rig() {
  const asked: object[] = [];
  const jobs: object[] = [];
  const engine = {
    'latents.causes': (input: object) => {
      asked.push(input);
      return Promise.resolve({ tags: [], untested: [] });
    },
    'latents.checkCause': (input: object, { signal }: { signal: AbortSignal }) => {
      asked.push(input);
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(studioError('api.cancelled', {})));
      });
    },
  };
  const session = {
    ...{ project: { path: '/p' }, place: { project: '/p', resources: '/r', library: '/l' } },
    ...{ engine: Promise.resolve(engine), computingEngine: () => Promise.resolve(engine) },
  } as unknown as Session;
  const work = {
    start: (start: object, job: (signal: AbortSignal, report: () => void) => Promise<unknown>) => {
      jobs.push(start);
      return { id: 1, finished: job(new AbortController().signal, () => undefined) };
    },
  } as unknown as Work;
  const lab = {
    find: (id: string) =>
      id === 'known'
        ? Promise.resolve({ manifest: { key: 'k', shape: positions.shape }, index: { positions }, picture: 3 })
        : Promise.reject(studioError('storage.notFound', { path: id })),
  } as unknown as LatentLab;
  const controller = new AbortController();
  const { signal } = controller;
  return {
    handlers: causeHandlers(session, work, lab),
    asked,
    jobs,
    abort: () => controller.abort(),
    context: { signal, progress: () => undefined as never },
  };
}
it('the rules are told what the index knows of the place', async () => {
  const { handlers, asked, context } = rig();
  const causes = handlers['latents.causes'];
  await causes({ picture: 'known' }, context);
  await causes({ picture: 'known', place }, context);
  await causes({ picture: 'known', place: { ...place, channel: 0 } }, context);
  // All cells of 2 × 2 are outermost.
  const ring = { share: 1, cells: 1 };
  expect(asked).toEqual([
    { project: '/p', picture: 'known' },
    { project: '/p', picture: 'known', place: { row: 0, col: 1, cells: 2, ring, habit: 0.9 } },
    { project: '/p', picture: 'known', place: { row: 0, col: 1, cells: 2, ring } },
  ]);
});

it('a check is a job on that set, and ends with who asked', async () => {
  const { handlers, asked, jobs, abort, context } = rig();
  const check = handlers['latents.checkCause']({ picture: 'known', ...place }, context) as Promise<unknown>;
  const ended = expect(check).rejects.toMatchObject({ code: 'api.cancelled' });
  await expect.poll(() => asked).toHaveLength(1);
  expect(asked).toEqual([{ project: '/p', resources: '/r', library: '/l', key: 'k', picture: 'known', ...place }]);
  expect(jobs).toEqual([{ kind: 'cause', title: 'Checking a cause', unit: 'encodings' }]);
  abort();
  await ended;
});

it('pictures and places that the set has not are refused before anything begins', async () => {
  const { handlers, asked, jobs, context } = rig();
  for (const at of [
    { ...place, channel: 2 },
    { ...place, row: 2 },
    { ...place, col: 2 },
  ]) {
    await expect(handlers['latents.causes']({ picture: 'known', place: at }, context)).rejects.toMatchObject({
      code: 'storage.notFound',
    });
    await expect(handlers['latents.checkCause']({ picture: 'known', ...at }, context)).rejects.toMatchObject({
      code: 'storage.notFound',
    });
  }
  await expect(handlers['latents.causes']({ picture: 'other' }, context)).rejects.toMatchObject({
    code: 'storage.notFound',
  });
  expect([asked, jobs]).toEqual([[], []]);
});
