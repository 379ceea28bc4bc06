import { describe, expect, it } from 'vitest';
import { encodingOptionsSchema } from '../../../../main/latents/schema.ts';
import { added, downloads, starter, tiny } from '../../../../renderer/api/fake/vae-facts.ts';
import {
  encodingFields,
  optionsWords,
  troubleWords,
  usualOptions,
  waitingWords,
} from '../../../../renderer/features/latents/encoding-view.ts';
import { sectionOf } from '../../../../renderer/features/latents/sections.ts';
import {
  downloadFacts,
  downloadLine,
  downloadVerb,
  isRemovable,
  latentWords,
  modelFiles,
  removalWords,
  vaeFacts,
} from '../../../../renderer/features/latents/vae-view.ts';

const valueOf = (facts: ReturnType<typeof vaeFacts>, label: string) =>
  facts.find((fact) => fact.label === label)?.value;

describe('a picture compressor', () => {
  it('says how much smaller it makes pictures, and how many numbers are left of one', () => {
    expect(latentWords(added)).toBe('4 times smaller, 8 numbers a cell');
    expect(valueOf(vaeFacts(added, 64), 'numbers per picture')).toBe('8 × 16 × 16');
    expect(valueOf(vaeFacts(starter, 100), 'numbers per picture')).toBe('does not fit');
    expect(valueOf(vaeFacts(starter, undefined), 'numbers per picture')).toBeUndefined();
  });

  it('does not hide that its licence is not known', () => {
    const { licence: _none, ...unlicensed } = tiny;
    expect(valueOf(vaeFacts(unlicensed, 64), 'licence')).toBe('not known');
  });

  it('says before it is removed what that frees, and how it comes back', () => {
    expect(removalWords(tiny)).toMatch(/^9\.8 MB are freed\. .*downloaded again\.$/);
    expect(removalWords(added)).toContain('your own file is not touched');
    const removable = [starter, tiny, added, { ...added, origin: 'trained' as const }].map(isRemovable);
    expect(removable).toEqual([false, true, true, false]);
  });

  it('is sent without the other files of its folder, and a wrong file alone so that the studio can say what it is', () => {
    const files = ['vae/config.json', 'vae/diffusion_pytorch_model.safetensors', 'vae/README.md'];
    const paths = (...chosen: string[]) => modelFiles(chosen.map((path) => ({ path }))).map(({ path }) => path);
    expect(paths(...files)).toEqual(files.slice(0, 2));
    expect(paths('old.ckpt')).toEqual(['old.ckpt']);
    expect(paths('a.png', 'b.png')).toEqual([]);
  });
});

describe('a download', () => {
  const [whole] = downloads;
  const begun = { ...whole!, arrived: 128_000_000 };
  it('says how much is fetched before anything is, and that it goes on', () => {
    expect([downloadVerb(whole!), downloadVerb(begun)]).toEqual(['Download 335 MB', 'Go on: 207 MB to come']);
    expect(downloadFacts(begun).map(({ value }) => value)).toEqual(['335 MB', 'MIT', '128 MB']);
    expect(downloadLine(begun)).toBe('335 MB · licence MIT · 128 MB are here already');
    expect(downloadLine(whole!)).toBe('335 MB · licence MIT');
  });
});

describe('how pictures are encoded', () => {
  it('is what the studio does when nothing is said, and has a field for each choice', () => {
    expect(usualOptions).toEqual(encodingOptionsSchema.parse({}));
    expect(encodingFields.map(({ path }) => path)).toEqual(Object.keys(encodingOptionsSchema.shape));
    for (const { help } of encodingFields) expect(help).toMatch(/^.{25,}\.$/s);
  });
  it('is told in a few words', () => {
    expect(optionsWords(usualOptions)).toBe('most likely values');
    expect(optionsWords({ posterior: 'sample', flip: true, precision: 'half' })).toBe(
      'a draw, mirrored copies, half precision',
    );
  });
  it('says how long the device waited, and when that is much', () => {
    expect(waitingWords({})).toBeUndefined();
    expect(waitingWords({ idleShare: 0.00005 })).toContain('less than 1 % of the time');
    expect(waitingWords({ idleShare: 0.034 })).toBe(
      'The device waited for pictures 3.4 % of the time, so it is kept busy.',
    );
    expect(waitingWords({ idleShare: 0.42 })).toContain('reading them from the disk is the slow part');
  });
  it('leaves no picture unsaid that was tried again or left out', () => {
    expect(troubleWords(0, 0)).toBeUndefined();
    expect(troubleWords(3, 0)).toBe('3 pictures were encoded again in full precision.');
    expect(troubleWords(1, 2)).toBe(
      '1 picture was encoded again in full precision; 2 pictures were left out: the numbers were not finite (NaN).',
    );
  });
});

it('an address that is not known leads to the main part', () => {
  expect([sectionOf('sets'), sectionOf(''), sectionOf('nonsense')]).toEqual(['sets', '', '']);
});
