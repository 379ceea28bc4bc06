import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeFileAtomic } from '../../../main/storage/files.ts';
import { fromHalf, toHalf } from '../../../main/storage/half.ts';
import { readJson, writeJson } from '../../../main/storage/json.ts';
import { JsonlWriter, readJsonl } from '../../../main/storage/jsonl.ts';
import { takeLock } from '../../../main/storage/lock.ts';
import { pngText, withPngText } from '../../../main/storage/png-text.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-storage å漢字 100% #1 '));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let next = 0;
const fresh = (name: string) => join(root, `${next++}`, name);

describe('files', () => {
  it('are replaced as a whole, and a failed write leaves the old one and no rubbish', async () => {
    const path = fresh('a.txt');
    await writeFileAtomic(path, 'old');
    function* failing(): Generator<Uint8Array> {
      yield Buffer.from('half of the new');
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    await expect(writeFileAtomic(path, failing())).rejects.toMatchObject({
      code: 'storage.diskFull',
      details: { path },
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(join(path, '..'))).toEqual(['a.txt']);
  });

  it('on a full disk fail with a clear error, and what was there stays', async ({ skip }) => {
    const disk = mountSmallDisk(fresh('disk'), '64k') ?? skip(whyNoSmallDisk);
    const { folder } = disk;
    try {
      await writeFileAtomic(join(folder, 'small'), 'fits');
      await expect(writeFileAtomic(join(folder, 'large'), Buffer.alloc(1 << 20))).rejects.toMatchObject({
        code: 'storage.diskFull',
      });
      expect(readdirSync(folder)).toEqual(['small']);
      await writeFileAtomic(join(folder, 'small'), 'still writable');
    } finally {
      disk.unmount();
    }
  });

  it('in a folder that is a file fail with the path', async () => {
    const file = fresh('file');
    await writeFileAtomic(file, '');
    await expect(writeFileAtomic(join(file, 'inside'), '')).rejects.toMatchObject({
      kind: expect.stringMatching(/user|environment/) as string,
    });
  });

  it('are not put in the place of a folder', async () => {
    const folder = fresh('a folder');
    mkdirSync(folder, { recursive: true });
    await expect(writeFileAtomic(folder, 'text')).rejects.toMatchObject({ code: 'storage.isFolder', kind: 'user' });
    expect(readdirSync(dirname(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('are not put below a file', async () => {
    const file = fresh('a file');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'text');
    await expect(writeFileAtomic(join(file, 'a'), 'text')).rejects.toMatchObject({
      ...{ code: 'storage.isFile', kind: 'user', details: { path: file } },
    });
  });

  it('in a read-only folder are refused', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write anywhere');
    const folder = fresh('locked');
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o500);
    await expect(writeFileAtomic(join(folder, 'a'), '')).rejects.toMatchObject({ code: 'storage.readOnly' });
  });
});

describe('versioned JSON', () => {
  const format = {
    version: 2,
    schema: z.strictObject({ name: z.string(), size: z.number() }),
    migrations: { 1: (old: Record<string, unknown>) => ({ ...old, size: 64 }) },
  };

  it('round-trips and is readable without the app', async () => {
    const path = fresh('a.json');
    await writeJson(path, format, { name: 'Å', size: 3 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ schemaVersion: 2, name: 'Å', size: 3 });
    expect(await readJson(path, format)).toEqual({ name: 'Å', size: 3 });
  });

  it('migrates an older version', async () => {
    const path = fresh('old.json');
    await writeFileAtomic(path, '{"schemaVersion":1,"name":"a"}');
    expect(await readJson(path, format)).toEqual({ name: 'a', size: 64 });
  });

  it.each([
    ['{"schemaVersion":3,"name":"a","size":1}', 'storage.newerVersion'],
    ['{"schemaVersion":2,"name":"a"', 'storage.damaged'],
    ['{"name":"a"}', 'storage.damaged'],
    ['{"schemaVersion":2,"name":"a","size":1,"more":1}', 'storage.damaged'],
    ['{"schemaVersion":0,"name":"a"}', 'storage.damaged'],
  ])('refuses %s', async (text, code) => {
    const path = fresh('bad.json');
    await writeFileAtomic(path, text);
    await expect(readJson(path, format)).rejects.toMatchObject({ code });
  });
});

describe('JSONL', () => {
  const row = z.strictObject({ i: z.number() });

  it('survives a kill in the middle of a line: the torn end is cut off and the next row is intact', async () => {
    const path = fresh('t.jsonl');
    const writer = await JsonlWriter.open(path);
    await writer.append([{ i: 1 }, { i: 2 }]);
    await writer.close();
    appendFileSync(path, '{"i":3');
    expect(await readJsonl(path, row)).toEqual({ rows: [{ i: 1 }, { i: 2 }], tornBytes: 6 });
    const again = await JsonlWriter.open(path);
    await again.append([{ i: 4 }]);
    await again.close();
    expect((await readJsonl(path, row)).rows).toEqual([{ i: 1 }, { i: 2 }, { i: 4 }]);
  });

  it('takes all of the rows or none: what a full disk took is cut off, and they can be appended again', async ({
    skip,
  }) => {
    const disk = mountSmallDisk(fresh('disk'), '64k') ?? skip(whyNoSmallDisk);
    const [path, filler] = [join(disk.folder, 't.jsonl'), join(disk.folder, 'filler')];
    try {
      const writer = await JsonlWriter.open(path);
      await writer.append([{ i: 1 }]);
      writeFileSync(filler, Buffer.alloc(52 * 1024));
      const rows = Array.from({ length: 1500 }, (_, i) => ({ i: 1000 + i }));
      await expect(writer.append(rows)).rejects.toMatchObject({ code: 'storage.diskFull' });
      expect(await readJsonl(path, row)).toEqual({ rows: [{ i: 1 }], tornBytes: 0 });
      rmSync(filler);
      await writer.append(rows);
      await writer.close();
      expect((await readJsonl(path, row)).rows).toEqual([{ i: 1 }, ...rows]);
    } finally {
      disk.unmount();
    }
  });

  it('names the line that is damaged in the middle', async () => {
    const path = fresh('d.jsonl');
    await writeFileAtomic(path, '{"i":1}\nrubbish\n{"i":2}\n');
    await expect(readJsonl(path, row)).rejects.toMatchObject({
      code: 'storage.damaged',
      details: { reason: expect.stringContaining('line 2') as string },
    });
  });
});

describe('half floats', () => {
  it('round-trip: every half that is a number has its own bits again', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
      else expect(fromHalf(toHalf(value))).toBeNaN();
    }
  });

  it('are the nearest ones', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -65504, max: 65504 }), (value) => {
        const half = fromHalf(toHalf(value));
        // Half a unit in the last place: 2^-11 relative, or half the smallest subnormal.
        expect(Math.abs(half - value)).toBeLessThanOrEqual(Math.max(Math.abs(value) * 2 ** -11, 2 ** -25));
      }),
    );
    expect([toHalf(70000), toHalf(-Infinity), toHalf(65504)]).toEqual([0x7c00, 0xfc00, 0x7bff]);
  });
});

describe('locks', () => {
  const owner = { program: 'a test', project: 'P' };

  it('have one holder, however many want them at once', async () => {
    for (let round = 0; round < 20; round++) {
      const path = fresh('lock');
      mkdirSync(join(path, '..'), { recursive: true });
      const takers = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => takeLock(path, { program: `taker ${i}`, project: 'p' })),
      );
      expect(takers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readdirSync(join(path, '..'))).toEqual(['lock']);
    }
  });

  it('are held by one at a time', async () => {
    const path = fresh('lock');
    mkdirSync(join(path, '..'), { recursive: true });
    const lock = await takeLock(path, owner);
    await expect(takeLock(path, owner)).rejects.toMatchObject({
      code: 'project.openElsewhere',
      details: { holder: expect.stringContaining('a test') as string },
    });
    await lock.release();
    await (await takeLock(path, owner)).release();
    expect(existsSync(path)).toBe(false);
  });

  it('of a process that died are taken over; rubbish, too', async () => {
    const path = fresh('lock');
    mkdirSync(join(path, '..'), { recursive: true });
    const dead = Number(execFileSync(process.execPath, ['-e', 'console.log(process.pid)']).toString());
    const { hostname } = await import('node:os');
    for (const text of [JSON.stringify({ pid: dead, host: hostname(), token: 't', program: 'gone' }), '', '{"pid":']) {
      writeFileSync(path, text);
      await (await takeLock(path, owner)).release();
    }
  });

  it('of another computer are respected', async () => {
    const path = fresh('lock');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, JSON.stringify({ pid: 1, host: 'elsewhere', token: 't', program: 'the studio window' }));
    await expect(takeLock(path, owner)).rejects.toMatchObject({
      details: { holder: expect.stringContaining('on elsewhere') as string },
    });
  });
});

describe('text in PNG files', () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  it('comes back, in any script, before the end chunk', () => {
    const tagged = withPngText(png, 'cauchy_studio', '{"seed":1,"name":"漢字 å"}');
    expect(pngText(tagged, 'cauchy_studio')).toBe('{"seed":1,"name":"漢字 å"}');
    expect(tagged.subarray(-8).equals(png.subarray(-8))).toBe(true);
    expect(pngText(tagged, 'other')).toBeUndefined();
    expect(pngText(png, 'cauchy_studio')).toBeUndefined();
    expect(pngText(Buffer.from('no picture'), 'cauchy_studio')).toBeUndefined();
  });
});
