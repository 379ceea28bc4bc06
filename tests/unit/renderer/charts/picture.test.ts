/** What a saved chart is called, and how its words are broken into lines. */
import { describe, expect, it } from 'vitest';
import { wrapped } from '../../../../renderer/charts/wrapped.ts';
import { fileNameOf } from '../../../../renderer/app/save-file.ts';

describe('a saved chart', () => {
  it('has lines that are no wider than the chart, but for words that are', () => {
    const widthOf = (text: string) => text.length;
    expect(wrapped('one two three four', 9, widthOf)).toEqual(['one two', 'three', 'four']);
    expect(wrapped('immeasurable a b', 5, widthOf)).toEqual(['immeasurable', 'a b']);
  });

  it('is called after its title, in letters that every file system takes', () => {
    expect(fileNameOf('Error (loss)')).toBe('error-loss');
    expect(fileNameOf('../Värde: 3/4 “x”')).toBe('värde-3-4-x');
    expect(fileNameOf('画像')).toBe('画像');
    expect(fileNameOf('…')).toBe('chart');
  });
});
