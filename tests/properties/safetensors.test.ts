/** What holds for any tensors: written and read again they are the same, bit by bit, or the nearest that their type has. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeSafetensors } from '../../main/storage/safetensors.ts';
import type { StoredDtype } from '../../main/storage/safetensors.ts';
import { temporaryFolder } from '../support/folders.ts';
import { openBytes } from '../support/safetensors.ts';

/** Any float32 by its bits: NaN with any payload, ±0, ±∞, subnormals. */
const bits = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(
    0,
    0x80000000,
    0x7f800000,
    0xff800000,
    0x7fc00001,
    0xffa00000,
    1,
    0x33000001,
    0x477fefff,
    0x477ff000,
    0x3f808000,
    0x3f818000,
    0x3f801000,
    0x3f803000,
  ),
);
const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const tensor = fc
  .record({
    name: fc.string({ unit: 'binary', maxLength: 12 }),
    shape,
    dtype: fc.constantFrom<StoredDtype>('F32', 'F16', 'BF16'),
  })
  .filter(({ name }) => name !== '__metadata__')
  .chain((described) => {
    const length = described.shape.reduce((product, size) => product * size, 1);
    return fc.array(bits, { minLength: length, maxLength: length }).map((values) => {
      return { ...described, data: new Float32Array(Uint32Array.from(values).buffer) };
    });
  });
const file = fc.record({
  tensors: fc.uniqueArray(tensor, { maxLength: 6, selector: ({ name }) => name }),
  metadata: fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { noNullPrototype: false }),
});

const bitsOf = (data: Float32Array) => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

/** The values that the 16 bits of a type stand for, in order, without infinities: an independent table of what it has. */
function valuesOf(mantissaBits: number, bias: number): number[] {
  const steps = 2 ** mantissaBits;
  return Array.from({ length: 0x8000 }, (_, half) => {
    const [exponent, mantissa] = [Math.floor(half / steps), (half % steps) / steps];
    return exponent === 0 ? mantissa * 2 ** (1 - bias) : (1 + mantissa) * 2 ** (exponent - bias);
  }).filter((_, half) => Math.floor(half / steps) < 0x8000 / steps - 1);
}
const has = { F16: valuesOf(10, 15), BF16: valuesOf(7, 127) };

/** The values of the type below and above |value|, or itself twice. */
function neighbours(value: number, values: readonly number[]): [below: number, above: number] {
  let [low, high] = [0, values.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle;
    else high = middle;
  }
  if (values[high]! <= value) low = high;
  return values[low] === value ? [value, value] : [values[low]!, values[high]!];
}

/** The magnitude of the nearest value of the type, of two as near the one with an even last bit (IEEE 754). */
function nearest(value: number, values: readonly number[]): number {
  const largest = values.at(-1)!;
  if (value >= largest + (largest - values.at(-2)!) / 2) return Infinity;
  if (value >= largest) return largest;
  const [below, above] = neighbours(value, values);
  if (value - below !== above - value) return value - below < above - value ? below : above;
  return values.indexOf(below) % 2 === 0 ? below : above;
}

function expectNearest(stored: number, value: number, dtype: 'F16' | 'BF16'): void {
  const expected = Number.isNaN(value) ? NaN : nearest(Math.abs(value), has[dtype]);
  expect(stored).toBe(value < 0 || Object.is(value, -0) ? -expected : expected);
}

test('write → read is the identity for float32, and the nearest value for halves', async () => {
  const path = join(await temporaryFolder(), 'any.safetensors');
  await fc.assert(
    fc.asyncProperty(file, async ({ tensors, metadata }) => {
      await writeSafetensors(path, tensors, { metadata });
      const open = await openBytes(readFileSync(path));
      expect(Object.entries(open.metadata).sort()).toEqual(Object.entries(metadata).sort());
      expect([...open.entries.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
      for (const { name, shape: written, data, dtype } of tensors) {
        const read = await open.read(name);
        expect(read.shape).toEqual(written);
        expect(open.entries.get(name)!.dtype).toBe(dtype);
        if (dtype === 'F32') expect(bitsOf(read.data)).toEqual(bitsOf(data));
        else data.forEach((value, i) => expectNearest(read.data[i]!, value, dtype));
      }
    }),
    { numRuns: 150 },
  );
});

test('rows of a tensor are the same rows of the whole', async () => {
  const path = join(await temporaryFolder(), 'rows.safetensors');
  const some = tensor.filter(({ shape: [rows = 0] }) => rows > 0);
  await fc.assert(
    fc.asyncProperty(some, fc.nat(), fc.nat(), async (written, a, b) => {
      await writeSafetensors(path, [written]);
      const open = await openBytes(readFileSync(path), { atOnce: 3 });
      const rows = written.shape[0]!;
      const [from, to] = [a % (rows + 1), b % (rows + 1)].sort((x, y) => x - y) as [number, number];
      const part = await open.readRows(written.name, from, to - from);
      const whole = await open.read(written.name);
      const row = whole.data.length / rows;
      expect(part.shape).toEqual([to - from, ...written.shape.slice(1)]);
      expect(bitsOf(part.data)).toEqual(bitsOf(whole.data.subarray(from * row, to * row)));
    }),
    { numRuns: 60 },
  );
});
