/** What the Pictures place says, computed from plain data. */
import type { PictureRow, PictureSettings, UsedPicture } from '../../api/studio.ts';
import { count, fileName, formatBytes, formatCount } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';

export const defaultSettings: PictureSettings = { size: 64, framing: 'crop', background: '#ffffff' };

/** Sides that make sense, in pixels; any multiple of 8 between the ends can be typed in. */
export const commonSizes = [32, 64, 128, 256, 512] as const;

/** Why pictures can not have this side; undefined when they can. */
export function sizeProblem(size: number): string | undefined {
  if (!Number.isInteger(size)) return 'Enter a whole number of pixels.';
  if (size < 32 || size > 512) return 'Choose a size from 32 to 512 pixels.';
  if (size % 8 !== 0) return `Choose a multiple of 8, such as ${8 * Math.round(size / 8)}.`;
  return undefined;
}

/** What a size costs compared with the usual 64 pixels: work grows with the area. */
export function sizeHelp(size: number): string {
  if (sizeProblem(size) !== undefined) return 'Larger pictures show more detail and take longer.';
  const factor = (size / 64) ** 2;
  const cost =
    factor === 1
      ? 'A good start on a computer without a graphics card.'
      : factor > 1
        ? `About ${formatCount(Math.round(factor * 10) / 10)} times the work of 64 pixels for each picture.`
        : `About ${Math.round(100 * factor)} % of the work of 64 pixels for each picture.`;
  return `${size} × ${size} pixels. ${cost}`;
}

export function framingHelp({ framing, size }: PictureSettings): string {
  return framing === 'crop'
    ? `The centre square of each picture is used and scaled to ${size} × ${size}. What lies beside it is cut off.`
    : `The whole picture is scaled into ${size} × ${size}; the space beside it gets the background colour.`;
}

/** `64 × 64 pixels, centre square, white behind transparent parts`. */
export function settingsLine({ size, framing, background }: PictureSettings): string {
  return `${size} × ${size} pixels · ${framing === 'crop' ? 'centre square' : 'whole picture'} · background ${background}`;
}

/** What a screen reader says about a picture: its file name, never “image”. */
export function pictureLabel(row: UsedPicture): string {
  if (row.format === 'drawn') return `Sample picture ${row.source.split(':').at(-1)}`;
  return fileName(row.source);
}

export function pictureFacts(row: UsedPicture): Fact[] {
  return [
    { label: 'Original size', value: `${row.width} × ${row.height} pixels` },
    { label: 'Format', value: row.format === 'drawn' ? 'drawn by the studio' : row.format.toUpperCase() },
    { label: 'File size', value: row.format === 'drawn' ? 'none' : formatBytes(row.bytes) },
    ...(row.frames === undefined ? [] : [{ label: 'Frames', value: `${row.frames}, the first is used` }]),
  ];
}

/** Why a file is not among the pictures in use. */
export function reasonOf(row: PictureRow): string {
  if (row.kind === 'quarantined' || row.kind === 'ignored') return row.reason;
  return row.kind === 'duplicate' ? 'The same bytes as another picture' : '';
}

/** What is about to be imported, in words. */
export function sourceWords(pending: {
  readonly kind: 'samples' | 'paths' | 'files';
  readonly names: readonly string[];
  readonly count: number;
}): string {
  if (pending.kind === 'samples') return `${count(pending.count, 'sample picture')}, drawn by the studio`;
  if (pending.kind === 'files') return `${count(pending.count, 'file')} from ${listedNames(pending.names)}`;
  return listedNames(pending.names);
}

function listedNames(names: readonly string[]): string {
  if (names.length <= 3) return names.join(', ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}
