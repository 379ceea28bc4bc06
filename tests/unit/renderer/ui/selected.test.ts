import { describe, expect, it } from 'vitest';
import { selected } from '../../../../renderer/ui/selected.ts';

describe('selecting', () => {
  it('chooses one, and none when it was the only one', () => {
    expect([...selected(new Set(['x']), 'a', { toggle: false })]).toEqual(['a']);
    expect([...selected(new Set(['a']), 'a', { toggle: false })]).toEqual([]);
  });
  it('adds and takes away with a toggle, and adds a range', () => {
    expect([...selected(new Set(['x']), 'a', { toggle: true })]).toEqual(['x', 'a']);
    expect([...selected(new Set(['x', 'a']), 'a', { toggle: true })]).toEqual(['x']);
    expect([...selected(new Set(['x']), 'a', { toggle: false, range: ['a', 'b'] })]).toEqual(['x', 'a', 'b']);
  });
});
