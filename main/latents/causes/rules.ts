/** Rules on the pixels of a picture as it is framed: each measures one thing, and has found something from its threshold on. */
import { shareOfSteps, stepBetween, stepsIn } from './picture.ts';
import type { Area, SquarePicture } from './picture.ts';

type ClippedColour = 'white' | 'black' | 'full';

/** Levels from the ends of the range that count as clipped: JPEG moves white and black by as much. */
const clippedWithin = 2;
/** From this share of them on they are called by the name of one colour. */
const leastOfOne = 0.95;
/** From this share of an area on, flat clipped pixels are its cause: around a place, and in a whole picture. */
export const leastFlat = { place: 0.3, picture: 0.25 } as const;

export interface Flat {
  /** Of the pixels of the area. */
  readonly share: number;
  /** What they are: `full` is any other colour with every channel at an end of the range, `mixed` more than one of these. */
  readonly colour: ClippedColour | 'mixed';
}

/**
 * Pixels with all channels at an end of the range that are like their four neighbours in the area: an area in which nothing is to be
 * seen, and no checkerboard.
 */
export function flatIn({ rgb, side }: SquarePicture, { left, top, right, bottom }: Area): Flat {
  const counts = { white: 0, black: 0, full: 0 };
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = y * side + x;
      const colour = clippedColour(rgb, at);
      if (colour === undefined) continue;
      const neighbours = [
        x > left ? at - 1 : at,
        x + 1 < right ? at + 1 : at,
        y > top ? at - side : at,
        y + 1 < bottom ? at + side : at,
      ];
      if (neighbours.every((near) => stepBetween(rgb, at, near) <= clippedWithin)) counts[colour]++;
    }
  const colour = (['white', 'black', 'full'] as const).reduce((a, b) => (counts[b] > counts[a] ? b : a));
  const pixels = Math.max(1, (right - left) * (bottom - top));
  const all = counts.white + counts.black + counts.full;
  return { share: all / pixels, colour: counts[colour] < leastOfOne * all ? 'mixed' : colour };
}

function clippedColour(rgb: Uint8Array, at: number): ClippedColour | undefined {
  let low = 0;
  for (let c = 0; c < 3; c++) {
    const level = rgb[3 * at + c]!;
    if (level <= clippedWithin) low++;
    else if (level < 255 - clippedWithin) return undefined;
  }
  return low === 0 ? 'white' : low === 3 ? 'black' : 'full';
}

/** A step between neighbours is extreme from here on, and from this share of the steps on they are a cause. */
const extremeStep = 192;
export const leastContrast = 0.04;

/** The share of the steps between neighbours that are extreme: all of a checkerboard of single pixels. */
export const contrastIn = (picture: SquarePicture, area: Area): number =>
  shareOfSteps(stepsIn(picture, area), extremeStep);

/** Bins of colours, of a channel, and how many of the commonest bins a drawing may need for this share of its pixels. */
const colourBins = 8;
const fewColours = 4;
const leastInFew = 0.85;
/** A step is an edge from here on, and none up to there. */
const edgeStep = 80;
const sameStep = 3;
/** Edges of letters and lines: more than in a photograph, fewer than in a pattern of single pixels. */
const leastEdges = 0.05;
const mostEdges = 0.45;
const leastSame = 0.4;

export interface LineArt {
  /** The share of the steps between neighbours that are edges. */
  readonly edges: number;
}

/** Few colours, flat between many hard edges: letters or line art. Undefined where it is not that. */
export function lineArtIn(picture: SquarePicture, area: Area): LineArt | undefined {
  const steps = stepsIn(picture, area);
  const edges = shareOfSteps(steps, edgeStep);
  if (edges < leastEdges || edges > mostEdges || shareOfSteps(steps, 0, sameStep) < leastSame) return undefined;
  return shareInFewColours(picture, area) < leastInFew ? undefined : { edges };
}

function shareInFewColours({ rgb, side }: SquarePicture, { left, top, right, bottom }: Area): number {
  const counts = new Uint32Array(colourBins ** 3);
  const binOf = (level: number) => Math.floor((level * colourBins) / 256);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = 3 * (y * side + x);
      counts[(binOf(rgb[at]!) * colourBins + binOf(rgb[at + 1]!)) * colourBins + binOf(rgb[at + 2]!)]!++;
    }
  const commonest = counts.toSorted((a, b) => b - a).subarray(0, fewColours);
  return commonest.reduce((sum, count) => sum + count, 0) / Math.max(1, (right - left) * (bottom - top));
}

/** Rows and columns at an edge are a border when no pixel is further than this from their colour. */
const borderWithin = 12;
const leastBorder = 2;
/** A step out of the border is hard from here on, and at how much of its length it has to be. */
const borderStep = 32;
const leastStepped = 0.6;

export const sideNames = ['top', 'bottom', 'left', 'right'] as const;
export type SideName = (typeof sideNames)[number];

/** Depth of a border in pixels, of each side that has one. */
export type Borders = Readonly<Partial<Record<SideName, number>>>;

/** Rows and columns of one colour over their length that end in a hard step to the picture. */
export function bordersOf(picture: SquarePicture): Borders {
  const found: Partial<Record<SideName, number>> = {};
  for (const name of sideNames) {
    const depth = borderDepth(picture, name);
    if (depth !== undefined) found[name] = depth;
  }
  return found;
}

function borderDepth({ rgb, side }: SquarePicture, name: SideName): number | undefined {
  /** The pixel `along` the edge in the line that is `deep` pixels from it. */
  const at = (deep: number, along: number): number => {
    const line = name === 'top' || name === 'left' ? deep : side - 1 - deep;
    return name === 'top' || name === 'bottom' ? line * side + along : along * side + line;
  };
  const colour = [0, 1, 2].map((c) => {
    let sum = 0;
    for (let i = 0; i < side; i++) sum += rgb[3 * at(0, i) + c]!;
    return sum / side;
  });
  const distance = (pixel: number) => Math.max(...colour.map((level, c) => Math.abs(rgb[3 * pixel + c]! - level)));
  const isPlain = (deep: number): boolean => {
    for (let i = 0; i < side; i++) if (distance(at(deep, i)) > borderWithin) return false;
    return true;
  };
  let depth = 0;
  while (depth < side / 2 && isPlain(depth)) depth++;
  if (depth < leastBorder || depth >= side / 2) return undefined;
  // The line after the border may be a mixture of both, where the picture was made smaller.
  let stepped = 0;
  for (let i = 0; i < side; i++) if (distance(at(depth + 1, i)) >= borderStep) stepped++;
  return stepped / side >= leastStepped ? depth : undefined;
}
