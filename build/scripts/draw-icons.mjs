/**
 * Draws the program's icon, the Cauchy curve, in the formats of each system. The files are kept in the repository;
 * run this after changing the drawing: node build/scripts/draw-icons.mjs
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from './lib/paths.mjs';
import { isMain, runScript } from './lib/say.mjs';

export const folder = join(root, 'build', 'icons');

/** The Cauchy curve in a square of 32: y = 26 − 20 / (1 + ((x − 16) / 2.85)²), as in the pages' own icon. */
function curve() {
  const points = Array.from({ length: 241 }, (_, i) => {
    const x = 4 + i / 10;
    const y = 26 - 20 / (1 + ((x - 16) / 2.85) ** 2);
    return `${x.toFixed(1)} ${y.toFixed(3)}`;
  });
  return `M${points.join('L')}`;
}

/** @param {number} air empty space around the tile, in parts of its 32 */
export const iconSvg = (air = 0) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-air} ${-air} ${32 + 2 * air} ${32 + 2 * air}">` +
  '<rect width="32" height="32" rx="7" fill="#16181b"/>' +
  `<path d="${curve()}" fill="none" stroke="#ff9b54" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/>` +
  '</svg>';

/** On a Mac an icon fills four fifths of its square. */
const macAir = 3.2;

/** @param {string} svg @param {number} side pixels */
const draw = (svg, side) =>
  sharp(Buffer.from(svg), { density: Math.max(72, (72 * side) / 32) })
    .resize(side, side)
    .png({ compressionLevel: 9 })
    .toBuffer();

/** The pictures of an ICO file (Windows): a directory of 16-byte entries, then PNGs. @param {readonly { side: number, png: Buffer }[]} pictures */
export function ico(pictures) {
  const entrySize = 16;
  const header = Buffer.alloc(6 + entrySize * pictures.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = header.length;
  for (const [i, { side, png }] of pictures.entries()) {
    const at = 6 + entrySize * i;
    // A side of 256 is written as 0.
    header.writeUInt8(side % 256, at);
    header.writeUInt8(side % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...pictures.map(({ png }) => png)]);
}

/** An ICNS file (Mac): chunks of a four-letter type, their length, a PNG. @param {readonly { type: string, png: Buffer }[]} pictures */
export function icns(pictures) {
  const chunks = pictures.map(({ type, png }) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(png.length + 8, 4);
    return Buffer.concat([head, png]);
  });
  const body = Buffer.concat(chunks);
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

/** Sides of the types of an ICNS file; ic11 to ic14 are the same sizes for displays with twice the pixels. */
const icnsSides = {
  icp4: 16,
  icp5: 32,
  ic07: 128,
  ic08: 256,
  ic09: 512,
  ic10: 1024,
  ic11: 32,
  ic12: 64,
  ic13: 256,
  ic14: 512,
};
const icoSides = [16, 24, 32, 48, 64, 128, 256];

/** Every icon file by name. @returns {Promise<Record<string, Buffer | string>>} */
export async function drawIcons() {
  const svg = iconSvg();
  const airy = iconSvg(macAir);
  const forIco = icoSides.map(async (side) => ({ side, png: await draw(svg, side) }));
  const forIcns = Object.entries(icnsSides).map(async ([type, side]) => ({ type, png: await draw(airy, side) }));
  return {
    'icon.svg': `${svg}\n`,
    'icon.png': await draw(svg, 512),
    'icon.ico': ico(await Promise.all(forIco)),
    'icon.icns': icns(await Promise.all(forIcns)),
  };
}

if (await isMain(import.meta)) {
  await runScript(async () => {
    const icons = await drawIcons();
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of Object.entries(icons)) await writeFile(join(folder, name), bytes);
  });
}
