/** What only the file tells that a picture came from: see-through parts, and blocks of JPEG before the picture was made smaller. */
import { pictureId, readSource, shapePixels } from '../../datasets/decode.ts';
import type { Loaded } from '../../datasets/found.ts';
import { mostPixels, mostSeconds } from '../../datasets/limits.ts';
import type { PictureSettings, Square, UsedPicture } from '../../datasets/schema.ts';
import { loadSharp } from '../../datasets/sharp.ts';
import { blockiness } from './resolution.ts';

/** How a picture's file is shown: `decodingOf` of main/datasets/operations, or the import's settings. */
export interface Shown {
  readonly settings: Pick<PictureSettings, 'size' | 'framing'>;
  readonly square?: Square | undefined;
}

export interface SourceFacts {
  /** Of each pixel as it is framed, 0 to 255; undefined where all of them are opaque. */
  readonly opacity?: Uint8Array | undefined;
  /** Of the file's own pixels; undefined where they were made so much smaller that no block is left. */
  readonly blockiness?: number | undefined;
}

/** Pixels of the source along a side of the picture. */
export function shownSide(
  { width, height }: Pick<UsedPicture, 'width' | 'height'>,
  { settings, square }: Shown,
): number {
  if (square) return square.side;
  return settings.framing === 'crop' ? Math.min(width, height) : Math.max(width, height);
}

/** Blocks of 8 pixels are less than 4 beyond this, which the encoder sees as texture, if at all. */
const mostShrunk = 2;
/** As much of the file as is looked at for blocks. */
const mostLookedAt = 1024;

/** Undefined where the file can not be read any more, or is another picture by now. */
export async function lookAtSource(
  picture: Pick<UsedPicture, 'id' | 'width' | 'height'>,
  source: Loaded,
  shown: Shown,
): Promise<SourceFacts | undefined> {
  if (source.kind === 'refused') return undefined;
  if (source.kind === 'drawn') return {};
  const bytes = await readSource(source);
  if (!(bytes instanceof Uint8Array) || pictureId(bytes) !== picture.id) return undefined;
  const isShrunk = shownSide(picture, shown) > mostShrunk * shown.settings.size;
  return {
    opacity: await opacityOf(bytes, shown),
    blockiness: isShrunk ? undefined : await blockinessOf(bytes),
  };
}

const open = (bytes: Uint8Array) =>
  loadSharp()(bytes, { limitInputPixels: mostPixels }).timeout({ seconds: mostSeconds });

async function opacityOf(bytes: Uint8Array, { settings, square }: Shown): Promise<Uint8Array | undefined> {
  if (!(await open(bytes).metadata()).hasAlpha) return undefined;
  const { size } = settings;
  const { data, width, height } = await shapePixels(bytes, settings, square);
  const opacity = new Uint8Array(size * size).fill(255);
  const [left, top] = [(size - width) >> 1, (size - height) >> 1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) opacity[(y + top) * size + x + left] = data[4 * (y * width + x) + 3]!;
  return opacity.every((level) => level === 255) ? undefined : opacity;
}

/** Of the middle of the file, cut between its blocks. */
async function blockinessOf(bytes: Uint8Array): Promise<number> {
  const { width, height } = await open(bytes).metadata();
  const down = (pixels: number) => 8 * Math.floor(pixels / 8);
  const side = down(Math.min(width, height, mostLookedAt));
  if (side === 0) return 0;
  const { data, info } = await open(bytes)
    .extract({ left: down((width - side) / 2), top: down((height - side) / 2), width: side, height: side })
    .flatten()
    .greyscale()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  // Grey pictures come with one channel, whatever they had.
  return info.channels === 1 ? blockiness({ data, width: info.width, height: info.height }) : 0;
}
