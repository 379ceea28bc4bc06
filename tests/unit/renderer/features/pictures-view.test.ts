import { describe, expect, it } from 'vitest';
import { pictureSettingsSchema } from '../../../../main/datasets/schema.ts';
import type { UsedPicture } from '../../../../renderer/api/studio.ts';
import { nameProblem, parentOf, recentNote } from '../../../../renderer/features/home/home-view.ts';
import { chosenFiles, filesBelow, topNames } from '../../../../renderer/features/pictures/dropped-files.ts';
import {
  commonSizes,
  defaultSettings,
  framingHelp,
  pictureLabel,
  reasonOf,
  settingsLine,
  sizeHelp,
  sizeProblem,
  sourceWords,
} from '../../../../renderer/features/pictures/pictures-view.ts';

const used: UsedPicture = {
  kind: 'used',
  id: '0123456789abcdef',
  source: '/home/ada/a.zip!trip/ü 1.jpg',
  file: 'dataset/images/0123456789abcdef.png',
  width: 640,
  height: 480,
  format: 'jpeg',
  bytes: 1000,
};

describe('import settings', () => {
  it('begin with the studio’s own defaults', () => {
    expect(defaultSettings).toEqual(pictureSettingsSchema.parse({}));
  });
  it('refuse the sizes that the studio refuses, and no others', () => {
    for (let size = 20; size <= 530; size++)
      expect(sizeProblem(size) === undefined, String(size)).toBe(pictureSettingsSchema.safeParse({ size }).success);
    expect(sizeProblem(Number.NaN)).toBe('Enter a whole number of pixels.');
    expect(sizeProblem(70)).toBe('Choose a multiple of 8, such as 72.');
    expect(commonSizes.every((size) => sizeProblem(size) === undefined)).toBe(true);
  });
  it('say what they cost and do', () => {
    expect(sizeHelp(128)).toContain('4 times the work');
    expect(sizeHelp(32)).toContain('25 %');
    expect(framingHelp({ ...defaultSettings, framing: 'fit' })).toContain('whole picture');
    expect(settingsLine(defaultSettings)).toBe('64 × 64 pixels · centre square · background #ffffff');
  });
});

describe('words about files', () => {
  it('name a picture by its file', () => {
    expect(pictureLabel(used)).toBe('ü 1.jpg');
    expect(pictureLabel({ ...used, format: 'drawn', source: 'drawn:faces:1:17' })).toBe('Sample picture 17');
  });
  it('give the reason of each file that is not used', () => {
    expect(reasonOf({ kind: 'quarantined', source: 'x', reason: 'It is empty.' })).toBe('It is empty.');
    expect(reasonOf({ kind: 'ignored', source: 'x', reason: 'A text' })).toBe('A text');
    expect(reasonOf({ kind: 'duplicate', source: 'x', of: used.id })).toContain('same bytes');
  });
  it('say what is about to be imported', () => {
    expect(sourceWords({ kind: 'samples', names: [], count: 5120 })).toBe('5,120 sample pictures, drawn by the studio');
    expect(sourceWords({ kind: 'files', names: ['trip'], count: 1204 })).toBe('1,204 files from trip');
    expect(sourceWords({ kind: 'paths', names: ['a', 'b', 'c', 'd'], count: 4 })).toBe('a, b and 2 more');
  });
});

describe('dropped files', () => {
  const file = (name: string) => new File(['x'], name);
  const entry = (fullPath: string): FileSystemEntry =>
    ({
      isDirectory: false,
      fullPath,
      file: (resolve: (file: File) => void) => resolve(file(fullPath.split('/').at(-1)!)),
    }) as unknown as FileSystemEntry;
  /** A folder that gives its entries in pieces, as browsers do. */
  const folder = (...entries: FileSystemEntry[]): FileSystemEntry =>
    ({
      isDirectory: true,
      createReader: () => {
        const waiting = [...entries];
        return { readEntries: (resolve: (entries: FileSystemEntry[]) => void) => resolve(waiting.splice(0, 2)) };
      },
    }) as unknown as FileSystemEntry;

  it('are found in all folders, however many pieces a folder comes in', async () => {
    const found = await filesBelow([
      folder(
        entry('/t/1.png'),
        entry('/t/2.png'),
        entry('/t/3.png'),
        folder(entry('/t/deep/4.png')),
        entry('/t/5.png'),
      ),
      entry('/single.zip'),
    ]);
    expect(found.map(({ path }) => path).sort()).toEqual([
      'single.zip',
      't/1.png',
      't/2.png',
      't/3.png',
      't/5.png',
      't/deep/4.png',
    ]);
    expect(topNames(found).sort()).toEqual(['single.zip', 't']);
  });
  it('keep their place in a chosen folder', () => {
    const inFolder = Object.assign(file('a.png'), { webkitRelativePath: 'trip/a.png' });
    const alone = Object.assign(file('b.png'), { webkitRelativePath: '' });
    expect(chosenFiles([inFolder, alone]).map(({ path }) => path)).toEqual(['trip/a.png', 'b.png']);
  });
});

describe('the start screen', () => {
  it('wants a name that can be a folder', () => {
    expect(nameProblem('  ')).toBeDefined();
    expect(nameProblem('a/b')).toBeDefined();
    expect(nameProblem('Gesichter 漢字 100%')).toBeUndefined();
  });
  it('says when a project is missing and where it was', () => {
    const recent = { path: '/x/A.cauchy', name: 'A', openedAt: '2026-03-03T12:00:00.000Z', exists: true };
    expect(recentNote(recent, Date.parse('2026-03-03T14:00:00Z'))).toBe('opened 2 hours ago');
    expect(recentNote({ ...recent, exists: false }, 0)).toBe('not found there any more');
    expect(parentOf('C:\\Users\\ada\\A.cauchy')).toBe('C:\\Users\\ada');
    expect(parentOf('/x/y/A.cauchy/')).toBe('/x/y');
  });
});
