/** What the Gallery says and reckons. */
import type { GalleryPicture, RunRecord } from '../../api/studio.ts';
import { count, formatBytes, formatCount, formatPlain, formatTime } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';
import { stepsWords } from './sampling-view.ts';

/** A picture as it is said aloud: `seed 12, step 4,000, 2 steps, moths`. */
export function pictureName({ seed, step, nfe, className }: GalleryPicture): string {
  return `seed ${seed}, step ${formatCount(step)}, ${count(nfe, 'step')}${className === undefined ? '' : `, ${className}`}`;
}

export function pictureFacts(picture: GalleryPicture, runs: readonly RunRecord[]): Fact[] {
  const run = runs.find(({ id }) => id === picture.run);
  const { sampling } = picture;
  const exact = sampling && stepsWords(sampling.steps);
  return [
    { label: 'Starting number', term: 'seed', value: String(picture.seed) },
    { label: 'Run', value: run?.name ?? `${picture.run} (deleted)` },
    { label: 'Trained for', value: count(picture.step, 'step') },
    { label: 'Steps per picture', term: 'NFE', value: [String(picture.nfe), exact].filter(Boolean).join(', ') },
    ...(picture.className === undefined ? [] : [{ label: 'Kind', term: 'class', value: picture.className }]),
    ...(sampling === undefined || sampling.guidance === 1
      ? []
      : [{ label: 'Guidance', value: formatPlain(sampling.guidance) }]),
    ...(sampling === undefined || (run?.plan.emaRates.length ?? 1) === 1
      ? []
      : [{ label: 'Averaged model', term: 'EMA', value: String(sampling.average + 1) }]),
    { label: 'Size', value: `${picture.size} × ${picture.size} pixels` },
    { label: 'Made', value: formatTime(picture.createdAt) },
  ];
}

/** Runs that pictures can be made with, newest first. */
export function usableRuns(runs: readonly RunRecord[]): RunRecord[] {
  return runs.filter(({ step }) => step > 0).toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
}

export const mostPictures = 10_000;

/** Why that many pictures can not be made; undefined when they can. */
export function countProblem(value: number): string | undefined {
  if (!Number.isInteger(value)) return 'Enter a whole number.';
  return value < 1 || value > mostPictures ? `Choose 1 to ${formatCount(mostPictures)} pictures.` : undefined;
}

export function seedProblem(value: number): string | undefined {
  return Number.isSafeInteger(value) && value >= 0 ? undefined : 'Enter a whole number of 0 or more.';
}

export interface GridPlan {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
  readonly megapixels: number;
}

/**
 * The size of a grid before it is made: every picture with a margin all around, neighbours sharing theirs.
 * The studio lays it out by the same rule and refuses what is too large before making anything.
 */
export function planGrid(pictures: number, size: number, columns: number, margin: number): GridPlan {
  const used = Math.max(1, Math.min(columns, pictures));
  const rows = Math.ceil(pictures / used);
  const width = used * (size + margin) + margin;
  const height = rows * (size + margin) + margin;
  return { columns: used, rows, width, height, megapixels: (width * height) / 1e6 };
}

/** Larger pictures do not open in common viewers, so the studio makes none. */
export const mostGridMegapixels = 100;

/** Why a grid can not be made; undefined when it can. */
export function planProblem({ megapixels }: GridPlan): string | undefined {
  return megapixels > mostGridMegapixels
    ? `That is more than ${mostGridMegapixels} megapixels, which common viewers can not open. Select fewer pictures.`
    : undefined;
}

/** As square as it can be, and without a short last row where there is a way. */
export function bestColumns(pictures: number): number {
  const root = Math.max(1, Math.ceil(Math.sqrt(pictures)));
  for (let away = 0; away <= root / 2; away++) {
    for (const columns of [root + away, root - away]) if (columns > 0 && pictures % columns === 0) return columns;
  }
  return root;
}

/** `1,088 × 1,088 pixels, 1.2 megapixels, 8 × 8 pictures`. */
export function planWords({ columns, rows, width, height, megapixels }: GridPlan): string {
  const size = megapixels < 0.1 ? megapixels.toFixed(2) : megapixels.toFixed(1);
  return `${formatCount(width)} × ${formatCount(height)} pixels (${size} megapixels), ${columns} × ${rows} pictures`;
}

export function resultWords({
  width,
  height,
  bytes,
}: {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}): string {
  return `${formatCount(width)} × ${formatCount(height)} pixels, ${formatBytes(bytes)}`;
}
