/** The verbs `encode` and `latents`: making latents, their statistics, and the sets that a project keeps. */
import { isAbsolute, resolve, sep } from 'node:path';
import { allRows, exportLatents } from '../api/handlers/latent-export.ts';
import { isStudioError, studioError } from '../base/errors.ts';
import { describedFields } from '../latents/exports/described.ts';
import type { OutlierPictures } from '../latents/outlier-schema.ts';
import type { EncodingReport, EncodingWishes, LatentCache, LatentStatistics } from '../latents/schema.ts';
import { finish, nobody } from './context.ts';
import type { CommandContext } from './context.ts';

/** Whether a VAE is meant by where it is, not by its name. */
const isPath = (vae: string): boolean =>
  isAbsolute(vae) || vae.includes('/') || vae.includes(sep) || vae.endsWith('.safetensors');

/** The name of the VAE at this path in the library: added now, or the time before. */
async function addedVae({ studio }: CommandContext, path: string): Promise<string> {
  try {
    return (await studio.handlers['vaes.add']({ source: { kind: 'path', path } }, nobody)).name;
  } catch (thrown) {
    if (isStudioError(thrown, 'vae.alreadyThere')) return String(thrown.details['name']);
    throw thrown;
  }
}

/** Encodes with a VAE of the studio, or with one that lies at a path: that one is added first. */
export async function encodeCommand(
  context: CommandContext,
  project: string,
  vae: string,
  wishes: EncodingWishes = {},
): Promise<void> {
  const { studio, output } = context;
  await studio.session.openProject(project);
  const name = isPath(vae) ? await addedVae(context, resolve(vae)) : vae;
  const { key, statistics, report } = await finish(context, studio.work.encode(name, wishes));
  output.result(
    { project, vae: name, key, shape: statistics.shape, copies: statistics.copies ?? 1, ...reportFields(report) },
    describeReport(report, statistics),
  );
}

const reportFields = ({ fullPrecisionBecause, leftOut, idleShare, ...counts }: EncodingReport): object => ({
  ...counts,
  left_out: leftOut,
  ...(idleShare === undefined ? {} : { idle_share: idleShare }),
  ...(fullPrecisionBecause === undefined ? {} : { full_precision_because: fullPrecisionBecause }),
});

const percent = (share: number, digits: number) => `${(100 * share).toFixed(digits)} %`;

export function describeReport(report: EncodingReport, { shape, copies }: LatentStatistics): string {
  const { pictures, reused, encoded, retried, leftOut, idleShare, fullPrecisionBecause } = report;
  const mirrored = copies === undefined ? '' : ', and as much for its mirror image';
  return [
    `${pictures} pictures are encoded, ${shape.join(' × ')} each${mirrored}.`,
    ...(reused > 0 ? [`  ${reused} were taken over from other sets, ${encoded} encoded now`] : []),
    ...(idleShare === undefined ? [] : [`  the device waited ${percent(idleShare, 1)} of the time for pictures`]),
    ...(fullPrecisionBecause === undefined ? [] : [`  in full precision: ${fullPrecisionBecause}`]),
    ...(retried > 0 ? [`  ${retried} broke in float16 and were done again in float32`] : []),
    ...leftOut.map(({ source, reason }) => `  left out: ${source}: ${reason}`),
  ].join('\n');
}

/** Statistics and outliers of the latents; or, where that is wished, the sets that are kept. */
export async function latentsCommand(
  context: CommandContext,
  project: string,
  wishes: CacheWishes & ExportWishes & { readonly outliers?: number | undefined },
): Promise<void> {
  const { studio, output } = context;
  if (wishes.list || wishes.use !== undefined || wishes.delete !== undefined)
    return cachesCommand(context, project, wishes);
  await studio.session.openProject(project);
  if (wishes.report !== undefined || wishes.csv !== undefined) return exportCommand(context, project, wishes);
  const statistics = await studio.handlers['latents.statistics']({}, nobody);
  if (!statistics) throw studioError('latents.missing', {});
  const page = (offset: number, limit: number) => ({ filter: {}, offset, limit });
  const outliers = await allRows(
    (offset, limit) => studio.handlers['latents.outliers'](page(offset, limit), nobody),
    wishes.outliers ?? fewOutliers,
  );
  const pictures = await allRows((offset, limit) =>
    studio.handlers['latents.outlierPictures']({ ...page(offset, limit), filter: { beyond: 'outer' } }, nobody),
  );
  output.result(
    { project, ...statistics, ...describedFields(statistics, outliers, pictures) },
    [describeLatents(statistics), describeWorst(pictures)].join('\n'),
  );
}

/** How many of the most extreme values are listed unless somebody wants more. */
const fewOutliers = 20;

type PictureRow = OutlierPictures['rows'][number];

export interface ExportWishes {
  /** The file of the page. */
  readonly report?: string | undefined;
  /** The folder of the tables. */
  readonly csv?: string | undefined;
  /** The pixels are measured before, unless that was done. */
  readonly pixels?: boolean | undefined;
}

/** Writes the page, the tables, or both. */
async function exportCommand(
  context: CommandContext,
  project: string,
  { report, csv, pixels }: ExportWishes,
): Promise<void> {
  const { studio, output } = context;
  if (pixels && !(await studio.lab.pixels())) await finish(context, await studio.lab.measurePixels());
  const wanted = [
    ...(report === undefined ? [] : [{ format: 'html', path: resolve(report) } as const]),
    ...(csv === undefined ? [] : [{ format: 'csv', path: resolve(csv) } as const]),
  ];
  const written: Record<string, string> = {};
  for (const each of wanted) {
    const { absolutePath } = await exportLatents(studio.session, studio.lab, each);
    written[each.format === 'html' ? 'report' : 'csv'] = absolutePath;
  }
  const words = [
    ...(written['report'] === undefined ? [] : [`The report is ${written['report']}.`]),
    ...(written['csv'] === undefined ? [] : [`The tables are in ${written['csv']}.`]),
  ];
  output.result({ project, ...written }, words.join('\n'));
}

export interface CacheWishes {
  readonly list?: boolean | undefined;
  /** The set that training starts from. */
  readonly use?: string | undefined;
  readonly delete?: readonly string[] | undefined;
}

/** Does what is wished, and lists the sets of the project. */
async function cachesCommand(
  { studio, output }: CommandContext,
  project: string,
  { use, delete: keys }: CacheWishes,
): Promise<void> {
  await studio.session.openProject(project);
  if (keys !== undefined) await studio.handlers['latents.delete']({ keys: [...keys] }, nobody);
  if (use !== undefined) await studio.handlers['latents.use']({ key: use }, nobody);
  const caches = await studio.handlers['latents.caches']({}, nobody);
  output.result({ project, caches }, describeCaches(caches));
}

export function describeCaches(caches: readonly LatentCache[]): string {
  if (caches.length === 0) return 'There are no latents yet.';
  const row = (cache: LatentCache): string => {
    const facts = [
      `${cache.pictures} pictures of ${cache.pictureSize} px`,
      `${(cache.bytes / 1e6).toFixed(1)} MB`,
      ...(cache.posterior === 'sample' ? ['posterior samples'] : []),
      ...(cache.flip ? ['with mirror images'] : []),
      ...(cache.precision === 'half' ? ['half precision'] : []),
      ...(cache.complete ? [] : ['not complete']),
      ...(cache.upToDate ? [] : ['of other pictures than now']),
      ...(cache.retried > 0 ? [`${cache.retried} done again in float32`] : []),
      ...(cache.leftOut.length > 0 ? [`${cache.leftOut.length} left out`] : []),
      ...(cache.usedBy.length > 0 ? [`used by ${cache.usedBy.join(', ')}`] : []),
    ];
    return `${cache.chosen ? '*' : ' '} ${cache.key}  ${cache.vae.name}: ${facts.join(', ')}`;
  };
  return [...caches.map(row), '* training starts from this one'].join('\n');
}

/** As many of the worst pictures as a person looks at. */
const fewPictures = 5;

export function describeWorst(pictures: readonly PictureRow[]): string {
  if (pictures.length === 0) return 'No picture has values beyond the outer fences.';
  const rows = pictures.slice(0, fewPictures).map(({ source, outerCount, share, worst }) => {
    const furthest = worst === null ? '' : `, z up to ${Math.abs(worst.z).toFixed(1)}`;
    return `  ${source}: ${outerCount} (${percent(share, 1)} of its values${furthest})`;
  });
  return [`${pictures.length} pictures have values beyond the outer fences; the worst:`, ...rows].join('\n');
}

export function describeLatents({ pictures, channels, normalisedStd, sanity }: LatentStatistics): string {
  const number = (value: number) => value.toFixed(3).padStart(9);
  const share = (value: number) => percent(value, 3).padStart(10);
  const rows = channels.map(
    (c) =>
      `${String(c.channel).padStart(7)} ${[c.mean, c.std, c.min, c.q1, c.median, c.q3, c.max, c.mad, c.kurtosis].map(number).join('')} ${share(c.innerShare)} ${share(c.outerShare)}`,
  );
  const head =
    'channel      mean      std      min       q1   median       q3      max      mad kurtosis  inner      outer';
  return [
    `${pictures} pictures; standard deviation after normalisation ${normalisedStd.toFixed(4)}`,
    head,
    ...rows,
    ...(sanity ? [sanity.words] : []),
    'inner, outer: share beyond Tukey’s fences (a bell curve has 0.698 % and 0.0002 %)',
  ].join('\n');
}
