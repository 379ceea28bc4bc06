import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tmpdir } from 'node:os';
import { JobBoard } from '../../../main/api/handlers/job-board.ts';
import { VaeLibrary } from '../../../main/api/handlers/vae-library.ts';
import type { Job } from '../../../main/api/contract/jobs.ts';
import { createProject } from '../../../main/projects/store.ts';
import type { OpenProject } from '../../../main/projects/store.ts';
import { encodingOptionsSchema } from '../../../main/latents/schema.ts';
import { latentsFolder, writeManifest } from '../../../main/latents/store.ts';
import { addVae } from '../../../main/vae/adding.ts';
import { vaeDownloads } from '../../../main/vae/downloads.ts';
import { vaeListSchema } from '../../../main/vae/schema.ts';
import { fileServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { fillDisk, mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';
import { resources, writeOtherVae } from '../../support/vaes.ts';

/** A VAE as a server has it. */
const origin = mkdtempSync(join(tmpdir(), 'cauchy-vaes-'));
let weights: Buffer;
beforeAll(async () => {
  await writeOtherVae(join(origin, 'other.safetensors'));
  weights = readFileSync(join(origin, 'other.safetensors'));
});
afterAll(() => rmSync(origin, { recursive: true, force: true }));

async function rig(project?: OpenProject, folder?: string) {
  const library = join(folder ?? (await temporaryFolder()), 'vaes');
  const server = await fileServer(weights);
  const jobs: Job[] = [];
  const board = new JobBoard((job) => jobs.push(job));
  const session = {
    library,
    hasProject: project !== undefined,
    get project(): OpenProject {
      return project!;
    },
    ports: { resources, uploadFolder: (id: string) => join(origin, id) },
    engine: Promise.resolve({
      'vae.add': (input: { library: string; path: string; resources: string; isDownload?: boolean | undefined }) =>
        addVae(input),
    }),
  };
  const offered = {
    ...{ name: 'other', title: 'Another VAE', description: 'For tests.', licence: 'MIT', url: server.url },
    ...{ bytes: weights.length, sha256: createHash('sha256').update(weights).digest('hex'), config: {} },
  };
  const work = { start: board.start.bind(board) };
  return { vaes: new VaeLibrary(session, work, [offered]), server, library, jobs, board, offered };
}

describe('downloading a VAE', () => {
  it('says all that matters before, fetches it, checks it and has it', async () => {
    const { vaes, library, jobs, offered } = await rig();
    const { config: _config, ...said } = offered;
    const before = vaeListSchema.parse(await vaes.list());
    expect(before.vaes.map(({ name }) => name)).toEqual(['starter']);
    expect(before.downloads).toEqual([{ ...said, arrived: 0 }]);

    const info = await (await vaes.download('other')).finished;
    expect(info).toMatchObject({ name: 'other', origin: 'downloaded', bytes: weights.length });
    expect(jobs.at(-1)).toMatchObject({
      kind: 'download',
      status: 'done',
      unit: 'MB',
      title: 'Downloading Another VAE',
    });
    expect(readFileSync(join(library, 'other', 'weights.safetensors')).equals(weights)).toBe(true);
    expect(readdirSync(join(library, '.downloads'))).toEqual([]);
    const after = vaeListSchema.parse(await vaes.list());
    expect(after.vaes.map(({ name }) => name)).toEqual(['starter', 'other']);
    expect(after.downloads).toEqual([]);
    await expect(vaes.download('other')).rejects.toMatchObject({ code: 'vae.alreadyThere' });
  });

  it('that is cancelled keeps what arrived and goes on from there', async () => {
    const { vaes, server, board } = await rig();
    server.silentAfter = 30_000;
    const started = await vaes.download('other');
    await expect(vaes.download('other')).rejects.toMatchObject({ code: 'engine.busy' });
    await expect.poll(async () => (await vaes.list()).downloads[0]!.arrived).toBeGreaterThan(0);
    board.cancel(started.id);
    await expect(started.finished).rejects.toMatchObject({ code: 'api.cancelled' });
    const { arrived } = (await vaes.list()).downloads[0]!;
    expect(arrived).toBeGreaterThan(0);
    server.silentAfter = undefined;
    await (
      await vaes.download('other')
    ).finished;
    expect(server.requests).toEqual(['', `bytes=${arrived}-`]);
  });

  it('of other bytes is refused and deleted', async () => {
    const { vaes, server, library } = await rig();
    server.bytes = Buffer.from(weights);
    server.bytes[1000]! ^= 1;
    await expect((await vaes.download('other')).finished).rejects.toMatchObject({ code: 'download.wrongFile' });
    expect((await vaes.list()).downloads[0]!.arrived).toBe(0);
    expect(existsSync(join(library, 'other'))).toBe(false);
  });

  it('without a network says how it is done by hand', async () => {
    const { vaes, server } = await rig();
    server.status = 503;
    const failed = (await vaes.download('other')).finished;
    await expect(failed).rejects.toMatchObject({ code: 'vae.notDownloaded', details: { url: server.url } });
    await expect(failed).rejects.toMatchObject({
      words: { advice: expect.stringMatching(/fetch http.*cauchy vae add FILE/) as string },
    });
    await expect(vaes.download('magic')).rejects.toMatchObject({ code: 'vae.unknown', details: { known: ['other'] } });
  });

  it('asks for the space beforehand', async (context) => {
    const folder = await temporaryFolder();
    const disk = mountSmallDisk(join(folder, 'disk'), '64k');
    if (!disk) return context.skip(whyNoSmallDisk);
    try {
      const { vaes, server } = await rig(undefined, disk.folder);
      fillDisk(join(disk.folder, 'full'));
      await expect((await vaes.download('other')).finished).rejects.toMatchObject({ code: 'download.noSpace' });
      expect(server.requests).toEqual([]);
      // Adding needs it, too, and leaves nothing.
      const file = join(origin, 'other.safetensors');
      await expect(vaes.add({ kind: 'path', path: file })).rejects.toMatchObject({ code: 'storage.diskFull' });
      expect((await vaes.list()).vaes).toHaveLength(1);
    } finally {
      disk.unmount();
    }
  });
});

describe('adding and removing', () => {
  it('takes what a browser has sent, and names it', async () => {
    const { vaes } = await rig();
    // The upload’s folder holds one file, so its name counts.
    expect((await vaes.add({ kind: 'upload', id: '.' })).name).toBe('other');
    await expect(vaes.add({ kind: 'upload', id: 'gone' })).rejects.toMatchObject({ code: 'storage.notFound' });
  });

  it('keeps a VAE that latents of the open project need, and says which', async () => {
    const project = await createProject(await temporaryFolder(), 'P', 'a test');
    try {
      const { vaes } = await rig(project);
      const { hash } = await vaes.add({ kind: 'path', path: join(origin, 'other.safetensors') });
      await writeManifest(latentsFolder(project.path, 'key'), {
        key: 'key',
        vae: { name: 'other', hash },
        datasetHash: '',
        pictureSize: 64,
        shape: [4, 8, 8],
        ...encodingOptionsSchema.parse({}),
        ...{ reused: 0, retried: 0, leftOut: [] },
        shards: [{ file: 'shard-00000.safetensors', pictures: ['a', 'b'] }],
        complete: true,
      });
      await expect(vaes.remove('other')).rejects.toMatchObject({
        code: 'vae.inUse',
        details: { users: ['the latents of 2 pictures'] },
      });
      await expect(vaes.remove('starter')).rejects.toMatchObject({ code: 'vae.notRemovable' });
      await expect(vaes.remove('magic')).rejects.toMatchObject({ code: 'vae.unknown' });
    } finally {
      await project.close();
    }
    const { vaes } = await rig();
    await vaes.add({ kind: 'path', path: join(origin, 'other.safetensors') });
    await vaes.remove('other');
    expect((await vaes.list()).vaes.map(({ name }) => name)).toEqual(['starter']);
  });
});

it('every download names a revision, a size and a SHA-256', () => {
  const { vaes: _vaes, ...schema } = vaeListSchema.shape;
  for (const { config, ...one } of vaeDownloads) {
    expect(schema.downloads.element.parse({ ...one, arrived: 0 })).toMatchObject(one);
    expect(one.url).toMatch(/^https:\/\/huggingface\.co\/[^/]+\/[^/]+\/resolve\/[0-9a-f]{40}\//);
    expect(config['_class_name']).toMatch(/^Autoencoder(KL|Tiny)$/);
  }
});
