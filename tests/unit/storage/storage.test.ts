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
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeFileAtomic } from '../../../main/storage/files.ts';
import { fromHalf, toHalf } from '../../../main/storage/half.ts';
import { readJson, writeJson } from '../../../main/storage/json.ts';
import { JsonlWriter, readJsonl } from '../../../main/storage/jsonl.ts';
import { takeLock } from '../../../main/storage/lock.ts';
import { pngText, withPngText } from '../../../main/storage/png-text.ts';
import { readSafetensors, writeSafetensors } from '../../../main/storage/safetensors.ts';
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

describe('safetensors', () => {
  const tensors = [
    { name: 'a', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-3, 7) },
    { name: 'β/漢', shape: [], data: Float32Array.of(0.25) },
    { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
  ];

  it('round-trips float32 exactly, with metadata', async () => {
    const path = fresh('a.safetensors');
    await writeSafetensors(path, tensors, { metadata: { step: '12' } });
    const file = await readSafetensors(path);
    expect(file.metadata).toEqual({ step: '12' });
    expect([...file.tensors.values()]).toEqual(tensors);
  });

  it('is what the reference implementation reads', () => {
    // Written by Python's safetensors 0.4.5: save({'w': arange(3, float32)}).
    const header = '{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}';
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = fresh('py.safetensors');
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, Buffer.concat([length, Buffer.from(header), Buffer.from(Float32Array.of(0, 1, 2).buffer)]));
    return expect(readSafetensors(path).then(({ tensors: read }) => [...read.get('w')!.data])).resolves.toEqual([
      0, 1, 2,
    ]);
  });

  it.each(['F16', 'BF16'] as const)('rounds to %s', async (dtype) => {
    const path = fresh('h.safetensors');
    await writeSafetensors(path, [tensors[0]!], { dtype });
    const { data } = (await readSafetensors(path)).tensors.get('a')!;
    expect(data).toBeAllClose(tensors[0]!.data, {
      rtol: dtype === 'F16' ? 2 ** -11 : 2 ** -8,
      atol: 0,
      because: 'half a unit in the last place',
    });
  });

  it('aligns the data to 8 bytes', async () => {
    const path = fresh('al.safetensors');
    await writeSafetensors(path, tensors);
    expect(Number(readFileSync(path).readBigUInt64LE(0)) % 8).toBe(0);
  });

  const file = (header: string, data: number, length = Buffer.byteLength(header)) => {
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(length));
    return Buffer.concat([size, Buffer.from(header), Buffer.alloc(data)]);
  };
  const entry = (offsets: string, extra = '') => `"w":{"dtype":"F32","shape":[2],"data_offsets":${offsets}${extra}}`;
  it.each([
    ['shorter than a header', Buffer.from('short')],
    ['a header length of 2 GB', file('{}', 0, 2 ** 31)],
    ['a header that is not JSON', file('{oops', 8)],
    ['a header that is a list', file('[]', 0)],
    ['data that ends early', file(`{${entry('[0,8]')}}`, 4)],
    ['data that nobody owns', file(`{${entry('[0,8]')}}`, 12)],
    ['tensors that overlap', file(`{${entry('[0,8]')},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12)],
    ['a gap between tensors', file(`{${entry('[0,8]')},"v":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}`, 16)],
    ['a size that is not its shape’s', file(`{${entry('[0,12]')}}`, 12)],
    ['offsets that run backwards', file(`{${entry('[8,0]')}}`, 8)],
    ['a type of its own', file('{"w":{"dtype":"I7","shape":[8],"data_offsets":[0,8]}}', 8)],
    ['a negative size', file('{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', 8)],
    ['one name twice', file(`{${entry('[0,8]')},${entry('[0,8]')}}`, 8)],
  ])('refuses %s', async (_, bytes) => {
    const path = fresh('bad.safetensors');
    await writeFileAtomic(path, bytes);
    await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'storage.damaged' });
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
