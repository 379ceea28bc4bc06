/** The contrasts that tokens.css promises, measured (WCAG 2.2, 1.4.3 and 1.4.11). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const css = readFileSync(fileURLToPath(new URL('../../../../renderer/ui/tokens.css', import.meta.url)), 'utf8');
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(([, name, light, dark]) => [
    name!,
    { light: light!, dark: dark! },
  ]),
);

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high! + 0.05) / (low! + 0.05);
}

describe.each(['light', 'dark'] as const)('the %s theme', (theme) => {
  const colour = (name: string) => {
    const token = tokens.get(name);
    if (!token) throw new Error(`There is no token --${name}.`);
    return token[theme];
  };
  const surfaces = ['wall', 'sheet', 'inset', 'raised'];

  it.each(surfaces)('has readable words on --%s', (surface) => {
    for (const words of ['ink', 'ink-soft', 'ink-faint', 'accent', 'good', 'bad', 'warn'])
      expect(contrast(colour(words), colour(surface)), `--${words}`).toBeGreaterThanOrEqual(4.5);
  });
  it('has readable words on coloured grounds', () => {
    for (const [words, ground] of [
      ['ink', 'accent-wash'],
      ['ink-faint', 'accent-wash'],
      ['ink', 'bad-wash'],
      ['bad', 'bad-wash'],
      ['ink-soft', 'bad-wash'],
      ['warn', 'warn-wash'],
      ['ink', 'warn-wash'],
      ['sheet', 'ink'],
      ['sheet', 'ink-soft'],
      ['on-accent', 'accent'],
      ['chart-second', 'sheet'],
    ] as const)
      expect(contrast(colour(words), colour(ground)), `--${words} on --${ground}`).toBeGreaterThanOrEqual(4.5);
  });
  it('shows where controls are, what has the focus, and what charts draw', () => {
    for (const mark of ['edge', 'focus', 'chart-main', 'chart-second', 'chart-mark', 'chart-bad', 'chart-ink'])
      for (const surface of ['sheet', 'inset', 'raised'])
        expect(contrast(colour(mark), colour(surface)), `--${mark} on --${surface}`).toBeGreaterThanOrEqual(3);
  });
});
