/**
 * safetensors: an 8-byte header length, a JSON header, then raw little-endian tensors.
 * The reader is strict, because files come from strangers: lengths, offsets, overlaps, gaps, dtypes and sizes are checked.
 *
 * Source  https://github.com/huggingface/safetensors (format section of its README)
 */
import { open } from 'node:fs/promises';
import { studioError } from '../base/errors.ts';
import { fromHalf, toHalf } from './half.ts';
import { withFileErrors, writeFileAtomic } from './files.ts';

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
const mostHeaderBytes = 100 * 1024 * 1024;

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function encodeData(data: Float32Array, dtype: StoredDtype): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const halves = new Uint16Array(data.length);
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < data.length; i++)
    halves[i] = dtype === 'F16' ? toHalf(data[i]!) : (bits[i]! + 0x7fff + ((bits[i]! >>> 16) & 1)) >>> 16;
  return new Uint8Array(halves.buffer);
}

function decodeData(bytes: Uint8Array, dtype: StoredDtype): Float32Array {
  const copy = bytes.slice().buffer;
  if (dtype === 'F32') return new Float32Array(copy);
  const halves = new Uint16Array(copy);
  if (dtype === 'F16') return Float32Array.from(halves, fromHalf);
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/** Writes tensors as one file, atomically. Names must be unique. */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  options: { readonly dtype?: StoredDtype; readonly metadata?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const dtype = options.dtype ?? 'F32';
  const header: Record<string, unknown> = options.metadata ? { __metadata__: options.metadata } : {};
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (name in header || data.length !== sizeOf(shape)) {
      throw studioError('internal.assertion', {
        expected: `a unique tensor ${name} of ${sizeOf(shape)} values`,
        got: `${data.length} values`,
      });
    }
    const end = offset + data.length * bytesPer[dtype];
    header[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  // Readers want the data aligned to 8 bytes; the format allows trailing spaces in the header.
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  function* pieces(): Generator<Uint8Array> {
    yield Buffer.concat([length, padded]);
    for (const { data } of tensors) yield encodeData(data, dtype);
  }
  await writeFileAtomic(path, pieces());
}

interface Entry {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** JSON.parse keeps the last of duplicate keys; a file with duplicates is refused by counting them. */
function countTopLevelKeys(json: string): number {
  let depth = 0;
  let keys = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (inString) {
      if (c === '\\') i++;
      else if (c === '"') inString = false;
    } else if (c === '"') inString = true;
    else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === ':' && depth === 1) keys++;
  }
  return keys;
}

function isNaturalList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function parseHeader(
  path: string,
  json: string,
  dataBytes: number,
): { metadata: Record<string, string>; entries: Entry[] } {
  const damaged = (reason: string) => studioError('storage.damaged', { path, reason });
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    throw damaged('its header is not JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw damaged('its header is not an object');
  const { __metadata__: metadata = {}, ...rest } = header as Record<string, unknown>;
  if (typeof metadata !== 'object' || metadata === null || Object.values(metadata).some((v) => typeof v !== 'string')) {
    throw damaged('its metadata is not a table of texts');
  }
  if (countTopLevelKeys(json) !== Object.keys(header).length) throw damaged('a tensor name appears twice');
  const entries = Object.entries(rest).map(([name, value]): Entry => {
    const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
    if (typeof dtype !== 'string' || !(dtype in bytesPer))
      throw damaged(`tensor ${name} has the type ${String(dtype)}, which is not F32, F16 or BF16`);
    if (!isNaturalList(shape)) throw damaged(`tensor ${name} has no valid shape`);
    if (!isNaturalList(offsets) || offsets.length !== 2) throw damaged(`tensor ${name} has no valid place`);
    const [begin, end] = offsets as [number, number];
    const type = dtype as StoredDtype;
    if (end - begin !== sizeOf(shape) * bytesPer[type])
      throw damaged(`tensor ${name} has ${end - begin} bytes instead of ${sizeOf(shape) * bytesPer[type]}`);
    return { name, dtype: type, shape, begin, end };
  });
  let cursor = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== cursor) throw damaged(`tensor ${name} overlaps another or leaves a gap`);
    cursor = end;
  }
  if (cursor !== dataBytes) throw damaged(`it has ${dataBytes} bytes of data instead of ${cursor}; it may be cut off`);
  return { metadata: metadata as Record<string, string>, entries };
}

/** Reads a file (all tensors, or those `wanted` names) as float32. Throws `storage.damaged` with the exact reason. */
export async function readSafetensors(path: string, wanted?: (name: string) => boolean): Promise<TensorFile> {
  return withFileErrors(path, async () => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const length = Buffer.alloc(8);
      if (size < 10) throw studioError('storage.damaged', { path, reason: 'it is too short to be a safetensors file' });
      await file.read(length, 0, 8, 0);
      const headerBytes = length.readBigUInt64LE();
      if (headerBytes > BigInt(Math.min(mostHeaderBytes, size - 8))) {
        throw studioError('storage.damaged', {
          path,
          reason: `its header claims ${headerBytes} bytes of a file with ${size}`,
        });
      }
      const headerSize = Number(headerBytes);
      const json = Buffer.alloc(headerSize);
      await file.read(json, 0, headerSize, 8);
      const { metadata, entries } = parseHeader(path, json.toString('utf8'), size - 8 - headerSize);
      const tensors = new Map<string, NamedTensor>();
      for (const { name, dtype, shape, begin, end } of entries) {
        if (wanted && !wanted(name)) continue;
        const bytes = new Uint8Array(end - begin);
        await file.read(bytes, 0, bytes.length, 8 + headerSize + begin);
        tensors.set(name, { name, shape, data: decodeData(bytes, dtype) });
      }
      return { metadata, tensors };
    } finally {
      await file.close();
    }
  });
}
