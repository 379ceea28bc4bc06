import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSafetensors, readSafetensors, writeSafetensors } from '../../../main/storage/safetensors.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { openBytes, safetensorsBytes as file } from '../../support/safetensors.ts';

const tensors = [
  { name: 'a', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, 1e-3, 7) },
  { name: 'β/漢', shape: [], data: Float32Array.of(0.25) },
  { name: 'empty', shape: [0, 4], data: new Float32Array(0) },
];
const fresh = async (name: string) => join(await temporaryFolder(), name);

describe('writing safetensors', () => {
  it('gives back float32 exactly, with metadata', async () => {
    const path = await fresh('a.safetensors');
    await writeSafetensors(path, tensors, { metadata: { step: '12' } });
    const read = await readSafetensors(path);
    expect(read.metadata).toEqual({ step: '12' });
    expect([...read.tensors.values()]).toEqual(tensors);
  });

  it.each(['F16', 'BF16'] as const)('rounds to %s', async (dtype) => {
    const path = await fresh('h.safetensors');
    await writeSafetensors(path, [tensors[0]!], { dtype });
    const { data } = (await readSafetensors(path)).tensors.get('a')!;
    expect(data).toBeAllClose(tensors[0]!.data, {
      rtol: dtype === 'F16' ? 2 ** -11 : 2 ** -8,
      atol: 0,
      because: 'half a unit in the last place',
    });
  });

  it('begins the data, and each tensor, at a multiple of its size', async () => {
    const path = await fresh('al.safetensors');
    await writeSafetensors(path, [
      { name: 'odd', shape: [3], data: new Float32Array(3), dtype: 'F16' },
      { name: 'wide', shape: [1], data: Float32Array.of(7) },
    ]);
    expect(Number(readFileSync(path).readBigUInt64LE(0)) % 8).toBe(0);
    const open = await openSafetensors(path);
    expect([...open.entries.values()].map(({ name, begin }) => [name, begin])).toEqual([
      ['wide', 0],
      ['odd', 4],
    ]);
    await open.close();
  });

  it('asks for a tensor when its turn comes, and for one at a time', async () => {
    const path = await fresh('lazy.safetensors');
    const asked: string[] = [];
    let held = 0;
    const lazy = (name: string) => ({
      name,
      shape: [1],
      data: async () => {
        asked.push(name);
        expect(++held).toBe(1);
        await Promise.resolve();
        held--;
        return Float32Array.of(asked.length);
      },
    });
    await writeSafetensors(path, [lazy('first'), lazy('second')]);
    expect(asked).toEqual(['first', 'second']);
    expect([...(await readSafetensors(path)).tensors.values()].map(({ data }) => data[0])).toEqual([1, 2]);
  });

  it.each([
    ['two of one name', [tensors[0]!, tensors[0]!]],
    ['one called as the metadata is', [{ ...tensors[1]!, name: '__metadata__' }]],
    ['one whose name is half a letter', [{ ...tensors[1]!, name: '\ud83c' }]],
    ['one of another size than its shape', [{ name: 'a', shape: [3], data: new Float32Array(2) }]],
  ])('refuses %s and writes nothing', async (_, refused) => {
    const path = await fresh('bad.safetensors');
    await expect(writeSafetensors(path, refused)).rejects.toMatchObject({ code: 'internal.assertion' });
    await expect(openSafetensors(path)).rejects.toMatchObject({ code: 'storage.notFound' });
  });
});

describe('reading safetensors', () => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i);
  const rows = file('{"w":{"dtype":"F32","shape":[6,2,2],"data_offsets":[0,96]}}', new Uint8Array(values.buffer));

  it('reads names, types and shapes without the data', async () => {
    const open = await openBytes(rows, { available: rows.length - 96 });
    expect([...open.entries.values()]).toEqual([{ name: 'w', dtype: 'F32', shape: [6, 2, 2], begin: 0, end: 96 }]);
    await expect(open.read('w')).rejects.toThrow(/became shorter/);
  });

  it('reads rows of one tensor alone', async () => {
    // The rows after them are gone: they are not touched.
    const open = await openBytes(rows, { available: rows.length - 96 + 48 });
    expect(await open.readRows('w', 1, 2)).toEqual({ name: 'w', shape: [2, 2, 2], data: values.subarray(4, 12) });
    expect((await open.readRows('w', 6, 0)).data.length).toBe(0);
    await expect(open.readRows('w', 5, 2)).rejects.toMatchObject({ code: 'internal.assertion' });
  });

  it('reads rows into memory that is there', async () => {
    const memory = Float32Array.from({ length: 12 }, () => -1);
    const open = await openBytes(rows);
    const { data } = await open.readRows('w', 2, 2, memory.subarray(1));
    expect([...memory]).toEqual([-1, ...values.subarray(8, 16), -1, -1, -1]);
    expect(data.buffer).toBe(memory.buffer);
    await expect(open.readRows('w', 0, 4, memory)).rejects.toMatchObject({ code: 'internal.assertion' });
    const halves = file('{"h":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}', Buffer.from('803f00c04040', 'hex'));
    await (await openBytes(halves)).readRows('h', 1, 2, memory.subarray(9));
    expect([...memory.subarray(8)]).toEqual([15, -2, 3, -1]);
  });

  it.each([1, 5])('goes on after short reads (%i bytes at once), also of halves', async (atOnce) => {
    expect((await (await openBytes(rows, { atOnce })).read('w')).data).toEqual(values);
    const halves = file('{"h":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}', Buffer.from('803f00c04040', 'hex'));
    expect([...(await (await openBytes(halves, { atOnce })).read('h')).data]).toEqual([1, -2, 3]);
  });

  it('says so when a file becomes shorter while it is read', async () => {
    const path = await fresh('shrinks.safetensors');
    writeFileSync(path, rows);
    const open = await openSafetensors(path);
    truncateSync(path, rows.length - 1);
    await expect(open.read('w')).rejects.toThrow(/damaged: it became shorter while it was read\.$/);
    await open.close();
  });

  it('refuses a folder, and a pipe without waiting for it', async () => {
    const folder = await temporaryFolder();
    mkdirSync(join(folder, 'a folder.safetensors'));
    await expect(openSafetensors(join(folder, 'a folder.safetensors'))).rejects.toThrow(/it is not a file/);
    if (process.platform === 'win32') return;
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(openSafetensors(join(folder, 'pipe'))).rejects.toThrow(/it is not a file/);
  });

  it('keeps names that JavaScript has its own ideas about', async () => {
    const open = await openBytes(
      file(
        '{"__metadata__":{"__proto__":"x","constructor":"y"},"__proto__":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"7":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}',
        4,
      ),
    );
    expect([...open.entries.keys()]).toEqual(['__proto__', '7']);
    expect(Object.entries(open.metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(open.metadata['toString']).toBeUndefined();
  });

  it.each(['F64', 'I64', 'BOOL', 'U8', 'F8_E4M3', 'F8_E5M2FNUZ', 'C64'])(
    'knows the type %s and says that it does not compute with it',
    async (dtype) => {
      const bytes = dtype.endsWith('64') ? 8 : 1;
      const open = await openBytes(
        file(`{"steps":{"dtype":"${dtype}","shape":[1],"data_offsets":[0,${bytes}]}}`, bytes),
      );
      await expect(open.read('steps')).rejects.toMatchObject({
        code: 'storage.tensorType',
        details: { tensor: 'steps', type: dtype },
      });
    },
  );

  it('counts types of less than a byte in bits', async () => {
    const four = (shape: number, bytes: number) =>
      openBytes(file(`{"w":{"dtype":"F4","shape":[${shape}],"data_offsets":[0,${bytes}]}}`, bytes));
    expect((await four(4, 2)).entries.get('w')!.end).toBe(2);
    await expect(four(3, 2)).rejects.toThrow(/does not end with a whole byte/);
  });

  const entry = (offsets: string, { name = 'w', shape = '[2]', more = '' } = {}) =>
    `"${name}":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}${more}}`;
  const two53 = 2 ** 53;
  it.each<[string, Buffer, RegExp]>([
    ['bytes shorter than a header', Buffer.from('short'), /too short/],
    ['a header length of 2 GB', file('{}', 0, 2 ** 31), /claims 2147483648 bytes of a file with 10/],
    ['a header length of 64 bits', file('{}', 0, 2n ** 64n - 1n), /claims 18446744073709551615 bytes/],
    ['a header length of 0', file('{}', 0, 0), /does not begin with \{/],
    ['a header that is not JSON', file('{oops', 8), /not JSON/],
    ['a header that is a list', file('[]', 0), /does not begin with \{/],
    ['a header that begins with a space', file(' {}', 0), /does not begin with \{/],
    ['a header with something after it', file('{} {}', 0), /not JSON/],
    ['a header that is not UTF-8', file(Buffer.from('7b22ff22', 'hex'), 0), /not UTF-8/],
    ['a header with a byte order mark', file('\ufeff{}', 0), /does not begin with \{/],
    ['a header of depth without end', file('{"w":'.repeat(1e5), 0), /no valid "w"/],
    ['lists of depth without end', file(`{"w":{"shape":${'['.repeat(1e5)}`, 0), /not a whole number/],
    ['a text that never ends', file('{"w', 0), /not JSON/],
    ['half a letter as a name', file('{"\\ud800":{}}', 0), /not Unicode/],
    ['data that ends early', file(`{${entry('[0,8]')}}`, 4), /4 bytes of data instead of 8; it may be cut off/],
    ['data that nobody owns', file(`{${entry('[0,8]')}}`, 12), /something may have been added/],
    ['data without a tensor', file('{}', 1), /1 bytes of data instead of 0/],
    ['tensors that overlap', file(`{${entry('[0,8]')},${entry('[4,12]', { name: 'v' })}}`, 12), /"v" overlaps/],
    ['two tensors in one place', file(`{${entry('[0,8]')},${entry('[0,8]', { name: 'v' })}}`, 8), /"v" overlaps/],
    ['a gap between tensors', file(`{${entry('[0,8]')},${entry('[12,20]', { name: 'v' })}}`, 20), /"v" leaves a gap/],
    ['an empty tensor beyond the end', file(`{${entry('[8,8]', { shape: '[0]' })}}`, 0), /leaves a gap/],
    ['a size that is not its shape’s', file(`{${entry('[0,12]')}}`, 12), /12 bytes instead of 8/],
    ['offsets that run backwards', file(`{${entry('[8,0]')}}`, 8), /-8 bytes instead of 8/],
    ['three offsets', file(`{${entry('[0,8,8]')}}`, 8), /no place/],
    ['offsets of 64 bits', file(`{${entry('[0,18446744073709551615]')}}`, 8), /not a whole number from 0 to 2\^53/],
    ['offsets that are not exact', file(`{${entry(`[${two53},${two53 + 8}]`)}}`, 8), /not a whole number/],
    ['a broken offset', file(`{${entry('[0,8.0]')}}`, 8), /not a whole number/],
    ['an offset with an exponent', file(`{${entry('[0,1e1]')}}`, 8), /not a whole number/],
    ['an offset as text', file(`{${entry('["0",8]')}}`, 8), /not a whole number/],
    ['a shape beyond counting', file(`{${entry('[0,0]', { shape: '[4294967296,4294967296]' })}}`, 0), /can be counted/],
    ['one beyond counting, times 0', file(`{${entry('[0,0]', { shape: '[9e0,0]' })}}`, 0), /not a whole number/],
    ['a negative size', file(`{${entry('[0,8]', { shape: '[-2]' })}}`, 8), /not a whole number/],
    ['a shape that is a number', file(`{${entry('[0,8]', { shape: '2' })}}`, 8), /no valid "shape"/],
    ['a type of its own', file('{"w":{"dtype":"I7","shape":[8],"data_offsets":[0,8]}}', 8), /"I7", which the format/],
    [
      'an inherited name as a type',
      file('{"w":{"dtype":"toString","shape":[],"data_offsets":[0,8]}}', 8),
      /the format/,
    ],
    ['a tensor without a type', file('{"w":{"shape":[2],"data_offsets":[0,8]}}', 8), /no type/],
    ['a tensor that is null', file('{"w":null}', 0), /not described/],
    ['a field of its own', file(`{${entry('[0,8]', { more: ',"x":1' })}}`, 8), /no valid "x"/],
    ['one name twice', file(`{${entry('[0,8]')},${entry('[0,8]')}}`, 8), /"w" appears twice/],
    ['one name twice, once escaped', file(`{${entry('[0,8]')},${entry('[0,8]', { name: '\\u0077' })}}`, 8), /twice/],
    [
      'one field twice',
      file(`{${entry('[0,8]', { more: ',"dtype":"F32"' })}}`, 8),
      /"dtype" appears twice in tensor "w"/,
    ],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}', 0), /"__metadata__" appears twice/],
    ['a metadata key twice', file('{"__metadata__":{"a":"1","a":"2"}}', 0), /"a" appears twice in its metadata/],
    ['metadata that is a number', file('{"__metadata__":{"step":12}}', 0), /something else than a text for "step"/],
    ['metadata that is a list', file('{"__metadata__":[]}', 0), /not a table of texts/],
  ])('refuses %s', async (_, bytes, reason) => {
    const refused = openBytes(bytes);
    await expect(refused).rejects.toMatchObject({ code: 'storage.damaged' });
    await expect(refused).rejects.toThrow(reason);
  });

  it('does not repeat a name of a megabyte in full', async () => {
    await expect(openBytes(file(`{"${'n'.repeat(1e6)}":null}`, 0))).rejects.toThrow(/^.{1,200}$/);
  });
});
