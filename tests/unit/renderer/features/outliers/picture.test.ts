import { describe, expect, it } from 'vitest';
import {
  cellAt,
  cellBox,
  distances,
  firstLookedAt,
  listWords,
  loupeAt,
  markStyle,
  outliersIn,
  outlierWords,
  placeWords,
  viewerAction,
} from '../../../../../renderer/features/latents/outliers/picture.ts';
import { channel } from './samples.ts';

const channels = [channel(), channel({ channel: 1, innerFences: [-20, 20], outerFences: [-30, 30] })];
/** Two channels of 2 × 3; of the second only its 25 is beyond its wide fences. */
const latents = {
  shape: [2, 2, 3] as [number, number, number],
  values: [0, 3, 0, 0, 0, -7, 5, -5, 0, 25, 0, 0],
  z: [0, 4, 0, 0, 0, -9, 0.7, -0.7, 0, 3.6, 0, 0],
};

describe('the outliers of one picture', () => {
  it('are those beyond each channel’s own inner fences, the farthest first', () => {
    expect(outliersIn(latents, channels)).toEqual([
      { channel: 0, row: 1, col: 2, value: -7, z: -9 },
      { channel: 0, row: 0, col: 1, value: 3, z: 4 },
      { channel: 1, row: 1, col: 0, value: 25, z: 3.6 },
    ]);
  });

  it('begin with what is looked at', () => {
    const outliers = outliersIn(latents, channels);
    expect(firstLookedAt(outliers, {}, channels)).toBe(0);
    expect(firstLookedAt(outliers, { channel: 1 }, channels)).toBe(2);
    expect(firstLookedAt(outliers, { cell: { row: 0, col: 1 } }, channels)).toBe(1);
    expect(firstLookedAt(outliers, { cell: { row: 0, col: 0 } }, channels)).toBe(0);
  });

  it('are a map of distances: of one channel, or the farthest of all', () => {
    expect([...distances(latents, 0)]).toEqual([0, 4, 0, 0, 0, 9]);
    const all = distances(latents);
    // float32 of 0.7 and 3.6
    [0.7, 4, 0, 3.6, 0, 9].forEach((z, i) => expect(all[i]).toBeCloseTo(z, 6));
  });

  it('are said in plain words, with the field’s numbers', () => {
    const [first, second] = outliersIn(latents, channels);
    expect(placeWords(first!)).toBe('Channel 1, row 2, column 3');
    expect(outlierWords(first!, channels[0]!)).toEqual({
      plain: '9.0 usual spreads below the middle, beyond the outer fence.',
      numbers: 'Value -7, middle of its channel 0.1, robust z -9.0',
    });
    expect(outlierWords(second!, channels[0]!).plain).toBe(
      '4.0 usual spreads above the middle, beyond the inner fence.',
    );
    expect(listWords(66, undefined, 200)).toBe('66 outliers in this picture');
    expect(listWords(1, 0, 200)).toBe('1 outlier in channel 1');
    expect(listWords(882, undefined, 200)).toBe('882 outliers in this picture, the 200 farthest are listed');
    expect(listWords(0, 2, 200)).toBe('No outlier in channel 3');
  });
});

describe('places on the picture', () => {
  it('are boxes in percent of its sides', () => {
    expect(cellBox({ row: 3, col: 4 }, 8, 16)).toEqual({ left: 25, top: 37.5, width: 6.25, height: 12.5 });
    expect(markStyle({ row: 3, col: 4 }, 8, 16, 9)).toContain('left: 28.125%; top: 43.75%; width: max(6.25%, 9px)');
  });

  it('are found by the pointer, also at the very border', () => {
    expect(cellAt(0.3, 0.4, 8, 16)).toEqual({ row: 3, col: 4 });
    expect(cellAt(1, 1, 8, 16)).toEqual({ row: 7, col: 15 });
    expect(cellAt(-0.01, 0, 8, 16)).toEqual({ row: 0, col: 0 });
  });

  it('are enlarged by whole pixels: a large picture to its own pixels, a small one to twice what is shown', () => {
    expect(loupeAt({ x: 0.5, y: 0.25 }, 700, 1024, 176)).toEqual({
      times: 1,
      side: 1024,
      left: 88 - 512,
      top: 88 - 256,
    });
    // Shown 7.8 times as large as it is: the loupe shows it 16 times as large.
    expect(loupeAt({ x: 0, y: 1 }, 500, 64, 176)).toEqual({ times: 16, side: 1024, left: 88, top: 88 - 1024 });
  });
});

describe('keys of the viewer', () => {
  const pressed = (key: string, held: Partial<KeyboardEvent> = {}) =>
    viewerAction({ key, ctrlKey: false, altKey: false, metaKey: false, ...held });

  it('go through outliers and pictures, show heat and loupe, and check a cause', () => {
    expect(['[', ']', 'h', 'H', 'l', 'c', 'ArrowLeft', 'ArrowRight', 'x'].map((key) => pressed(key))).toEqual([
      'previousOutlier',
      'nextOutlier',
      'heat',
      'heat',
      'loupe',
      'checkCause',
      'previousPicture',
      'nextPicture',
      undefined,
    ]);
  });

  it('work on keyboards whose brackets need Alt, and leave the browser’s own keys alone', () => {
    expect(pressed(']', { altKey: true })).toBe('nextOutlier');
    expect(pressed(']', { altKey: true, ctrlKey: true })).toBe('nextOutlier');
    expect(pressed('ArrowLeft', { altKey: true })).toBeUndefined();
    expect(pressed('h', { ctrlKey: true })).toBeUndefined();
    expect(pressed('[', { metaKey: true })).toBeUndefined();
  });
});
