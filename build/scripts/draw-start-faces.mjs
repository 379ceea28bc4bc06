/**
 * Draws the portraits of the start screen with the studio's own drawing code. The picture is kept in the repository;
 * run this after changing the drawings: node build/scripts/draw-start-faces.mjs
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { build } from './build.mjs';
import { dist, root } from './lib/paths.mjs';
import { isMain, runScript } from './lib/say.mjs';

const side = 48;
const columns = 11;
const count = 110;

async function draw() {
  await build({ parts: ['node'] });
  const { drawFace } = await import(join(dist, 'main', 'datasets', 'drawn', 'faces.js'));
  const width = columns * side;
  const height = Math.ceil(count / columns) * side;
  const pixels = new Uint8Array(3 * width * height);
  for (let index = 0; index < count; index++) {
    /** @type {Uint8Array} */
    const face = drawFace({ seed: 20, index, size: side });
    const left = (index % columns) * side;
    const top = Math.floor(index / columns) * side;
    for (let row = 0; row < side; row++)
      pixels.set(face.subarray(3 * row * side, 3 * (row + 1) * side), 3 * ((top + row) * width + left));
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality: 84, effort: 6 })
    .toFile(join(root, 'renderer', 'features', 'home', 'faces.webp'));
}

if (await isMain(import.meta)) await runScript(draw);
