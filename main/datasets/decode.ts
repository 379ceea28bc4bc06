/** One file to one shaped picture, or to the plain reason why it can not be used. Runs in the decoding threads. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { drawFace } from './drawn/faces.ts';
import { judgeContent, readableFormats } from './formats.ts';
import { leastSide, mostAspect, mostFileBytes, mostPixels, mostSeconds } from './limits.ts';
import type { DecodedPicture, DecodeOutcome, DecodeRequest, RefusedPicture } from './protocol.ts';
import { readFailure } from './reasons.ts';
import type { PictureSettings, Square } from './schema.ts';
import { layOnSquare } from './shape.ts';
import { encodePng, loadSharp, openStrictly } from './sharp.ts';
import type { Pixels } from './sharp.ts';

/** The id of a picture: the first 16 hex digits of the SHA-256 of its source bytes. */
export function pictureId(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Reads, checks and shapes one picture. A file that can not be used is an outcome; only our own faults throw. */
export async function decodePicture({ source, settings, square }: DecodeRequest): Promise<DecodeOutcome> {
  if (source.kind === 'drawn') return draw(source.seed, source.index, settings, square);
  const bytes = await readSource(source);
  return bytes instanceof Uint8Array ? decodeBytes(bytes, settings, square) : bytes;
}

type Source = Exclude<DecodeRequest['source'], { readonly kind: 'drawn' }>;

/** The whole file that a picture comes from. */
export const readSource = async (source: Source): Promise<Uint8Array | RefusedPicture> =>
  source.kind === 'bytes' ? source.bytes : readWhole(source.path);

async function draw(
  seed: number,
  index: number,
  settings: PictureSettings,
  square: Square | undefined,
): Promise<DecodedPicture> {
  const { size } = settings;
  const rgb = drawFace({ seed, index, size });
  const whole = await encodePng(rgb, size, size);
  const png = square ? await shapePng(whole, settings, square) : whole;
  return { kind: 'decoded', id: pictureId(rgb), png, width: size, height: size, format: 'drawn', bytes: rgb.length };
}

async function readWhole(path: string): Promise<Uint8Array | RefusedPicture> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    return size > mostFileBytes ? refusedAsTooLarge(size) : await file.readFile();
  } catch (thrown) {
    return refused(readFailure(path, thrown));
  }
}

const refused = (reason: string, recognised = false): RefusedPicture => ({ kind: 'refused', reason, recognised });

const refusedAsTooLarge = (size: number): RefusedPicture =>
  refused(
    `The file is too large: ${Math.ceil(size / 2 ** 20)} MB, and ${mostFileBytes / 2 ** 20} MB is the most for one picture.`,
    true,
  );

async function decodeBytes(
  bytes: Uint8Array,
  settings: PictureSettings,
  square: Square | undefined,
): Promise<DecodeOutcome> {
  if (bytes.length === 0) return refused('The file is empty (0 bytes).');
  const content = judgeContent(bytes);
  if (content.kind === 'unknown') return refused(`This is not a picture: its contents are not ${readableFormats}.`);
  if (content.kind === 'otherPicture') {
    return refused(`This is a picture of the kind ${content.name}; the studio reads ${readableFormats}.`, true);
  }
  const sharp = loadSharp();
  const started = performance.now();
  try {
    // Reads the header only. The pixel limit is checked here, where the size can be told.
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
    const { width, height } = metadata.autoOrient;
    const problem = sizeProblem(width, height);
    if (problem !== undefined) return refused(problem, true);
    const png = await shapePng(bytes, settings, square);
    const frames = metadata.pages !== undefined && metadata.pages > 1 ? metadata.pages : undefined;
    const known = { id: pictureId(bytes), width, height, format: content.format, bytes: bytes.length };
    return { kind: 'decoded', png, ...known, ...(frames === undefined ? {} : { frames }) };
  } catch {
    // sharp's own message is not passed on: pictures decoded at the same time share one buffer for messages, so it may
    // be about another of them, and would not be the same twice.
    const isSlow = performance.now() - started >= 1000 * mostSeconds;
    const reason = isSlow
      ? `The picture was given up: decoding took longer than ${mostSeconds} seconds.`
      : `The file is damaged or incomplete: its ${content.format.toUpperCase()} data ends early or is wrong.`;
    return refused(reason, true);
  }
}

/** Why a picture of this size can not be used; undefined when it can. */
export function sizeProblem(width: number, height: number): string | undefined {
  const size = `${width} × ${height} pixels`;
  if (width * height > mostPixels) {
    return `The picture is too large: ${size}, and ${mostPixels / 1e6} megapixels is the most.`;
  }
  if (Math.min(width, height) < leastSide) {
    return `The picture is too small: ${size}, and each side needs at least ${leastSide}.`;
  }
  if (Math.max(width, height) > mostAspect * Math.min(width, height)) {
    return `The picture is a strip of ${size}: one side may be at most ${mostAspect} times the other.`;
  }
  return undefined;
}

async function shapePng(bytes: Uint8Array, settings: PictureSettings, square: Square | undefined): Promise<Uint8Array> {
  const { size, background } = settings;
  // The background is laid below here and not by sharp, which turns it grey below a grey picture.
  return encodePng(layOnSquare(await shapePixels(bytes, settings, square), size, background), size, size);
}

/** RGB and opacity of the part of a picture that is shown, no side longer than `size`. */
export async function shapePixels(
  bytes: Uint8Array,
  { size, framing }: Pick<PictureSettings, 'size' | 'framing'>,
  square: Square | undefined,
): Promise<Pixels> {
  const picture = openStrictly(bytes);
  if (square) picture.extract({ left: square.x, top: square.y, width: square.side, height: square.side });
  const { data, info } = await picture
    .resize(size, size, framing === 'crop' ? { fit: 'cover', position: 'centre' } : { fit: 'inside' })
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 4 };
}
