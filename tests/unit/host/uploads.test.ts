import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createUploads, defaultLimits } from '../../../main/host/uploads.ts';
import { storedName } from '../../../main/host/stored-name.ts';
import { temporaryFolder } from '../../support/folders.ts';

const day = 24 * 60 * 60 * 1000;

async function uploadsIn(limits = defaultLimits) {
  const parent = await temporaryFolder();
  let now = 0;
  const uploads = createUploads(parent, limits, () => now);
  onTestFinished(() => uploads.close());
  return { parent, uploads, wait: (ms: number) => (now += ms) };
}

describe('uploads', () => {
  test('a body that breaks off leaves nothing behind, and its name can be used again', async () => {
    const { uploads } = await uploadsIn();
    const id = await uploads.create();
    const broken = new Readable({ read: () => undefined });
    const written = uploads.write(id, ['a.jpg'], broken);
    broken.push('half');
    setTimeout(() => broken.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })), 20);
    await expect(written).rejects.toMatchObject({ code: 'upload.incomplete', details: { name: 'a.jpg' } });
    expect(await readdir(uploads.folder(id))).toEqual([]);
    await uploads.write(id, ['a.jpg'], Readable.from(['whole']));
    expect(await readFile(join(uploads.folder(id), 'a.jpg'), 'utf8')).toBe('whole');
  });

  test('what was refused or broke off does not count against the limit', async () => {
    const { uploads } = await uploadsIn({ ...defaultLimits, uploadBytes: 10 });
    const id = await uploads.create();
    const tooMuch = uploads.write(id, ['a'], Readable.from([Buffer.alloc(8), Buffer.alloc(8)]));
    await expect(tooMuch).rejects.toMatchObject({ code: 'upload.tooLarge' });
    await uploads.write(id, ['b'], Readable.from([Buffer.alloc(10)]));
    const tooMany = uploads.write(id, ['c'], Readable.from([Buffer.alloc(1)]));
    await expect(tooMany).rejects.toMatchObject({ code: 'upload.tooLarge' });
  });

  test('what is announced as too large is refused before a byte of it is read', async () => {
    const { uploads } = await uploadsIn({ ...defaultLimits, fileBytes: 10 });
    const neverEnding = new Readable({ read: () => undefined });
    const written = uploads.write(await uploads.create(), ['a'], neverEnding, 11);
    await expect(written).rejects.toMatchObject({ code: 'upload.tooLarge' });
  });

  test('more files than the limit are refused', async () => {
    const { uploads } = await uploadsIn({ ...defaultLimits, files: 2 });
    const id = await uploads.create();
    for (const name of ['a', 'b']) await uploads.write(id, [name], Readable.from(['x']));
    await expect(uploads.write(id, ['c'], Readable.from(['x']))).rejects.toMatchObject({ code: 'upload.tooLarge' });
  });

  test('an upload that nobody touches for a day is removed, one in use is not', async () => {
    const { uploads, wait } = await uploadsIn();
    const [idle, used] = [await uploads.create(), await uploads.create()];
    const folder = uploads.folder(idle);
    wait(day - 1);
    uploads.folder(used);
    wait(1);
    await uploads.removeStale();
    expect(() => uploads.folder(idle)).toThrow(expect.objectContaining({ code: 'upload.unknown' }));
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
    expect(await readdir(uploads.folder(used))).toEqual([]);
  });

  test('folders of a host that died are removed when the next one starts; those of a living one stay', async () => {
    const parent = await temporaryFolder();
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    const names = [`cauchy-uploads-${dead}-abc`, `cauchy-uploads-${process.pid}-abc`, 'something-else'];
    for (const name of names) {
      await mkdir(join(parent, name));
      await writeFile(join(parent, name, 'a'), 'x');
    }
    const uploads = createUploads(parent);
    onTestFinished(() => uploads.close());
    await expect.poll(() => readdir(parent)).not.toContain(names[0]);
    expect(await readdir(parent)).toEqual(expect.arrayContaining(names.slice(1)));
  });
});

describe('the name under which a file is kept', () => {
  const kept = (wish: readonly string[], platform: NodeJS.Platform = 'linux', names = new Map<string, string>()) =>
    storedName(wish, names, platform).join('/');

  test('is the one asked for, where the system allows it', () => {
    const odd = ['Urlaub 2024', 'a:b?*"<>|#100%.jpg'];
    expect(kept(odd)).toBe(odd.join('/'));
    expect(kept(odd, 'win32')).toBe('Urlaub 2024/a_b______#100%.jpg');
    expect(kept(['COM1.jpg'], 'win32')).toBe('_COM1.jpg');
    expect(kept(['dots...'], 'win32')).toBe('dots___');
  });

  test('differs for files that a system without case would confuse, and is the same for the same file', () => {
    const names = new Map<string, string>();
    expect(kept(['a.jpg'], 'linux', names)).toBe('a.jpg');
    expect(kept(['A.JPG'], 'linux', names)).toBe('A (2).JPG');
    expect(kept(['a.jpg'], 'linux', names)).toBe('a.jpg');
    expect(kept(['A.JPG'], 'linux', names)).toBe('A (2).JPG');
    expect(kept(['\u00e9'], 'linux', names)).toBe('\u00e9');
    expect(kept(['e\u0301'], 'linux', names)).toBe('e\u0301 (2)');
  });

  test.each([
    [['..', 'x']],
    [['.']],
    [['']],
    [['a/b']],
    [['a\\b']],
    [['a\0b']],
    [[]],
    [Array.from({ length: 33 }, () => 'd')],
    [['x'.repeat(221)]],
    [Array.from({ length: 20 }, () => 'x'.repeat(200))],
  ])('%j is refused', (wish) => {
    expect(() => kept(wish)).toThrow(expect.objectContaining({ code: 'upload.badName' }));
  });
});
