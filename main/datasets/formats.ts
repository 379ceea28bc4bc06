/** What a file is, judged by its name (is it worth opening?) and by its first bytes (what is in it?). */

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';

/** The formats in words, for reasons and advice. */
export const readableFormats = 'JPEG, PNG, WebP, AVIF, GIF and TIFF';

const pictureExtensions = new Set(
  'jpg jpeg jpe jfif png apng webp avif gif tif tiff bmp dib heic heif svg svgz psd jxl jp2 j2k ico tga qoi'.split(' '),
);
/** Camera raw files are TIFF inside, so that a TIFF reader would take their thumbnail for the picture. */
const rawExtensions = new Set(
  '3fr arw cr2 cr3 crw dng erf kdc mef mrw nef nrw orf pef raf raw rw2 sr2 srf x3f'.split(' '),
);
const archiveExtensions = new Set('zip 7z rar tar tgz gz bz2 xz cbz cbr'.split(' '));

/** What to do with a file, by its name alone. */
export type NameVerdict =
  | { readonly kind: 'open'; /** Without an extension only the contents can tell. */ readonly certain: boolean }
  | { readonly kind: 'quarantine'; readonly reason: string }
  | { readonly kind: 'ignore'; readonly reason: string };

/** The extension in lower case without its dot, or ''. `name` has no folders. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

export const isHidden = (name: string): boolean => name.startsWith('.') || name === '__MACOSX';

/** Judges a file found in a folder or an archive. `name` has no folders. */
export function judgeName(name: string, container: 'folder' | 'archive'): NameVerdict {
  if (isHidden(name)) return { kind: 'ignore', reason: 'A hidden file.' };
  const extension = extensionOf(name);
  if (extension === '') return { kind: 'open', certain: false };
  if (pictureExtensions.has(extension)) return { kind: 'open', certain: true };
  if (rawExtensions.has(extension)) {
    return {
      kind: 'quarantine',
      reason: `This is a camera raw file (.${extension}); the studio reads ${readableFormats}.`,
    };
  }
  if (archiveExtensions.has(extension)) {
    const advice = container === 'folder' && extension === 'zip' ? ' Import it by itself.' : '';
    return {
      kind: 'ignore',
      reason: `An archive inside ${container === 'folder' ? 'a folder' : 'an archive'} is not opened.${advice}`,
    };
  }
  return { kind: 'ignore', reason: `Not a picture: its name ends in .${extension}.` };
}

/** What the first bytes say: a picture the studio reads, another kind of picture, or neither. */
export type Content =
  | { readonly kind: 'readable'; readonly format: PictureFormat }
  | { readonly kind: 'otherPicture'; readonly name: string }
  | { readonly kind: 'unknown' };

/** Signatures as Latin-1 text at an offset; `?` stands for any byte. */
const signatures: readonly (readonly [offset: number, text: string, content: Content])[] = [
  [0, '\xff\xd8\xff', { kind: 'readable', format: 'jpeg' }],
  [0, '\x89PNG\r\n\x1a\n', { kind: 'readable', format: 'png' }],
  [0, 'RIFF????WEBP', { kind: 'readable', format: 'webp' }],
  [0, 'GIF8', { kind: 'readable', format: 'gif' }],
  [0, 'II*\0', { kind: 'readable', format: 'tiff' }],
  [0, 'MM\0*', { kind: 'readable', format: 'tiff' }],
  [0, 'II+\0', { kind: 'readable', format: 'tiff' }],
  [0, 'MM\0+', { kind: 'readable', format: 'tiff' }],
  [0, 'BM????\0\0\0\0', { kind: 'otherPicture', name: 'BMP' }],
  [0, '8BPS', { kind: 'otherPicture', name: 'Photoshop' }],
  [0, '\xff\x0a', { kind: 'otherPicture', name: 'JPEG XL' }],
  [4, 'JXL \r\n\x87\n', { kind: 'otherPicture', name: 'JPEG XL' }],
  [4, 'jP  \r\n\x87\n', { kind: 'otherPicture', name: 'JPEG 2000' }],
  [0, '\xff\x4f\xff\x51', { kind: 'otherPicture', name: 'JPEG 2000' }],
  [0, '\0\0\x01\0', { kind: 'otherPicture', name: 'Windows icon' }],
  [0, 'qoif', { kind: 'otherPicture', name: 'QOI' }],
];
const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'];

/**
 * Judges contents by their first bytes.
 *
 * Source  ISO/IEC 23008-12:2022, 10.2 and AV1 Image File Format 1.1, 6: the brands of HEIC and AVIF
 */
export function judgeContent(bytes: Uint8Array): Content {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)).toString('latin1');
  for (const [offset, text, content] of signatures) {
    if ([...text].every((char, i) => (char === '?' ? offset + i < head.length : head[offset + i] === char)))
      return content;
  }
  if (head.startsWith('ftyp', 4)) {
    const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(0);
    const brands: readonly string[] = head.slice(8, Math.min(length, head.length)).match(/.{4}/gs) ?? [];
    if (brands.includes('avif') || brands.includes('avis')) return { kind: 'readable', format: 'avif' };
    if (brands.some((brand) => heicBrands.includes(brand))) return { kind: 'otherPicture', name: 'HEIC' };
  }
  if (/<svg[\s>]/i.test(head)) return { kind: 'otherPicture', name: 'SVG' };
  return { kind: 'unknown' };
}
