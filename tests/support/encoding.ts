/** A project of drawn pictures that is encoded and looked at, in this process: everything but the threads. */
import { importPictures } from '../../main/datasets/import.ts';
import { localDecoder } from '../../main/datasets/decoder.ts';
import { loadPicture } from '../../main/datasets/manifest.ts';
import { addOperation } from '../../main/datasets/operations/log.ts';
import type { Operation } from '../../main/datasets/operations/schema.ts';
import { readPictures } from '../../main/datasets/present.ts';
import { createLocalDevice } from '../../main/engine/local-device.ts';
import { completeLatents } from '../../main/latents/caches.ts';
import { finishLatents } from '../../main/latents/finish.ts';
import { previewLatents } from '../../main/latents/preview/preview.ts';
import { readAllLatents } from '../../main/latents/reader.ts';
import type { EncodingWishes } from '../../main/latents/schema.ts';
import { latentsFolder, readManifest } from '../../main/latents/store.ts';
import { encodeJob } from '../../main/workers/encode-job.ts';
import { engineContract } from '../../main/workers/engine.contract.ts';
import { previewJob } from '../../main/workers/preview-job.ts';
import type { Threads } from '../../main/workers/threads.ts';
import { settings } from './datasets.ts';
import { temporaryFolder } from './folders.ts';
import { resources } from './vaes.ts';

const now = () => new Date(0);
const computing = createLocalDevice(1);
/** What was loaded on the device, by name. */
const programs: string[] = [];
const device: typeof computing = {
  ...computing,
  load: (...given) => {
    programs.push(given[0].program);
    return computing.load(...given);
  },
};

/** `count` pictures, and the jobs as the engine process does them; previews need a VAE by its name. */
export async function drawnProject(count = 16, vae = 'starter') {
  const project = await temporaryFolder();
  const add = (pictures: number) =>
    importPictures({
      ...{ project, settings, decoder: localDecoder(1) },
      source: { kind: 'samples', count: pictures, seed: 3 },
    });
  await add(count);
  type Finish = Parameters<Threads['maths']['finishLatents']>[0];
  type Preview = Parameters<Threads['maths']['preview']>[0];
  type Load = { readonly picture: Parameters<typeof loadPicture>[1] };
  const maths = {
    finishLatents: ({ folder, manifest }: Finish) => finishLatents(folder, manifest, now),
    preview: async ({ key, ...input }: Preview) =>
      previewLatents({ ...input, base: (await readManifest(latentsFolder(input.project, key)))! }),
  };
  const threads = {
    ...{ device, decoder: localDecoder(1), maths },
    pictures: () => ({ load: async ({ picture }: Load) => ({ rgb: await loadPicture(project, picture) }) }),
  } as unknown as Threads;
  const place = { project, resources, library: '' };
  const signal = new AbortController().signal;
  /** How many pictures a preview was made of by encoding. */
  let encodedForPreview = 0;
  return {
    project,
    /** Imports the drawn pictures up to this one. */
    add,
    ids: (await readPictures(project)).pictures.map(({ id }) => id),
    encode: (wishes: EncodingWishes = {}) =>
      encodeJob(threads, { ...place, ...wishes, vae, signal, onProgress: () => undefined }),
    operate: (operation: Operation) => addOperation(project, operation, now),
    preview: (operation: Operation) => {
      encodedForPreview = 0;
      // As it goes to the process that asked.
      const { progress } = engineContract.methods['latents.preview'];
      const onProgress = (told: unknown) => void (encodedForPreview = progress.parse(told).total ?? 0);
      return previewJob(threads, { ...place, operation, signal, onProgress });
    },
    encodedForPreview: () => encodedForPreview,
    /** Names of the programs that were loaded since this was asked last. */
    loaded: () => programs.splice(0),
    /** The latents of every picture of the set that counts, by its id. */
    async latents(): Promise<Record<string, number[]>> {
      const manifest = await completeLatents(project);
      const all = await readAllLatents(latentsFolder(project, manifest.key), manifest);
      const encoded = manifest.shards.flatMap(({ pictures }) => pictures);
      const length = all.length / encoded.length;
      return Object.fromEntries(encoded.map((id, i) => [id, [...all.subarray(i * length, (i + 1) * length)]]));
    },
  };
}
