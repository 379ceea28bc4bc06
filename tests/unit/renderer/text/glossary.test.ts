import { describe, expect, it } from 'vitest';
import { metricsRowSchema } from '../../../../main/training/schema.ts';
import { glossary, named } from '../../../../renderer/text/glossary.ts';
import type { Term } from '../../../../renderer/text/glossary.ts';

const terms = Object.entries(glossary) as [string, Term][];

describe('the glossary', () => {
  it.each(terms)('explains %s in a plain name and a whole sentence', (_, { plain, term, help }) => {
    expect(plain).not.toBe('');
    expect(term).not.toBe('');
    expect(plain.toLowerCase()).not.toBe(term.toLowerCase());
    expect(help).toMatch(/^[A-Z0-9].{20,}\.$/s);
  });

  it('gives every plain name and every term to one thing only', () => {
    const names = terms.flatMap(([, { plain, term }]) => [plain.toLowerCase(), term.toLowerCase()]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a word for every figure of a run', () => {
    const own: Record<string, string> = { stepSeconds: 'step', seconds: 'step' };
    for (const figure of Object.keys(metricsRowSchema.shape))
      expect(Object.keys(glossary)).toContain(own[figure] ?? figure);
  });

  it('puts the term in brackets', () => {
    expect(named('levels')).toBe('Noise levels (N)');
  });
});
