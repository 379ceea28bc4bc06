import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StudioError } from '../../../main/base/errors.ts';
import { sha256OfFile } from '../../../main/storage/files.ts';
import { addVae } from '../../../main/vae/adding.ts';
import { freeName, listLibrary, removeFromLibrary } from '../../../main/vae/library.ts';
import { loadVae } from '../../../main/vae/load.ts';
import { starterPath } from '../../../main/vae/shipped.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { safetensorsBytes } from '../../support/safetensors.ts';
import { klFolder, resources, tinyFolder, writeOtherVae } from '../../support/vaes.ts';

let folder: string;
let library: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  library = join(folder, 'library');
});
const add = (path: string) => addVae({ library, resources, path });
const put = (name: string, bytes: Uint8Array | string = 'x') => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
/** After a refusal nothing is left of the try. */
const left = () => (existsSync(library) ? readdirSync(library) : []);

describe('the library of VAEs', () => {
  it('keeps the weights as they came, and gives them by name', async () => {
    const path = join(folder, 'Mein VAE 2.0.safetensors');
    await writeOtherVae(path);
    const info = await add(path);
    expect(info).toMatchObject({ name: 'mein-vae-2-0', title: 'Mein VAE 2.0', origin: 'added', source: path });
    expect(readdirSync(join(library, info.name)).sort()).toEqual(['vae.json', 'weights.safetensors']);
    expect(readFileSync(join(library, info.name, 'weights.safetensors')).equals(readFileSync(path))).toBe(true);
    expect(await listLibrary(library)).toEqual({ vaes: [info], damaged: [] });

    const vae = await loadVae('mein-vae-2-0', { resources, library });
    expect(vae).toMatchObject({ name: 'mein-vae-2-0', title: 'Mein VAE 2.0', hash: info.hash });
    expect(vae.parameters.reduce((sum, { data }) => sum + data.length, 0)).toBe(info.parameters);
    // The same from where it lies, without adding it.
    expect((await loadVae(path, { resources, library })).hash).toBe(info.hash);
    expect(left()).toEqual(['mein-vae-2-0']);
  });

  it('says that the same bytes are already there, whatever they are called', async () => {
    const path = join(folder, 'a.safetensors');
    await writeOtherVae(path);
    await add(path);
    copyFileSync(path, join(folder, 'b.safetensors'));
    await expect(add(join(folder, 'b.safetensors'))).rejects.toMatchObject({
      code: 'vae.alreadyThere',
      details: { name: 'a' },
    });
    await expect(add(starterPath(resources))).rejects.toMatchObject({ details: { name: 'starter' } });
    expect(left()).toEqual(['a']);
  });

  it('finds the VAE in a folder of diffusers, and in a pipeline’s', async () => {
    const config = readFileSync(join(tinyFolder, 'config.json'));
    for (const [inside, first] of [
      ['my-vae', 0.1],
      ['pipeline/vae', 0.2],
    ] as const) {
      put(`${inside}/config.json`, config);
      await writeOtherVae(join(folder, inside, 'diffusion_pytorch_model.safetensors'), first);
    }
    put('pipeline/model_index.json', '{}');
    mkdirSync(join(folder, 'pipeline', 'unet'));
    expect((await add(join(folder, 'my-vae'))).name).toBe('my-vae');
    expect((await add(join(folder, 'pipeline'))).name).toBe('pipeline');
    expect(readFileSync(join(library, 'my-vae', 'config.json')).equals(config)).toBe(true);
    expect((await loadVae('pipeline', { resources, library })).config.kind).toBe('tiny');
    // The file alone brings its config.json along.
    await removeFromLibrary(library, 'my-vae');
    expect((await add(join(folder, 'my-vae', 'diffusion_pytorch_model.safetensors'))).name).toBe('my-vae');
    expect(existsSync(join(library, 'my-vae', 'config.json'))).toBe(true);
    expect(left().sort()).toEqual(['my-vae', 'pipeline']);
  });

  it('knows a published file that was fetched by hand, and what its makers say of it', async () => {
    const path = put('kl.safetensors', readFileSync(join(klFolder, 'diffusion_pytorch_model.safetensors')));
    // Its weights alone do not tell the groups of its norms.
    await expect(add(path)).rejects.toMatchObject({ code: 'vae.badFile' });
    const config = JSON.parse(readFileSync(join(klFolder, 'config.json'), 'utf8')) as Record<string, unknown>;
    const published = {
      ...{
        name: 'famous',
        title: 'A famous VAE',
        description: 'Known.',
        licence: 'MIT',
        url: 'https://example.org/it',
      },
      ...{ bytes: 1, sha256: await sha256OfFile(path), config },
    };
    expect(await addVae({ library, resources, path, published: [published] })).toMatchObject({
      ...{ name: 'famous', title: 'A famous VAE', origin: 'added', licence: 'MIT', source: 'https://example.org/it' },
    });
    const known = await loadVae(klFolder, { resources });
    expect((await loadVae('famous', { resources, library })).config).toEqual(known.config);
  });

  it.each<[string, () => string, string, RegExp]>([
    ['PyTorch’s ZIP', () => put('a.safetensors', zipOf('archive/data.pkl')), 'vae.pickle', /can run any program/],
    ['an older pickle', () => put('vae', Buffer.from('80028a0a6cfc', 'hex')), 'vae.pickle', /save_file/],
    ['a pickle by its name', () => put('vae.ckpt', 'cos\nsystem\n'), 'vae.pickle', /weights_only=True/],
    ['a pickle in a folder', () => join(put('d/pytorch_model.bin'), '..'), 'vae.pickle', /save_pretrained/],
    ['another ZIP', () => put('a.zip', zipOf('readme.txt')), 'vae.badFile', /ZIP archive/],
    ['a folder without weights', () => join(put('e/readme.txt'), '..'), 'vae.badFile', /no safetensors file/],
    ['a file of something else', () => put('a.safetensors', 'something else'), 'storage.damaged', /header claims/],
    ['other tensors', () => put('a.safetensors', safetensorsBytes('{}', 0)), 'vae.badFile', /not of a VAE/],
    ['nothing', () => join(folder, 'nothing'), 'storage.notFound', /nothing at/],
  ])('refuses %s and stays as it was', async (_, make, code, words) => {
    const refused = add(make());
    await expect(refused).rejects.toMatchObject({ code });
    const said = await refused.then(
      () => '',
      (thrown: StudioError) => `${thrown.words.what} ${thrown.words.advice}`,
    );
    expect(said).toMatch(words);
    expect(left()).toEqual([]);
  });

  it('opens a safetensors file that is only called like a pickle', async () => {
    const path = join(folder, 'vae.bin');
    await writeOtherVae(path);
    expect((await add(path)).name).toBe('vae');
  });

  it.each([NaN, Infinity])('refuses weights of %d and names the tensor', async (value) => {
    const path = join(folder, 'broken.safetensors');
    const tensor = await writeOtherVae(path, value);
    await expect(add(path)).rejects.toMatchObject({ code: 'vae.notFinite', details: { tensor, count: 1 } });
    expect(left()).toEqual([]);
  });

  it('notices weights that are no longer those that were added, and folders without a description', async () => {
    const path = join(folder, 'a.safetensors');
    await writeOtherVae(path);
    await add(path);
    await writeOtherVae(join(library, 'a', 'weights.safetensors'), 0.5);
    await expect(loadVae('a', { resources, library })).rejects.toMatchObject({ code: 'storage.damaged' });
    mkdirSync(join(library, 'strange'));
    writeFileSync(join(library, 'a', 'vae.json'), '{');
    const { vaes, damaged } = await listLibrary(library);
    expect(vaes).toEqual([]);
    expect(damaged.map(({ name }) => name)).toEqual(['a', 'strange']);
    await removeFromLibrary(library, 'strange');
    expect(left()).toEqual(['a']);
  });

  it('removes what a process that died was making, but not what another one is making now', async () => {
    mkdirSync(join(library, 'dead.tmp'), { recursive: true });
    mkdirSync(join(library, 'alive.tmp'));
    utimesSync(join(library, 'dead.tmp'), 0, 0);
    await writeOtherVae(join(folder, 'a.safetensors'));
    await add(join(folder, 'a.safetensors'));
    expect(left().sort()).toEqual(['a', 'alive.tmp']);
    expect((await listLibrary(library)).damaged).toEqual([]);
  });

  it('knows which names there are, and none that lead elsewhere', async () => {
    await expect(loadVae('magic', { resources, library })).rejects.toMatchObject({
      code: 'vae.unknown',
      details: { known: ['starter'] },
    });
    for (const name of ['../x', '.downloads', 'a/b', ''])
      await expect(removeFromLibrary(library, name)).rejects.toMatchObject({ code: 'vae.unknown' });
  });

  it('gives names that every file system takes', () => {
    expect(freeName('Ünïcode VAE_v2', [])).toBe('u-ni-code-vae-v2');
    expect(freeName('漢字', [])).toBe('added-vae');
    expect(freeName('CON', [])).toBe('added-con');
    expect(freeName('vae-001', [])).toBe('added-vae-001');
    expect(freeName('starter', [])).toBe('added-starter');
    expect(freeName('a', ['a', 'a-2'])).toBe('a-3');
  });
});

/** The beginning of a ZIP whose first entry has this name. */
function zipOf(entry: string): Buffer {
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(entry.length, 26);
  return Buffer.concat([head, Buffer.from(entry)]);
}
