/** Statistics and outliers as scripts read them, from the terminal and from files: field names with `_`, a picture is the path that it was imported from. */
import type { OutlierPage, OutlierPictures } from '../outlier-schema.ts';
import type { LatentStatistics, PixelStatistics } from '../schema.ts';
import { colourNames } from '../views/compare-pixels.ts';

export type OutlierRow = OutlierPage['rows'][number];
export type OutlierPictureRow = OutlierPictures['rows'][number];

/** One set of latents with everything that is exported of it. Pure data: it can be described anywhere. */
export interface ExportedLatents {
  /** The project's name. */
  readonly project: string;
  /** The studio's. */
  readonly version: string;
  readonly exportedAt: string;
  readonly vae: string;
  readonly pictureSize: number;
  readonly encodedAt?: string | undefined;
  readonly statistics: LatentStatistics;
  /** Undefined before they were measured. */
  readonly pixels?: PixelStatistics | undefined;
  /** All that the index lists, the most extreme first. */
  readonly outliers: readonly OutlierRow[];
  /** All with values beyond the outer fences, the largest share first. */
  readonly pictures: readonly OutlierPictureRow[];
}

/** Statistics of channels under the names that scripts know besides the studio's own. */
const describedChannels = (channels: LatentStatistics['channels']) =>
  channels.map((channel) => ({
    ...channel,
    ...{ sd: channel.std, inner_share: channel.innerShare, outer_share: channel.outerShare },
  }));

export function describedFields(
  { channels }: Pick<LatentStatistics, 'channels'>,
  outliers: readonly OutlierRow[],
  pictures: readonly OutlierPictureRow[],
) {
  return {
    channels: describedChannels(channels),
    outliers: outliers.map(({ source: picture, channel, row, col, value, z }) => {
      return { picture, channel, row, col, value, z };
    }),
    pictures: pictures.map(({ source: picture, outerCount, share }) => ({ picture, outer_count: outerCount, share })),
  };
}

/** The whole as one JSON text; numbers as they were computed. */
export function jsonOf({ statistics, pixels, outliers, pictures, ...about }: ExportedLatents): string {
  const { project, version, exportedAt, vae, pictureSize, encodedAt } = about;
  const described = {
    ...{ program: 'Cauchy Studio', version, exported_at: exportedAt, project, vae, picture_size: pictureSize },
    ...(encodedAt === undefined ? {} : { encoded_at: encodedAt }),
    ...statistics,
    encoded_pictures: statistics.pictures,
    ...describedFields(statistics, outliers, pictures),
    pixels: pixels
      ? describedChannels(pixels.channels).map((channel, i) => ({ ...channel, name: colourNames[i]!.toLowerCase() }))
      : null,
  };
  return `${JSON.stringify(described, undefined, 1)}\n`;
}
