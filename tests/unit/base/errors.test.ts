import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes, studioError, toStudioError, toWire } from '../../../main/base/errors.ts';
import { listed } from '../../../main/base/errors/words.ts';
import { version } from '../../../main/base/version.ts';

/** Stands for any detail: a text, a number, or a list. */
const anything = new Proxy(Object.assign(['x'], { toFixed: () => '1', toString: () => 'x' }), {});
const details = new Proxy({}, { get: () => anything });

describe('the catalogue', () => {
  it.each(errorCodes)('%s says what happened, what it means and what to do', (code) => {
    const { words } = studioError(code, details as never);
    for (const text of [words.what, words.means, words.advice]) {
      expect(text.length).toBeGreaterThan(3);
      expect(text).toMatch(/[.:!?»”)]|x$/);
      expect(text).not.toContain('undefined');
    }
  });
});

describe('errors', () => {
  it('of any kind become ours, with their message and stack', () => {
    const foreign = new TypeError('no such thing');
    const error = toStudioError(foreign);
    expect(error.code).toBe('internal.unexpected');
    expect(error.words.what).toContain('no such thing');
    expect(error.stack).toBe(foreign.stack);
  });

  it('stay what they are on the wire', () => {
    const wire = toWire(studioError('grid.tooLarge', { megapixels: 1401.4, most: 100 }));
    expect(wire).toMatchObject({
      code: 'grid.tooLarge',
      kind: 'user',
      what: 'The grid would have 1401 megapixels; 100 is the most.',
    });
  });
});

describe('lists in sentences', () => {
  it('are short', () => {
    expect(listed([])).toBe('none');
    expect(listed(['a'])).toBe('a');
    expect(listed(['a', 'b'])).toBe('a and b');
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
  });
});

it('the version is the one of package.json', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  expect(version).toBe((JSON.parse(text) as { version: string }).version);
});
