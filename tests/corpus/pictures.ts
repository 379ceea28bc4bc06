/** Builds awkward pictures: every format, depth, colour space and orientation, and files that only look like pictures. */
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { Sharp } from 'sharp';

export type Colour = readonly number[];

/** Pixels by a function of the place; `channels` is the length of what it returns (1 to 4). */
export function paint(width: number, height: number, at: (x: number, y: number) => Colour): Sharp {
  const channels = at(0, 0).length as 1 | 2 | 3 | 4;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) at(x, y).forEach((value, c) => (data[(y * width + x) * channels + c] = value));
  }
  return sharp(data, { raw: { width, height, channels } });
}

export const flat = (width: number, height: number, colour: Colour): Sharp => paint(width, height, () => colour);

/** Smooth, asymmetric, and different for every `seed`, so that any mix-up of pixels or pictures shows. */
export const gradient = (width: number, height: number, seed = 0): Sharp =>
  paint(width, height, (x, y) => [
    40 + (160 * x) / width,
    60 + (120 * y) / height,
    100 + ((seed * 37) % 97) + (40 * x * y) / (width * height),
  ]);

/** Where a pixel (x, y) of the upright picture of `width` × `height` lies in a file with this EXIF orientation. */
function storedAt(orientation: number, x: number, y: number, width: number, height: number): [number, number] {
  switch (orientation) {
    case 2:
      return [width - 1 - x, y];
    case 3:
      return [width - 1 - x, height - 1 - y];
    case 4:
      return [x, height - 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, width - 1 - x];
    case 7:
      return [height - 1 - y, width - 1 - x];
    case 8:
      return [height - 1 - y, x];
    default:
      return [x, y];
  }
}

/** A picture stored turned, with the EXIF tag that turns it upright: upright it is `at` on `width` × `height`. */
export function turned(
  orientation: number,
  width: number,
  height: number,
  at: (x: number, y: number) => Colour,
): Sharp {
  const [storedWidth, storedHeight] = orientation >= 5 ? [height, width] : [width, height];
  const stored: Colour[] = Array.from({ length: width * height }, () => [0, 0, 0]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [storedX, storedY] = storedAt(orientation, x, y, width, height);
      stored[storedY * storedWidth + storedX] = at(x, y);
    }
  }
  return paint(storedWidth, storedHeight, (x, y) => stored[y * storedWidth + x]!).withMetadata({ orientation });
}

/** Frames of one size as an animation. */
export async function animation(frames: readonly Sharp[]): Promise<Sharp> {
  const pngs = await Promise.all(frames.map((frame) => frame.png().toBuffer()));
  return sharp(pngs, { join: { animated: true } });
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), out.length - 4);
  return out;
}

/** A PNG of a few kilobytes whose header promises `width` × `height` pixels. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1_000_000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** A BMP of one colour, which no reader of ours takes. */
export function bmp(side: number): Buffer {
  const out = Buffer.alloc(54 + 4 * side * side, 128);
  out.fill(0, 0, 54);
  out.write('BM', 'latin1');
  out.writeUInt32LE(out.length, 2);
  out.writeUInt32LE(54, 10);
  out.writeUInt32LE(40, 14);
  out.writeInt32LE(side, 18);
  out.writeInt32LE(side, 22);
  out.writeUInt16LE(1, 26);
  out.writeUInt16LE(32, 28);
  return out;
}
