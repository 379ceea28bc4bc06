/** 5,000 damaged files: each is refused with a code, or is a file whose every promise holds. */
import { expect, it } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { StudioError } from '../../../main/base/errors.ts';
import type { OpenTensors } from '../../../main/storage/safetensors.ts';
import { openBytes, safetensorsBytes } from '../../support/safetensors.ts';

const header = JSON.stringify({
  __metadata__: { format: 'pt', step: '12' },
  'decoder.conv_in.weight': { dtype: 'F32', shape: [4, 2, 1], data_offsets: [0, 32] },
  'β "quoted"': { dtype: 'F16', shape: [3], data_offsets: [32, 38] },
  scalar: { dtype: 'BF16', shape: [], data_offsets: [38, 40] },
  empty: { dtype: 'F32', shape: [0, 7], data_offsets: [40, 40] },
  steps: { dtype: 'I64', shape: [1], data_offsets: [40, 48] },
});
const intact = safetensorsBytes(header, Buffer.from(Array.from({ length: 48 }, (_, i) => (i * 37) % 256)));

/** Pieces that a header is made of, and some that it should not be made of. */
const tokens = [
  ...['{', '}', '[', ']', ':', ',', '"', '\\', '\\u0061', '\\ud800', '\u0000', ' ', 'null', 'true', '-1', '0', '1e9'],
  ...['"dtype"', '"F16"', '"I64"', '"F4"', '"shape"', '"data_offsets"', '[0,32]', '[]', '"scalar"', '"__metadata__"'],
  ...['4294967296', '9007199254740993', '18446744073709551616', '"__proto__"', '{"a":"b"}', '0.5', '[[[['],
];
const lengths = [
  0n,
  1n,
  2n,
  9n,
  10n,
  99_999_999n,
  100_000_001n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

type Mutation = (bytes: Buffer, random: Random) => Buffer;
const textOf = (bytes: Buffer) => bytes.subarray(8, 8 + header.length).toString('utf8');
const rebuilt = (text: string) => safetensorsBytes(text, intact.subarray(8 + Buffer.byteLength(header)));
const place = (random: Random, bytes: { length: number }) => random.integer(bytes.length);

const mutations: Record<string, Mutation> = {
  'bits flipped': (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let n = 1 + random.integer(4); n > 0; n--) copy[place(random, copy)]! ^= 1 << random.integer(8);
    return copy;
  },
  'cut off': (bytes, random) => bytes.subarray(0, place(random, bytes)),
  'something added': (bytes, random) =>
    Buffer.concat([bytes, Buffer.alloc(1 + random.integer(64), random.integer(256))]),
  'a piece moved': (bytes, random) => {
    const copy = Buffer.from(bytes);
    copy.copyWithin(place(random, copy), place(random, copy), place(random, copy));
    return copy;
  },
  'a piece left out': (bytes, random) => {
    const from = place(random, bytes);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.integer(16))]);
  },
  'another header length': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const known = random.pick(lengths);
    copy.writeBigUInt64LE(random.chance(0.5) ? known : BigInt(Math.max(0, header.length - 8 + random.integer(16))));
    return copy;
  },
  'a token put in': (_, random) => {
    const at = random.integer(header.length);
    return rebuilt(header.slice(0, at) + random.pick(tokens) + header.slice(at + random.integer(3)));
  },
  'a token instead of another': (_, random) => {
    const found = [...header.matchAll(/"[^"]*"|\d+|[{}[\]:,]/g)];
    const { 0: token, index } = random.pick(found);
    return rebuilt(header.slice(0, index) + random.pick(tokens) + header.slice(index + token.length));
  },
  'an entry twice': (_, random) => {
    const entries = header.slice(1, -1).split(/,(?="[^"]*(?:\\"[^"]*)*":\{)/);
    const [from, to] = [random.integer(entries.length), random.integer(entries.length + 1)];
    return rebuilt(`{${[...entries.slice(0, to), entries[from]!, ...entries.slice(to)].join(',')}}`);
  },
  'a number changed': (bytes, random) => {
    const text = textOf(bytes);
    const numbers = [...text.matchAll(/\d+/g)];
    const { 0: digits, index } = random.pick(numbers);
    const other = String(Number(digits) + random.integer(9) - 4);
    return rebuilt(text.slice(0, index) + other + text.slice(index + digits.length));
  },
};

/** What a file that was accepted promises. Returns how many of its tensors were read. */
async function checkPromises(open: OpenTensors, bytes: Buffer): Promise<number> {
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  let owned = 0;
  let read = 0;
  for (const [name, entry] of open.entries) {
    expect(entry.name).toBe(name);
    owned += entry.end - entry.begin;
    try {
      const { shape, data } = await open.read(name);
      expect(shape).toEqual(entry.shape);
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      read++;
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'storage.tensorType' });
    }
  }
  expect(owned).toBe(bytes.length - 8 - headerBytes);
  for (const value of Object.values(open.metadata)) expect(typeof value).toBe('string');
  return read;
}

it('5,000 damaged files are refused with a code, or keep their promises', async () => {
  const random = new Random({ seed: 5, stream: 'test', index: 0 });
  const names = Object.keys(mutations);
  const outcomes = new Map<string, number>();
  const count = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  for (let i = 0; i < 5000; i++) {
    let bytes = mutations[names[i % names.length]!]!(intact, random);
    if (random.chance(0.25)) bytes = mutations['bits flipped']!(bytes.length > 0 ? bytes : intact, random);
    try {
      const read = await checkPromises(await openBytes(bytes), bytes);
      count(read > 0 ? 'read' : 'nothing to read');
    } catch (thrown) {
      if (!(thrown instanceof StudioError)) throw thrown;
      expect(thrown.code).toBe('storage.damaged');
      count('refused');
    }
  }
  // Both ends are reached: a file whose data alone was changed is a good file.
  expect(outcomes.get('refused')).toBeGreaterThan(3000);
  expect(outcomes.get('read')).toBeGreaterThan(200);
});
