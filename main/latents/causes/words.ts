/** What was found, in words. */
import { sideNames } from './rules.ts';
import type { Borders, Flat } from './rules.ts';
import type { CauseTag, Ring } from './schema.ts';

type Where = CauseTag['where'];

/** What a rule found, where that is told by more than one number. */
export type Found = { readonly where: Where } & (
  | ({ readonly kind: 'flat' } & Flat)
  | { readonly kind: 'border'; readonly borders: Borders }
  | { readonly kind: 'lineArt'; readonly share: number }
  | { readonly kind: 'blocky'; readonly times: number }
  | { readonly kind: 'upscaled'; readonly from: number; readonly to: number }
  | { readonly kind: 'upscaled'; readonly detail: number }
  | { readonly kind: 'transparency'; readonly share: number }
  | { readonly kind: 'contrast'; readonly share: number }
  | ({ readonly kind: 'edge' } & Ring)
  | { readonly kind: 'habit'; readonly share: number }
);

/** `38 %`; no digits that nobody needs. */
const percent = (share: number): string => `${Number((100 * share).toPrecision(100 * share < 1 ? 1 : 2))} %`;
const times = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} times`;
const pixelsOf = (where: Where): string =>
  where === 'place' ? 'of the pixels around this place' : 'of this picture’s pixels';

const colours = {
  white: 'pure white',
  black: 'pure black',
  mixed: 'pure white, black or another full colour',
  full: 'one full colour, with every channel at an end of its range',
} as const;
const sides = { top: 'at the top', bottom: 'at the bottom', left: 'on the left', right: 'on the right' } as const;

const bordersWords = (borders: Borders): string =>
  sideNames.flatMap((side) => (borders[side] === undefined ? [] : [`${borders[side]} px ${sides[side]}`])).join(', ');

/** A tag's title, its sentence, and the number in it. */
export function wordsOf(found: Found): Pick<CauseTag, 'title' | 'words' | 'evidence'> {
  const { where } = found;
  switch (found.kind) {
    case 'flat':
      return {
        title: 'Flat area',
        evidence: found.share,
        words: `${percent(found.share)} ${pixelsOf(where)} are ${colours[found.colour]}, without any detail.`,
      };
    case 'border': {
      const near = where === 'place' ? ' The step is near this place.' : '';
      return {
        title: 'Hard border',
        evidence: Math.max(...Object.values(found.borders)),
        words: `A border of one colour ends in a hard step: ${bordersWords(found.borders)}.${near}`,
      };
    }
    case 'lineArt': {
      const of = where === 'place' ? 'Around this place there are' : 'The picture has';
      return {
        title: 'Text or line art',
        evidence: found.share,
        words: `${of} few colours and many hard edges (${percent(found.share)} of neighbouring pixels), as letters and drawings have.`,
      };
    }
    case 'blocky':
      return {
        title: 'JPEG blocks',
        evidence: found.times,
        words: `Steps lie between blocks of 8 pixels ${times(found.times)} as often as elsewhere: the file was saved as JPEG of low quality.`,
      };
    case 'upscaled':
      if ('detail' in found)
        return {
          title: 'No fine detail',
          evidence: found.detail,
          words: `Detail of single pixels has ${percent(found.detail)} of the strength of coarser detail; a sharp picture has 20 % or more. It was enlarged, or is out of focus.`,
        };
      return {
        title: 'Enlarged',
        evidence: found.to / found.from,
        words: `The original is ${found.from} px where the picture has ${found.to} px: it was enlarged ${times(found.to / found.from)}.`,
      };
    case 'transparency':
      return {
        title: 'Transparency',
        evidence: found.share,
        words: `${percent(found.share)} ${pixelsOf(where)} are see-through in the original and show the background colour here.`,
      };
    case 'contrast': {
      const of = where === 'place' ? 'around this place' : 'in this picture';
      return {
        title: 'Extreme contrast',
        evidence: found.share,
        words: `${percent(found.share)} of neighbouring pixels ${of} differ by almost as much as black and white.`,
      };
    }
    case 'edge':
      return {
        title: 'Picture border',
        evidence: found.share,
        words: `The place is at the edge of the picture, beyond which the compressor (VAE) sees nothing. Border cells are ${percent(found.cells)} of all, and have ${percent(found.share)} of the far values of all pictures.`,
      };
    case 'habit':
      return {
        title: 'VAE habit',
        evidence: found.share,
        words: `${percent(found.share)} of all pictures have a far value at this very place: a habit of the compressor (VAE), not of this picture.`,
      };
  }
}
