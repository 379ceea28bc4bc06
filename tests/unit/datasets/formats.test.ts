/** What a file is by its name and by its first bytes. */
import type { Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { extensionOf, judgeContent, judgeName } from '../../../main/datasets/formats.ts';
import { readFailure } from '../../../main/datasets/reasons.ts';
import { bmp, gradient } from '../../corpus/pictures.ts';

test('an extension is what follows the last dot of a name that does not begin with it', () => {
  expect(['a.PNG', 'a.b.jpg', '.png', 'a', 'a.', 'å漢字 100% #1.webp'].map(extensionOf)).toEqual([
    'png',
    'jpg',
    '',
    '',
    '',
    'webp',
  ]);
});

test('names decide what is worth opening', () => {
  const kinds = (names: string[]) => names.map((name) => judgeName(name, 'folder').kind);
  expect(kinds(['a.jpg', 'a.JPEG', 'a.heic', 'a.svg', 'README'])).toEqual(Array(5).fill('open'));
  expect(judgeName('a.jpg', 'folder')).toEqual({ kind: 'open', certain: true });
  expect(judgeName('README', 'folder')).toEqual({ kind: 'open', certain: false });
  expect(kinds(['a.CR2', 'b.nef', 'c.dng'])).toEqual(Array(3).fill('quarantine'));
  expect(kinds(['a.txt', '.a.jpg', 'a.mp4', 'Thumbs.db', 'a.zip'])).toEqual(Array(5).fill('ignore'));
  const reason = (container: 'folder' | 'archive') => {
    const verdict = judgeName('a.zip', container);
    return verdict.kind === 'ignore' ? verdict.reason : '';
  };
  expect(reason('folder')).toBe('An archive inside a folder is not opened. Import it by itself.');
  expect(reason('archive')).toBe('An archive inside an archive is not opened.');
});

const encoders: readonly [string, (picture: Sharp) => Sharp][] = [
  ['jpeg', (p) => p.jpeg()],
  ['png', (p) => p.png()],
  ['webp', (p) => p.webp()],
  ['avif', (p) => p.avif()],
  ['gif', (p) => p.gif()],
  ['tiff', (p) => p.tiff()],
  ['tiff', (p) => p.tiff({ bigtiff: true })],
];

test.each(encoders)('a real %s is known by its contents', async (format, encode) => {
  expect(judgeContent(await encode(gradient(16, 16)).toBuffer())).toEqual({ kind: 'readable', format });
});

/** The first box of an ISO media file with these brands. */
const brands = (...names: string[]) => {
  const box = Buffer.from(`\0\0\0\0ftyp${names[0]}\0\0\0\0${names.slice(1).join('')}`, 'latin1');
  box.writeUInt32BE(box.length);
  return Buffer.concat([box, Buffer.from('\0\0\0\x08mdatavif', 'latin1')]);
};

test('other pictures are told by their name, so that the reason can name them', () => {
  const named = (bytes: Uint8Array) => {
    const content = judgeContent(bytes);
    return content.kind === 'otherPicture' ? content.name : content.kind;
  };
  expect(named(bmp(4))).toBe('BMP');
  expect(named(brands('heic', 'mif1'))).toBe('HEIC');
  expect(named(brands('mif1', 'heic'))).toBe('HEIC');
  expect(judgeContent(brands('mif1', 'avif'))).toEqual({ kind: 'readable', format: 'avif' });
  expect(named(brands('isom', 'mp42'))).toBe('unknown');
  expect(named(Buffer.from('<?xml version="1.0"?>\n<svg width="9">'))).toBe('SVG');
  expect(named(Buffer.from('8BPS\0\x01'))).toBe('Photoshop');
  expect(named(Buffer.from('BMW is a car, not a picture'))).toBe('unknown');
  expect(named(Buffer.from('RIFF1234WAVE'))).toBe('unknown');
});

test('very short files are judged without a fault', () => {
  for (const text of ['', 'B', 'RIFF', 'ftyp', '\0\0\0\x20ftyp', '\xff\xd8']) {
    expect(judgeContent(Buffer.from(text, 'latin1')).kind).toBe('unknown');
  }
});

test('a name that is not valid text is a reason of its own', () => {
  const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
  expect(readFailure('/a/b.png', missing)).toBe('It is not there any more.');
  expect(readFailure('/a/\ufffd.png', missing)).toMatch(/^Its name holds bytes that are not valid text/);
  expect(readFailure('/a/b.png', new Error('EIO: i/o error'))).toBe('It could not be read (EIO: i/o error).');
});
