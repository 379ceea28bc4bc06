/** Folders of generated pictures for whole-program tests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { drawFace } from '../../main/datasets/drawn/faces.ts';

/** `count` drawn faces as JPEG and PNG of mixed sizes in nested folders with awkward names; the same for the same seed. */
export async function writePictures(folder: string, count: number, seed = 11): Promise<string[]> {
  const paths: string[] = [];
  for (let index = 0; index < count; index++) {
    const side = 48 + ((index * 37) % 90);
    const rgb = drawFace({ seed, index, size: 64 });
    const picture = sharp(rgb, { raw: { width: 64, height: 64, channels: 3 } }).resize(
      side,
      40 + ((index * 53) % 100),
      { fit: 'fill' },
    );
    const name = index % 3 === 0 ? `picture ${index}.png` : `photo_${index}.jpg`;
    const path = join(folder, index % 5 === 0 ? 'å漢字 100% #1' : index % 7 === 0 ? 'deep/er' : '', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await (index % 3 === 0 ? picture.png() : picture.jpeg({ quality: 90 })).toBuffer());
    paths.push(path);
  }
  return paths;
}

/** Five files that look like pictures and are not: a text, an empty file, two cut-off ones, and noise. */
export async function writeBrokenPictures(folder: string): Promise<string[]> {
  const whole = await sharp(drawFace({ seed: 5, index: 0, size: 64 }), { raw: { width: 64, height: 64, channels: 3 } })
    .jpeg()
    .toBuffer();
  const png = await sharp(drawFace({ seed: 5, index: 1, size: 64 }), { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
  const files: Record<string, Buffer> = {
    'a text.png': Buffer.from('This is not a picture.'),
    'empty.jpg': Buffer.alloc(0),
    'cut off.jpg': whole.subarray(0, whole.length / 2),
    'cut off.png': png.subarray(0, png.length / 2),
    'noise.jpg': Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) % 256)),
  };
  mkdirSync(folder, { recursive: true });
  return Object.entries(files).map(([name, bytes]) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  });
}
