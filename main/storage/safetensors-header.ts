/**
 * The header of a safetensors file: JSON that names the tensors, their types, shapes and places. It comes from strangers, so it
 * is parsed by a grammar of its own, which knows what JSON.parse does not tell: names that appear twice, numbers too large to
 * be exact, and depth.
 *
 *   header := { "__metadata__"?: { text: text, … }, name: { "dtype": text, "shape": [n, …], "data_offsets": [begin, end] }, … }
 *
 * Source  https://github.com/huggingface/safetensors (format section of its README)
 * Differs an entry with further fields is refused, where the reference implementation passes over them
 */
import { studioError } from '../base/errors.ts';

/** Bits of one value of each type of the format. */
const bitsPer = {
  ...{ F64: 64, F32: 32, F16: 16, BF16: 16 },
  ...{ F8_E5M2: 8, F8_E4M3: 8, F8_E8M0: 8, F8_E4M3FNUZ: 8, F8_E5M2FNUZ: 8, F6_E2M3: 6, F6_E3M2: 6, F4: 4 },
  ...{ BOOL: 8, U8: 8, I8: 8, U16: 16, I16: 16, U32: 32, I32: 32, U64: 64, I64: 64, C64: 64 },
};
export type Dtype = keyof typeof bitsPer;

/** Where one tensor is: bytes `begin` to `end` of the data, which begins after the header. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order of the header. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** Values of a shape; 1 of a scalar. */
export const countOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Whether no surrogate stands alone, so that the text can be written as UTF-8. */
export const isUnicode = (text: string): boolean => !/\p{Surrogate}/u.test(text);

/** Names come from the file, too: one of a megabyte is not repeated in full. */
const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** @param dataBytes bytes of the file after its header. Throws `storage.damaged` with the exact reason. */
export function parseHeader(path: string, bytes: Uint8Array, dataBytes: number): Header {
  const damaged = (reason: string) => studioError('storage.damaged', { path, reason });
  const header = new HeaderText(decodeUtf8(bytes, damaged), damaged).header();
  checkPlaces(header.entries, dataBytes, damaged);
  return header;
}

type Damaged = (reason: string) => Error;

function decodeUtf8(bytes: Uint8Array, damaged: Damaged): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw damaged('its header is not UTF-8 text');
  }
}

/** Tensors must fill the data exactly, each beginning where another ends. */
function checkPlaces(entries: Header['entries'], dataBytes: number, damaged: Damaged): void {
  let cursor = 0;
  for (const { name, begin, end } of [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== cursor)
      throw damaged(`tensor ${shown(name)} ${begin < cursor ? 'overlaps another' : 'leaves a gap before it'}`);
    cursor = end;
  }
  if (cursor !== dataBytes)
    throw damaged(
      `it has ${dataBytes} bytes of data instead of ${cursor}; ${dataBytes < cursor ? 'it may be cut off' : 'something may have been added to it'}`,
    );
}

const [quote, backslash] = [0x22, 0x5c];
/** A whole number of at most 16 digits, and not the beginning of another one. */
const natural = /(?:0|[1-9]\d{0,15})(?![\d.eE])/y;
const plain = /^[\w.\-/]*$/;

/** Reads the header's text from front to back. */
class HeaderText {
  readonly #text: string;
  readonly #damaged: Damaged;
  #at = 0;

  constructor(text: string, damaged: Damaged) {
    this.#text = text;
    this.#damaged = damaged;
  }

  header(): Header {
    if (!this.#text.startsWith('{')) throw this.#damaged('its header does not begin with {');
    let metadata: Record<string, string> = {};
    const entries = new Map<string, TensorEntry>();
    this.#object('the header', (name) => {
      if (name === '__metadata__') metadata = this.#metadata();
      else entries.set(name, this.#entry(name));
    });
    if (this.#next() !== undefined) throw this.#notJson();
    return { metadata, entries };
  }

  #metadata(): Record<string, string> {
    // A key may be called “__proto__” or “constructor”, so the table inherits nothing.
    const texts = Object.create(null) as Record<string, string>;
    if (this.#next() !== '{') throw this.#damaged('its metadata is not a table of texts');
    this.#object('its metadata', (key) => {
      if (this.#next() !== '"') throw this.#damaged(`its metadata has something else than a text for ${shown(key)}`);
      texts[key] = this.#string();
    });
    return texts;
  }

  #entry(name: string): TensorEntry {
    const tensor = `tensor ${shown(name)}`;
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    if (this.#next() !== '{') throw this.#damaged(`${tensor} is not described`);
    this.#object(tensor, (key) => {
      if (key === 'dtype' && this.#next() === '"') dtype = this.#string();
      else if (key === 'shape' && this.#next() === '[') shape = this.#naturals(tensor);
      else if (key === 'data_offsets' && this.#next() === '[') offsets = this.#naturals(tensor);
      else throw this.#damaged(`${tensor} has no valid ${shown(key)}`);
    });
    if (dtype === undefined || !shape || offsets?.length !== 2)
      throw this.#damaged(`${tensor} has no type, no shape or no place`);
    if (!Object.hasOwn(bitsPer, dtype))
      throw this.#damaged(`${tensor} has the type ${shown(dtype)}, which the format does not have`);
    const type = dtype as Dtype;
    const [begin, end] = offsets as [number, number];
    const bytes = this.#bytesOf(tensor, shape, type);
    if (end - begin !== bytes) throw this.#damaged(`${tensor} has ${end - begin} bytes instead of ${bytes}`);
    return { name, dtype: type, shape, begin, end };
  }

  #bytesOf(tensor: string, shape: readonly number[], dtype: Dtype): number {
    let bits = bitsPer[dtype];
    for (const size of shape) {
      bits *= size;
      if (bits > Number.MAX_SAFE_INTEGER) throw this.#damaged(`${tensor} has more values than can be counted`);
    }
    if (bits % 8 !== 0) throw this.#damaged(`${tensor} does not end with a whole byte`);
    return bits / 8;
  }

  /** The next character that is no space, without taking it; undefined at the end. */
  #next(): string | undefined {
    for (let code = this.#text.charCodeAt(this.#at); code === 32 || code === 10 || code === 13 || code === 9;)
      code = this.#text.charCodeAt(++this.#at);
    return this.#text[this.#at];
  }

  #take(character: string): void {
    if (this.#next() !== character) throw this.#notJson();
    this.#at++;
  }

  #notJson(): Error {
    return this.#damaged(`its header is not JSON as the format has it (character ${this.#at})`);
  }

  /** Calls `read` for each key of an object, with its value next. */
  #object(what: string, read: (key: string) => void): void {
    const seen = new Set<string>();
    this.#take('{');
    if (this.#next() === '}') return this.#take('}');
    for (;;) {
      if (this.#next() !== '"') throw this.#notJson();
      const key = this.#string();
      if (seen.has(key)) throw this.#damaged(`${shown(key)} appears twice in ${what}`);
      seen.add(key);
      this.#take(':');
      read(key);
      if (this.#next() === '}') return this.#take('}');
      this.#take(',');
    }
  }

  /** Whole numbers from 0 to 2⁵³ − 1, the largest that is exact here; the format allows 64 bits. */
  #naturals(what: string): number[] {
    const list: number[] = [];
    this.#take('[');
    if (this.#next() === ']') {
      this.#take(']');
      return list;
    }
    for (;;) {
      list.push(this.#natural(what));
      if (this.#next() === ']') {
        this.#take(']');
        return list;
      }
      this.#take(',');
    }
  }

  #natural(what: string): number {
    this.#next();
    natural.lastIndex = this.#at;
    const digits = natural.exec(this.#text)?.[0];
    if (digits === undefined || Number(digits) > Number.MAX_SAFE_INTEGER)
      throw this.#damaged(`${what} has a size or place that is not a whole number from 0 to 2^53 - 1`);
    this.#at += digits.length;
    return Number(digits);
  }

  /** A text, which must be Unicode: half of a surrogate pair is none. */
  #string(): string {
    const begin = this.#at;
    let end = begin + 1;
    while (end < this.#text.length) {
      const code = this.#text.charCodeAt(end);
      if (code === quote) break;
      end += code === backslash ? 2 : 1;
    }
    this.#at = end + 1;
    const inside = this.#text.slice(begin + 1, end);
    // Most names are plain, and need no unescaping.
    if (plain.test(inside) && end < this.#text.length) return inside;
    const text = this.#unescaped(begin, end);
    if (!isUnicode(text)) throw this.#damaged('its header has a name that is not Unicode');
    return text;
  }

  #unescaped(begin: number, end: number): string {
    try {
      return JSON.parse(this.#text.slice(begin, end + 1)) as string;
    } catch {
      this.#at = begin;
      throw this.#notJson();
    }
  }
}

/** The header's bytes, in the order given, padded with spaces so that the data after it begins at a multiple of 8. */
export function formatHeader(
  entries: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  // Written by hand, because an object would sort names like “10” to the front and lose “__proto__”.
  const fields = [
    ...(metadata ? [`"__metadata__":${JSON.stringify(metadata)}`] : []),
    ...entries.map(
      ({ name, dtype, shape, begin, end }) =>
        `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`,
    ),
  ];
  const json = Buffer.from(`{${fields.join(',')}}`);
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  return padded;
}
