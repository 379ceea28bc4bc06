/**
 * safetensors: an 8-byte header length, a JSON header, then raw little-endian tensors.
 * The reader is strict, because files come from strangers, and reads only what is asked for: the header, whole tensors, or rows
 * of one. The writer asks for each tensor's values when their turn comes.
 *
 * Source  https://github.com/huggingface/safetensors (format section of its README)
 */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { formatBytes } from '../base/bytes.ts';
import { assertThat, studioError } from '../base/errors.ts';
import { withFileErrors, writeFileAtomic } from './files.ts';
import { fromHalves, toHalf } from './half.ts';
import { countOf, formatHeader, isUnicode, parseHeader } from './safetensors-header.ts';
import type { Header, TensorEntry } from './safetensors-header.ts';

export type { Dtype, TensorEntry } from './safetensors-header.ts';

/** The types that are read and written; the others of the format are known and refused when they are read. */
export type StoredDtype = 'F32' | 'F16' | 'BF16';

/** A float32 tensor by name. `data.length` is the product of `shape`. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, NamedTensor>;
}

const bytesPer: Record<StoredDtype, number> = { F32: 4, F16: 2, BF16: 2 };
/** The format's own limit for a header. */
const mostHeaderBytes = 100_000_000;
/** Halves are converted in pieces of so many values, and no single read is longer than so many bytes. */
const valuesAtOnce = 1 << 18;
const bytesAtOnce = 1 << 30;
/** Headers of a few tensors are read with their lengths. */
const bytesAtFirst = 1 << 12;

/** Where the bytes of a file come from. `read` may fill less than `into`; 0 means that there are no more. */
export interface ByteSource {
  readonly path: string;
  readonly size: number;
  read(into: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A file whose header was read and checked. All errors name its path. */
export interface OpenTensors extends Header {
  readonly path: string;
  /** One tensor as float32. Throws `storage.damaged`, and `storage.tensorType` for a type that is not read. */
  read(name: string): Promise<NamedTensor>;
  /**
   * `count` rows (along the first axis) of one tensor, from row `from` on: shape [count, …rest]. With `into` their values go to its
   * beginning, so that reading a file piece by piece takes the memory of one.
   */
  readRows(name: string, from: number, count: number, into?: Float32Array): Promise<NamedTensor>;
  close(): Promise<void>;
}

/** Opens a file and reads its header. Throws `storage.damaged` with the exact reason, and errors of the disk. */
export async function openSafetensors(path: string): Promise<OpenTensors> {
  return withFileErrors(path, async () => openTensors(await openFile(path)));
}

async function openFile(path: string): Promise<ByteSource> {
  // A named pipe would wait for a writer that never comes.
  const file: FileHandle = await open(
    path,
    constants.O_RDONLY | (process.platform === 'win32' ? 0 : constants.O_NONBLOCK),
  );
  const stats = await file.stat();
  if (!stats.isFile()) {
    await file.close();
    throw studioError('storage.damaged', { path, reason: 'it is not a file' });
  }
  return {
    path,
    size: stats.size,
    read: async (into, position) => (await file.read(into, 0, Math.min(into.length, bytesAtOnce), position)).bytesRead,
    close: () => file.close(),
  };
}

/** `openSafetensors` for bytes that are anywhere; `source` is closed when it can not be used. */
export async function openTensors(source: ByteSource): Promise<OpenTensors> {
  try {
    return await openChecked(source);
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}

async function openChecked(source: ByteSource): Promise<OpenTensors> {
  const { path, size } = source;
  const damaged = (reason: string) => studioError('storage.damaged', { path, reason });
  if (size < 10) throw damaged('it is too short to be a safetensors file');
  const start = Buffer.alloc(Math.min(size, bytesAtFirst));
  const read = await source.read(start, 0);
  if (read < 8) await fill(source, start.subarray(read, 8), read);
  const claimed = start.readBigUInt64LE();
  if (claimed > BigInt(size - 8)) throw damaged(`its header claims ${claimed} bytes of a file with ${size}`);
  const headerBytes = Number(claimed);
  if (headerBytes > mostHeaderBytes)
    throw damaged(`its header claims ${formatBytes(headerBytes)}; the format allows ${formatBytes(mostHeaderBytes)}`);
  const json = Buffer.alloc(headerBytes);
  const known = start.copy(json, 0, 8, Math.max(8, read));
  await fill(source, json.subarray(known), 8 + known);
  const header = parseHeader(path, json, size - 8 - headerBytes);
  const entryOf = (name: string): TensorEntry => {
    const entry = header.entries.get(name);
    if (!entry) throw damaged(`it has no tensor “${name}”`);
    return entry;
  };
  const values = async (
    entry: TensorEntry,
    shape: readonly number[],
    skipped: number,
    into?: Float32Array,
  ): Promise<NamedTensor> => {
    const { name, dtype, begin } = entry;
    if (!isStored(dtype)) throw studioError('storage.tensorType', { path, tensor: name, type: dtype });
    const data = into?.subarray(0, countOf(shape)) ?? allocate(path, name, countOf(shape));
    assertThat(data.length === countOf(shape), `room for ${countOf(shape)} values`, data.length);
    await readFloats(source, dtype, data, 8 + headerBytes + begin + skipped * bytesPer[dtype]);
    return { name, shape, data };
  };
  return {
    path,
    ...header,
    read: (name) =>
      withFileErrors(path, () => {
        const entry = entryOf(name);
        return values(entry, entry.shape, 0);
      }),
    readRows: (name, from, count, into) =>
      withFileErrors(path, () => {
        const entry = entryOf(name);
        const [rows = 0, ...rest] = entry.shape;
        assertThat(
          Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= rows,
          `rows within the ${rows} of ${name}`,
          [from, count],
        );
        return values(entry, [count, ...rest], from * countOf(rest), into);
      }),
    close: () => source.close(),
  };
}

const isStored = (dtype: string): dtype is StoredDtype => Object.hasOwn(bytesPer, dtype);

function allocate(path: string, tensor: string, values: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(values);
  } catch (thrown) {
    const reason = `tensor “${tensor}” takes ${formatBytes(4 * values)} of memory, more than there is`;
    throw studioError('storage.failed', { path, reason }, thrown);
  }
}

/** Fills `into` from `position` on, in as many reads as it takes. */
async function fill(source: ByteSource, into: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const read = await source.read(into.subarray(done), position + done);
    if (read === 0)
      throw studioError('storage.damaged', { path: source.path, reason: 'it became shorter while it was read' });
    done += read;
  }
}

/** Reads values of a type straight into `data`; halves go through a small buffer, so that nothing is in memory twice. */
async function readFloats(source: ByteSource, dtype: StoredDtype, data: Float32Array, position: number): Promise<void> {
  if (dtype === 'F32') return fill(source, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  const halves = new Uint16Array(Math.min(valuesAtOnce, data.length));
  for (let start = 0; start < data.length; start += halves.length) {
    const piece = halves.subarray(0, data.length - start);
    await fill(source, new Uint8Array(piece.buffer, 0, piece.byteLength), position + 2 * start);
    if (dtype === 'F16') fromHalves(piece, data.subarray(start, start + piece.length));
    // Bits, because a NaN that passes through a number may lose its payload.
    else for (let i = 0; i < piece.length; i++) bits[start + i] = piece[i]! << 16;
  }
}

/** Reads a file (all tensors, or those `wanted` names) as float32. Throws as `openSafetensors` and `read` do. */
export async function readSafetensors(path: string, wanted?: (name: string) => boolean): Promise<TensorFile> {
  const file = await openSafetensors(path);
  try {
    const tensors = new Map<string, NamedTensor>();
    for (const name of file.entries.keys()) if (!wanted || wanted(name)) tensors.set(name, await file.read(name));
    return { metadata: file.metadata, tensors };
  } finally {
    await file.close();
  }
}

/** A tensor to write. Its values are asked for when their turn comes, and let go of afterwards. */
export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | (() => Float32Array | Promise<Float32Array>);
  /** Overrides the type of the file. */
  readonly dtype?: StoredDtype;
}

export interface WriteOptions {
  /** F32 unless said otherwise. F16 and BF16 store the nearest value, to even where two are as near. */
  readonly dtype?: StoredDtype;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes tensors as one file, atomically: those of wider types first, so that each begins at a multiple of its size. */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteOptions = {},
): Promise<void> {
  const typed = tensors
    .map((tensor) => ({ ...tensor, dtype: tensor.dtype ?? options.dtype ?? 'F32' }))
    .sort((a, b) => bytesPer[b.dtype] - bytesPer[a.dtype]);
  let cursor = 0;
  const entries = typed.map(({ name, shape, dtype }): TensorEntry => {
    const begin = cursor;
    cursor += countOf(shape) * bytesPer[dtype];
    return { name, dtype, shape, begin, end: cursor };
  });
  const names = new Set(['__metadata__']);
  for (const { name } of entries) {
    assertThat(isUnicode(name) && !names.has(name), 'tensor names that are Unicode and unique', name);
    names.add(name);
  }
  const header = formatHeader(entries, options.metadata);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.concat([length, header]);
    for (const { name, shape, data, dtype } of typed) {
      const values = typeof data === 'function' ? await data() : data;
      assertThat(values.length === countOf(shape), `${countOf(shape)} values of ${name}`, `${values.length}`);
      yield* encodeFloats(values, dtype);
    }
  }
  await writeFileAtomic(path, pieces());
}

function* encodeFloats(data: Float32Array, dtype: StoredDtype): Generator<Uint8Array> {
  if (dtype === 'F32') {
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return;
  }
  for (let start = 0; start < data.length; start += valuesAtOnce) {
    const piece = data.subarray(start, start + valuesAtOnce);
    const bits = new Uint32Array(piece.buffer, piece.byteOffset, piece.length);
    const halves = dtype === 'F16' ? Uint16Array.from(piece, toHalf) : Uint16Array.from(bits, toBrainHalf);
    yield new Uint8Array(halves.buffer);
  }
}

/** The 16 bits of the nearest bfloat16 to a float32's bits, to even; a NaN stays one, as in PyTorch. */
const toBrainHalf = (x: number): number =>
  (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
