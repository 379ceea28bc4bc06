/** Pictures of the fake: drawn portraits, sheets of samples that come out of noise, and grids. */
import { sprite } from 'virtual:drawn-faces';
import { Random } from '../../../main/base/random.ts';

const side = sprite.side;
let faces: HTMLImageElement;

/** Loads the portraits; everything else here needs them. */
export async function loadFaces(): Promise<void> {
  faces = new Image();
  faces.src = sprite.url;
  await faces.decode();
}

function canvasOf(width: number, height: number, willReadFrequently = false) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return { canvas, context: canvas.getContext('2d', { willReadFrequently })! };
}

function drawFace(context: CanvasRenderingContext2D, face: number, x: number, y: number, size: number): void {
  const index = face % sprite.count;
  const column = index % sprite.columns;
  const row = Math.floor(index / sprite.columns);
  context.drawImage(faces, column * side, row * side, side, side, x, y, size, size);
}

/** One portrait as an address. */
export function faceUrl(face: number): string {
  const { canvas, context } = canvasOf(side, side);
  drawFace(context, face, 0, 0, side);
  return canvas.toDataURL();
}

/** A portrait of another shape, whole in the middle of a square. */
export function wholeUrl(face: number, width: number, height: number): string {
  const longest = Math.max(width, height);
  const [w, h] = [(side * width) / longest, (side * height) / longest];
  const { canvas, context } = canvasOf(side, side);
  context.fillStyle = 'white';
  context.fillRect(0, 0, side, side);
  context.beginPath();
  context.rect((side - w) / 2, (side - h) / 2, w, h);
  context.clip();
  drawFace(context, face, 0, 0, side);
  return canvas.toDataURL();
}

/** A picture that no camera takes: a white square on black, or a checkerboard of single pixels. */
export function plantedUrl(kind: 'square' | 'checkerboard'): string {
  const { canvas, context } = canvasOf(side, side);
  context.fillRect(0, 0, side, side);
  context.fillStyle = 'white';
  if (kind === 'square') context.fillRect((3 * side) / 8, (3 * side) / 8, side / 4, side / 4);
  else
    for (let i = 0; i < side * side; i++)
      if ((i + Math.floor(i / side)) % 2) context.fillRect(i % side, Math.floor(i / side), 1, 1);
  return canvas.toDataURL();
}

/** How many portraits there are; later ones are the same again. */
export const faceCount = sprite.count;

/** RGBA bytes of all portraits, one after another. */
export function facePixels(): readonly Uint8ClampedArray[] {
  const { context } = canvasOf(side, side, true);
  return Array.from({ length: sprite.count }, (_, face) => {
    drawFace(context, face, 0, 0, side);
    return context.getImageData(0, 0, side, side).data;
  });
}

/** A sheet of portraits as far as they have come out of the noise: 0 is pure noise, 1 is finished. */
export function sheetUrl(rows: number, columns: number, finished: number, seed: number): string {
  const { canvas, context } = canvasOf(columns * side, rows * side);
  const random = new Random({ seed, stream: 'test', index: Math.round(1000 * finished) });
  context.filter = `blur(${(9 * (1 - finished)).toFixed(1)}px) saturate(${0.3 + 0.7 * finished})`;
  for (let i = 0; i < rows * columns; i++)
    drawFace(context, 17 * seed + 5 * i, (i % columns) * side, Math.floor(i / columns) * side, side);
  context.filter = 'none';
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const noise = (1 - finished) ** 1.5;
  for (let i = 0; i < image.data.length; i++)
    if (i % 4 !== 3) image.data[i] = image.data[i]! * (1 - noise) + noise * (128 + random.uniform(-90, 90));
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** A portrait as a VAE gives it back; `good` from 0, hardly recognisable, to 1. */
function drawBack(context: CanvasRenderingContext2D, face: number, x: number, y: number, good: number): void {
  const blur = 2.6 * (1 - Math.min(1, Math.max(0, good))) ** 1.3 + 0.35;
  context.save();
  context.beginPath();
  context.rect(x, y, side, side);
  context.clip();
  // Under the blurred one, whose edges are half seen through.
  drawFace(context, face, x, y, side);
  context.filter = `blur(${blur.toFixed(2)}px)`;
  drawFace(context, face, x, y, side);
  context.restore();
}

/** A portrait as it comes back, and what is different: grey where nothing is. */
export function backUrls(face: number, good: number): { back: string; difference: string } {
  const { canvas, context } = canvasOf(side, side, true);
  drawFace(context, face, 0, 0, side);
  const original = context.getImageData(0, 0, side, side);
  context.clearRect(0, 0, side, side);
  drawBack(context, face, 0, 0, good);
  const back = canvas.toDataURL();
  const image = context.getImageData(0, 0, side, side);
  for (let i = 0; i < image.data.length; i++)
    if (i % 4 !== 3) image.data[i] = 128 + (image.data[i]! - original.data[i]!);
  context.putImageData(image, 0, 0);
  return { back, difference: canvas.toDataURL() };
}

/** Originals, each with what comes back beside it. */
export function backSheetUrl(rows: number, pairs: number, good: number): string {
  const { canvas, context } = canvasOf(2 * pairs * side, rows * side);
  for (let i = 0; i < rows * pairs; i++) {
    const [x, y] = [2 * (i % pairs) * side, Math.floor(i / pairs) * side];
    drawFace(context, 11 * i + 3, x, y, side);
    drawBack(context, 11 * i + 3, x + side, y, good);
  }
  return canvas.toDataURL();
}

/** Portraits laid out as one picture, as the studio lays them out. */
export function gridUrl(chosen: readonly number[], columns: number, margin: number) {
  const used = Math.min(columns, chosen.length);
  const width = used * (side + margin) + margin;
  const height = Math.ceil(chosen.length / used) * (side + margin) + margin;
  const { canvas, context } = canvasOf(width, height);
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  chosen.forEach((face, i) =>
    drawFace(
      context,
      face,
      margin + (i % used) * (side + margin),
      margin + Math.floor(i / used) * (side + margin),
      side,
    ),
  );
  const url = canvas.toDataURL();
  return { url, width, height, bytes: Math.round((url.length * 3) / 4) };
}
