/**
 * Text inside PNG files: iTXt chunks, UTF-8. Pictures carry where they come from.
 *
 * Source  PNG specification (third edition), 11.3.3.4 iTXt
 */
import { crc32 as zlibCrc32 } from 'node:zlib';

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function* chunks(png: Buffer): Generator<{ type: string; start: number; data: Buffer }> {
  let at = signature.length;
  while (at + 12 <= png.length) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    yield { type, start: at, data: png.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
  }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(zlibCrc32(body), out.length - 4);
  return out;
}

/** The PNG with one iTXt chunk more, before its end. `keyword`: 1 to 79 Latin-1 characters. */
export function withPngText(png: Buffer, keyword: string, text: string): Buffer {
  const data = Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]);
  let end = png.length;
  for (const { type, start } of chunks(png)) if (type === 'IEND') end = start;
  return Buffer.concat([png.subarray(0, end), chunk('iTXt', data), png.subarray(end)]);
}

/** The text of the first uncompressed iTXt chunk with this keyword; undefined when there is none or it is no PNG. */
export function pngText(png: Buffer, keyword: string): string | undefined {
  if (!png.subarray(0, signature.length).equals(signature)) return undefined;
  for (const { type, data } of chunks(png)) {
    if (type !== 'iTXt') continue;
    const keyEnd = data.indexOf(0);
    if (data.toString('latin1', 0, keyEnd) !== keyword || data[keyEnd + 1] !== 0) continue;
    const languageEnd = data.indexOf(0, keyEnd + 3);
    const translatedEnd = data.indexOf(0, languageEnd + 1);
    return data.toString('utf8', translatedEnd + 1);
  }
  return undefined;
}
