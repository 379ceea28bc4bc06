/** Bakes portraits of the studio's own drawing code into one picture, for the screens' fake studio. */
import sharp from 'sharp';
import type { Plugin } from 'vite';
import { drawFace } from '../../main/datasets/drawn/faces.ts';

const name = 'virtual:drawn-faces';
const side = 64;
const columns = 16;
const count = 160;

async function bake(): Promise<string> {
  const rows = Math.ceil(count / columns);
  const width = columns * side;
  const pixels = new Uint8Array(width * rows * side * 3);
  for (let index = 0; index < count; index++) {
    const face = drawFace({ seed: 1, index, size: side });
    const left = (index % columns) * side;
    const top = Math.floor(index / columns) * side;
    for (let row = 0; row < side; row++)
      pixels.set(face.subarray(row * side * 3, (row + 1) * side * 3), ((top + row) * width + left) * 3);
  }
  const png = await sharp(pixels, { raw: { width, height: rows * side, channels: 3 } })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

export function drawnFaces(): Plugin {
  return {
    name: 'drawn-faces',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: async (id) =>
      id === `\0${name}`
        ? `export const sprite = ${JSON.stringify({ url: await bake(), side, columns, count })}`
        : undefined,
  };
}
