/** The fake's exports: the studio's own files, made of what the fake says. */
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import { jsonOf } from '../../../main/latents/exports/described.ts';
import { tablesOf } from '../../../main/latents/exports/tables.ts';
import { reportPage, worstInReport } from '../../../main/latents/report/page.ts';
import type { OutlierFilter } from '../studio.ts';
import type { FakeLab, fakeOutlierHandlers } from './outlier-handlers.ts';
import { faceUrl } from './pictures.ts';
import { pixelStatistics } from './pixels.ts';

const types = { html: 'text/html', json: 'application/json', csv: 'text/csv' } as const;
const nobody = { signal: new AbortController().signal, progress: () => undefined as never };

export function fakeExportHandlers(
  lab: FakeLab,
  outliers: ReturnType<typeof fakeOutlierHandlers>,
): Pick<Handlers<StudioContract>, 'latents.export'> {
  const { world } = lab;
  const rowsOf = async (filter: OutlierFilter) =>
    (await outliers['latents.outliers']({ filter, offset: 0, limit: 500 }, nobody)).rows;
  return {
    'latents.export': async ({ format }) => {
      const { name, path, pictures, pictureSettings } = world.project!;
      const filter: OutlierFilter = { beyond: 'outer' };
      const latents = {
        ...{ project: name, version: '0.1.0', exportedAt: new Date().toISOString(), vae: 'starter' },
        ...{ pictureSize: pictureSettings?.size ?? 64, statistics: lab.outliers().statistics },
        pixels: world.pixelsMeasured ? pixelStatistics(pictures.used) : undefined,
        outliers: await rowsOf({}),
        pictures: (await outliers['latents.outlierPictures']({ filter, offset: 0, limit: 500 }, nobody)).rows,
      };
      const report = async () =>
        reportPage({
          ...latents,
          positions: await outliers['latents.positions']({}, nobody),
          adjusted: world.project!.adjusted ?? { leftOut: 0, weighed: 0, reframed: 0, clipped: 0 },
          worst: await Promise.all(
            latents.pictures.slice(0, worstInReport).map(async (row) => {
              return {
                row,
                image: world.files.get(row.file) ?? faceUrl(parseInt(row.id, 16)),
                cells: await rowsOf({ picture: row.id, beyond: 'outer' }),
              };
            }),
          ),
        });
      const made =
        format === 'csv'
          ? tablesOf(latents).map((table) => ({ file: `exports/latents/${table.name}`, text: table.text }))
          : [{ file: `exports/latents.${format}`, text: format === 'json' ? jsonOf(latents) : await report() }];
      for (const { file, text } of made)
        world.files.set(file, URL.createObjectURL(new Blob([text], { type: types[format] })));
      return {
        absolutePath: `${path}/${format === 'csv' ? 'exports/latents' : made[0]!.file}`,
        files: made.map(({ file, text }) => ({ file, bytes: new Blob([text]).size })),
      };
    },
  };
}
