import { describe, expect, it } from 'vitest';
import { added, cacheOf, starter } from '../../../../renderer/api/fake/vae-facts.ts';
import {
  canUse,
  cleanUpQuestion,
  deletionQuestion,
  runNames,
  setsLine,
  setState,
  unneeded,
} from '../../../../renderer/features/latents/sets-view.ts';

const chosen = cacheOf(starter, { chosen: true });
const needed = cacheOf(added, { usedBy: ['First try', 'Evening'] });
const spare = cacheOf(starter, { key: 'spare' });
const partial = cacheOf(starter, { key: 'partial', complete: false, bytes: 1_000_000 });
const old = cacheOf(starter, { key: 'old', upToDate: false });

describe('a set of latents', () => {
  it('says whether training can start from it', () => {
    expect([chosen, spare, partial, old].map((set) => setState(set).words)).toEqual([
      'In use',
      'Complete',
      'Not finished',
      'Of other pictures',
    ]);
    expect([chosen, needed, spare, partial, old].map(canUse)).toEqual([false, true, true, false, false]);
  });

  it('is cleaned up only when nothing needs it', () => {
    const all = [chosen, needed, spare, partial, old];
    expect(unneeded(all).map(({ key }) => key)).toEqual(['spare', 'partial', 'old']);
    expect(cleanUpQuestion(unneeded(all)).title).toBe('Delete 3 sets that nothing needs?');
    expect(cleanUpQuestion(unneeded(all)).text).toMatch(/^11 MB are freed/);
    expect(setsLine([chosen])).toBe('1 set, 5.2 MB on the disk');
  });

  it('says before it is deleted what is lost', () => {
    const { text, action } = deletionQuestion(needed, 'moths-f4');
    expect(text).toContain('2 runs need it: “First try” and “Evening” can then neither go on nor make pictures.');
    expect(action).toBe('Delete all the same');
    expect(deletionQuestion(chosen, 'Starter VAE').text).toContain('Training starts from it');
    expect(deletionQuestion(spare, 'Starter VAE').text).toContain('No run needs it. To have it again, 5,120 pictures');
  });

  it('names few runs and counts many', () => {
    expect(runNames(['a'])).toBe('“a”');
    expect(runNames(['a', 'b', 'c'])).toBe('“a”, “b” and “c”');
    expect(runNames(['a', 'b', 'c', 'd'])).toBe('“a”, “b” and 2 more');
  });
});
