/** Tries every rule on a picture, and around a place in it: likely causes, the strongest first. */
import { areaAround, brightnessOf, wholeOf } from './picture.ts';
import type { Area, SquarePicture } from './picture.ts';
import { blockiness, fineDetail, leastBlocky, leastEnlarged, mostDetailOfEnlarged } from './resolution.ts';
import { bordersOf, contrastIn, flatIn, leastContrast, leastFlat, lineArtIn } from './rules.ts';
import type { Borders } from './rules.ts';
import type { CauseKind, CauseTag, LikelyCauses, LookedAtPlace } from './schema.ts';
import type { SourceFacts } from './source.ts';
import { wordsOf } from './words.ts';
import type { Found } from './words.ts';

export interface CauseInputs {
  /** As it is framed. */
  readonly picture: SquarePicture;
  /** Pixels of the source along a side of it. */
  readonly sourceSide: number;
  /** Whether the picture is the whole source, pixel by pixel. */
  readonly isWhole: boolean;
  /** Undefined where the file can not be read any more. */
  readonly source: SourceFacts | undefined;
  readonly place?: LookedAtPlace | undefined;
}

/** Cells on each side of a value's own that count as around it: the network sees at least so far. */
const reach = 1;
/** A pixel is see-through below this; from these shares of an area on it is a cause. */
const opaque = 250;
const leastSeeThrough = { place: 0.1, picture: 0.02 } as const;
/** The border is a cause where its cells have far more than their share of the far values: a quarter of the rest besides. */
const leastExcess = 0.25;

/** Half at the threshold, 1 at `full`. */
const strengthFrom = (value: number, least: number, full: number): number =>
  0.5 + 0.5 * Math.max(0, Math.min(1, (value - least) / (full - least)));

type Weighed = Found & { readonly strength: number };

export function likelyCauses(inputs: CauseInputs): LikelyCauses {
  const { source, place } = inputs;
  const found = [...ofPixels(inputs), ...ofResolution(inputs), ...(place ? ofPlace(place) : [])];
  const tags = found.map(({ strength, ...what }): CauseTag => {
    // What is true of the picture explains a place in it less than what is found there.
    const weight = place && what.where === 'picture' ? 0.5 : 1;
    return { kind: what.kind, where: what.where, strength: weight * strength, ...wordsOf(what) };
  });
  const untested: CauseKind[] = source ? [] : ['transparency', ...(inputs.isWhole ? [] : (['blocky'] as const))];
  return { tags: tags.sort((a, b) => b.strength - a.strength), untested };
}

/** First around the place, then, where nothing is found there, in the whole picture. */
function ofPixels({ picture, source, place }: CauseInputs): Weighed[] {
  const around = place && areaAround(place, place.cells, picture.side, reach);
  const where = (rule: (area: Area, where: Found['where']) => Weighed | undefined): Weighed[] => {
    const found = (around && rule(around, 'place')) ?? rule(wholeOf(picture), 'picture');
    return found ? [found] : [];
  };
  const borders = bordersOf(picture);
  return [
    ...where((area, at) => {
      const { share, colour } = flatIn(picture, area);
      const least = leastFlat[at];
      return share < least
        ? undefined
        : { kind: 'flat', where: at, share, colour, strength: strengthFrom(share, least, 1) };
    }),
    ...where((area, at) => {
      const share = contrastIn(picture, area);
      return share < leastContrast
        ? undefined
        : { kind: 'contrast', where: at, share, strength: strengthFrom(share, leastContrast, 0.5) };
    }),
    ...where((area, at) => {
      const found = lineArtIn(picture, area);
      return found && { kind: 'lineArt', where: at, share: found.edges, strength: strengthFrom(found.edges, 0, 0.3) };
    }),
    ...where((area, at) => {
      const share = seeThroughIn(source?.opacity, picture.side, area);
      const least = leastSeeThrough[at];
      return share < least
        ? undefined
        : { kind: 'transparency', where: at, share, strength: strengthFrom(share, least, 0.5) };
    }),
    ...borderFound(borders, picture.side, around),
  ];
}

function seeThroughIn(opacity: Uint8Array | undefined, side: number, { left, top, right, bottom }: Area): number {
  if (!opacity) return 0;
  let count = 0;
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (opacity[y * side + x]! < opaque) count++;
  return count / Math.max(1, (right - left) * (bottom - top));
}

function borderFound(borders: Borders, side: number, around: Area | undefined): Weighed[] {
  const depths = Object.values(borders);
  if (depths.length === 0) return [];
  const { top = -1, bottom = -1, left = -1, right = -1 } = borders;
  const lies = (line: number, from: number, to: number) => line > 0 && line < side && line >= from && line <= to;
  const isNear =
    around !== undefined &&
    (lies(top, around.top, around.bottom) ||
      (bottom > 0 && lies(side - bottom, around.top, around.bottom)) ||
      lies(left, around.left, around.right) ||
      (right > 0 && lies(side - right, around.left, around.right)));
  return [{ kind: 'border', where: isNear ? 'place' : 'picture', borders, strength: isNear ? 0.9 : 0.7 }];
}

function ofResolution({ picture, sourceSide, isWhole, source }: CauseInputs): Weighed[] {
  const { rgb, side } = picture;
  const plane = { data: brightnessOf(rgb), width: side, height: side };
  const blocks = source ? (source.blockiness ?? 0) : isWhole ? blockiness(plane) : 0;
  const enlarged = side / sourceSide;
  const detail = fineDetail(plane);
  return [
    ...(blocks < leastBlocky
      ? []
      : [
          { kind: 'blocky', where: 'picture', times: blocks, strength: strengthFrom(blocks, leastBlocky, 10) } as const,
        ]),
    ...(enlarged > leastEnlarged
      ? [
          {
            ...({ kind: 'upscaled', where: 'picture', from: sourceSide, to: side } as const),
            strength: strengthFrom(enlarged, leastEnlarged, 3),
          },
        ]
      : detail !== undefined && detail < mostDetailOfEnlarged
        ? [
            {
              ...({ kind: 'upscaled', where: 'picture', detail } as const),
              strength: strengthFrom(-detail, -mostDetailOfEnlarged, -1 / 16),
            },
          ]
        : []),
  ];
}

function ofPlace({ row, col, cells, habit, ring }: LookedAtPlace): Weighed[] {
  const isOutermost = [row, col].some((at) => at === 0 || at === cells - 1);
  /** How far the border cells' share of far values is from what it would be by chance, 1 where they have all. */
  const excess = ring && ring.cells < 1 ? (ring.share - ring.cells) / (1 - ring.cells) : 0;
  return [
    ...(habit === undefined
      ? []
      : [{ kind: 'habit', where: 'place', share: habit, strength: strengthFrom(habit, 0.5, 0.75) } as const]),
    ...(ring && isOutermost && excess >= leastExcess
      ? [{ kind: 'edge', where: 'place', ...ring, strength: strengthFrom(excess, leastExcess, 1) } as const]
      : []),
  ];
}
