/** Files of Python's safetensors are read here, and what Python read from ours is what we wrote. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openSafetensors, writeSafetensors } from '../../main/storage/safetensors.ts';
import type { OpenTensors, StoredDtype, TensorToWrite } from '../../main/storage/safetensors.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = join(import.meta.dirname, 'safetensors');
const described = z.object({
  metadata: z.record(z.string(), z.string()),
  tensors: z
    .custom<object>((value) => typeof value === 'object' && value !== null)
    // One is called “__proto__”, which zod's own tables would lose.
    .transform((tables) => new Map(Object.entries(tables)))
    .pipe(z.map(z.string(), z.object({ dtype: z.string(), shape: z.array(z.int()), bits: z.array(z.int()) }))),
});
type Described = z.infer<typeof described>;
const read = (file: string): Record<string, unknown> =>
  z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));

/** A file as the reference script describes it: NaN by one of its bit patterns, since halves do not keep which. */
async function describeFile(open: OpenTensors): Promise<Described> {
  const tensors: Described['tensors'] = new Map();
  for (const name of [...open.entries.keys()].sort()) {
    const { shape, data } = await open.read(name);
    const bits = [...new Uint32Array(data.buffer)];
    tensors.set(name, { dtype: open.entries.get(name)!.dtype, shape: [...shape], bits });
  }
  return { metadata: { ...open.metadata }, tensors };
}
const byName = ({ metadata, tensors }: Described): Described => ({
  metadata,
  tensors: new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1))),
});

test.each(Object.entries(read('python.json')))('%s, written by Python, is read here', async (file, expected) => {
  const open = await openSafetensors(join(folder, file));
  expect(await describeFile(open)).toEqual(byName(described.parse(expected)));
  await open.close();
});

test('a file of Python with further types is read as far as it is of floats', async () => {
  const open = await openSafetensors(join(folder, 'python-others.safetensors'));
  expect([...open.entries.values()].map(({ name, dtype }) => `${name}: ${dtype}`).sort()).toEqual([
    'kept: F32',
    'on: BOOL',
    'steps: I64',
  ]);
  expect((await open.read('kept')).data).toEqual(Float32Array.of(1, 1));
  await expect(open.read('steps')).rejects.toMatchObject({ code: 'storage.tensorType' });
  await open.close();
});

const edges = Float32Array.of(0, -0, Infinity, -Infinity, NaN, 1e-7, 65504, 1 / 3, -2.5);
const ours: readonly TensorToWrite[] = [
  { name: 'half', shape: [9], data: edges, dtype: 'F16' },
  { name: 'scalar', shape: [], data: Float32Array.of(0.18215) },
  { name: '__proto__', shape: [1, 2], data: Float32Array.of(1, 2) },
  { name: 'brain half', shape: [3, 3], data: edges, dtype: 'BF16' },
  { name: '10', shape: [0, 4], data: new Float32Array(0) },
  { name: 'β/漢字 🎨 "quoted" \\ \n', shape: [9], data: edges },
];
const metadata = { format: 'pt', ü: 'ключ', empty: '' };

test('what our writer writes is, byte for byte, what Python has read as the same tensors', async () => {
  const path = join(await temporaryFolder(), 'ours.safetensors');
  await writeSafetensors(path, ours, { metadata });
  const kept = join(folder, 'studio-1.safetensors');
  if (process.env['CAUCHY_WRITE_GOLDEN']) writeFileSync(kept, readFileSync(path));
  expect(readFileSync(path).equals(readFileSync(kept))).toBe(true);

  const python = described.parse(read('studio.json')['studio-1.safetensors']);
  expect(python.metadata).toEqual(metadata);
  const types = ours.map(({ name, shape, dtype = 'F32' satisfies StoredDtype }) => [name, dtype, shape]);
  expect([...python.tensors].map(([name, { dtype, shape }]) => [name, dtype, shape]).sort()).toEqual(types.sort());
  const bitsOf = (name: string) => python.tensors.get(name)!.bits;
  expect(bitsOf('__proto__')).toEqual([0x3f800000, 0x40000000]);
  const exact = [...new Uint32Array(edges.buffer)];
  expect(bitsOf('β/漢字 🎨 "quoted" \\ \n')).toEqual(exact);
  const open = await openSafetensors(kept);
  for (const name of ['half', 'brain half'])
    expect((await describeFile(open)).tensors.get(name)!.bits).toEqual(bitsOf(name));
  await open.close();
});
