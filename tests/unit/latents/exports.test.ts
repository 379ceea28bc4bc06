/** What is exported says what the statistics say, digit by digit; the report holds nothing that could act or call out. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { studioContract } from '../../../main/api/contract/contract.ts';
import { exportLatents } from '../../../main/api/handlers/latent-export.ts';
import { LatentLab } from '../../../main/api/handlers/latent-lab.ts';
import type { Session } from '../../../main/api/handlers/session.ts';
import type { Work } from '../../../main/api/handlers/work.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { loadPicture } from '../../../main/datasets/manifest.ts';
import { countLevels } from '../../../main/latents/pixels.ts';
import { completeLatents } from '../../../main/latents/caches.ts';
import { finishLatents } from '../../../main/latents/finish.ts';
import { readAllLatents } from '../../../main/latents/reader.ts';
import { latentsFolder, writeShard } from '../../../main/latents/store.ts';
import type { ExportFormat } from '../../../main/latents/exports/schema.ts';
import type { LatentStatistics } from '../../../main/latents/schema.ts';
import { pixelsJob } from '../../../main/workers/pixels-job.ts';
import { readCsv } from '../../support/csv.ts';
import { drawnProject } from '../../support/encoding.ts';
import { fillDisk, mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';
import { temporaryFolder } from '../../support/folders.ts';

/** More than the report shows. */
const withOutliers = 14;
const everything = { filter: {}, offset: 0, limit: 20_000 };

/** Gives some pictures values that are far out: these have none. */
async function plant(project: string): Promise<void> {
  const manifest = await completeLatents(project);
  const folder = latentsFolder(project, manifest.key);
  const latents = await readAllLatents(folder, manifest);
  const dimensions = latents.length / 24;
  for (let i = 0; i < withOutliers; i++)
    for (let far = 0; far <= i; far++) latents[i * dimensions + 3 * far] = (far % 2 ? -1 : 1) * (40 + i + far / 7);
  await writeShard(folder, manifest.shards[0]!.file, latents, manifest);
  await finishLatents(folder, { ...manifest, complete: false }, () => new Date(0));
}

/** Drawn pictures that are encoded, with their pixels measured. */
async function rig() {
  const { project, ids, encode, operate } = await drawnProject(24);
  await encode();
  await operate({ kind: 'weigh', pictures: ids.slice(0, 2), weight: 0.5 });
  await plant(project);
  const { key } = await completeLatents(project);
  type Counted = { readonly picture: Parameters<typeof loadPicture>[1] };
  const countOf = async ({ picture }: Counted) => ({ counts: countLevels(await loadPicture(project, picture)) });
  const signal = new AbortController().signal;
  await pixelsJob(
    { decoder: localDecoder(1), pictures: () => ({ countLevels: countOf }) },
    { project, key, signal, onProgress: () => undefined },
  );
  const session = { project: { path: project, file: { name: 'Faces <b>&' } } } as unknown as Session;
  const lab = new LatentLab(session, undefined as unknown as Work);
  return {
    ...{ lab, statistics: (await lab.statistics())!, pixels: (await lab.pixels())! },
    exported: (format: ExportFormat, path?: string) => exportLatents(session, lab, { format, path }),
  };
}

describe('statistics as JSON', () => {
  it('are those of the set, under the names that the terminal has', async () => {
    const { lab, statistics, pixels, exported } = await rig();
    const result = await exported('json');
    expect(studioContract.methods['latents.export'].output.parse(result)).toEqual(result);
    const text = await readFile(result.absolutePath, 'utf8');
    expect(result.files).toEqual([
      { file: expect.stringMatching(/^exports\/latents-[^/]+\.json$/) as string, bytes: Buffer.byteLength(text) },
    ]);
    const read = JSON.parse(text) as Record<string, unknown>;
    expect(read).toMatchObject({ program: 'Cauchy Studio', project: 'Faces <b>&', vae: 'starter', picture_size: 32 });
    expect(read['channels']).toEqual(
      statistics.channels.map((channel) => ({
        ...channel,
        ...{ sd: channel.std, inner_share: channel.innerShare, outer_share: channel.outerShare },
      })),
    );
    const { rows } = await lab.outliers(everything);
    expect(rows.length).toBeGreaterThan(20);
    expect(read['outliers']).toEqual(
      rows.map(({ source, channel, row, col, value, z }) => ({ picture: source, channel, row, col, value, z })),
    );
    const worst = await lab.pictures({ ...everything, filter: { beyond: 'outer' } });
    expect(worst.rows).toHaveLength(withOutliers);
    expect(read['pictures']).toEqual(
      worst.rows.map(({ source, outerCount, share }) => ({ picture: source, outer_count: outerCount, share })),
    );
    expect(read['encoded_pictures']).toBe(24);
    expect(read['pixels']).toMatchObject(
      pixels.channels.map(({ mean, n }, i) => ({ name: ['red', 'green', 'blue'][i], mean, n })),
    );
  });
});

describe('tables', () => {
  it('read back are the statistics, the outliers and the pictures, to the last digit', async () => {
    const { lab, statistics, pixels, exported } = await rig();
    const { absolutePath, files } = await exported('csv');
    expect(files.map(({ file }) => file.slice(file.lastIndexOf('/') + 1))).toEqual([
      ...['channels.csv', 'outliers.csv', 'pictures.csv', 'pixels.csv'],
    ]);
    const table = async (name: string) => {
      const [columns, ...rows] = readCsv(await readFile(join(absolutePath, name), 'utf8'));
      return rows.map((row) => Object.fromEntries(columns!.map((column, i) => [column, row[i]!])));
    };
    const numbersOf = (row: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([name]) => name !== 'channel')
          .map(([name, value]) => [name, Number(value)]),
      );
    const expected = ({
      n,
      mean,
      std,
      min,
      q1,
      median,
      q3,
      max,
      mad,
      kurtosis,
      ...rest
    }: LatentStatistics['channels'][number]) => ({
      ...{ n, mean, sd: std, min, q1, median, q3, max, mad, kurtosis },
      ...{ inner_low: rest.innerFences[0], inner_high: rest.innerFences[1] },
      ...{ outer_low: rest.outerFences[0], outer_high: rest.outerFences[1] },
      ...{ inner_share: rest.innerShare, outer_share: rest.outerShare },
    });
    expect((await table('channels.csv')).map(numbersOf)).toEqual(statistics.channels.map(expected));
    const colours = await table('pixels.csv');
    expect(colours.map(({ channel }) => channel)).toEqual(['red', 'green', 'blue']);
    expect(colours.map(numbersOf)).toEqual(pixels.channels.map(expected));
    const { rows } = await lab.outliers(everything);
    expect(
      (await table('outliers.csv')).map((row) => [row['picture'], Number(row['value']), Number(row['z'])]),
    ).toEqual(rows.map(({ source, value, z }) => [source, value, z]));
    const worst = await lab.pictures({ ...everything, filter: { beyond: 'outer' } });
    expect(await table('pictures.csv')).toEqual(
      worst.rows.map(({ source, outerCount, innerCount, share }) => ({
        picture: source,
        ...{ outer_count: String(outerCount), inner_count: String(innerCount), share: String(share) },
      })),
    );
  });
});

describe('files', () => {
  it('go where the person says, replace what is there, and are whole or absent', async () => {
    const { lab, exported } = await rig();
    const folder = await temporaryFolder();
    const path = join(folder, 'deeper', 'report.html');
    await mkdir(dirname(path));
    await writeFile(path, 'old');
    expect((await exported('html', path)).absolutePath).toBe(path);
    const page = await readFile(path, 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).toContain('Latents of Faces &lt;b&gt;&amp;');
    expect(page).toContain('2 pictures with less weight in training');
    expect(page).toContain('Pixels and latents on one scale');
    const worst = (await lab.pictures({ ...everything, filter: { beyond: 'outer' } })).rows.slice(0, 12);
    expect(page.match(/<image href="data:image\/png;base64,iVBOR/g)).toHaveLength(12);
    for (const { source } of worst) expect(page).toContain(`<strong>${source.split(/[/\\]/).at(-1)}`);
    expect(await readdir(dirname(path))).toEqual(['report.html']);
    // A file is where the folder would be.
    await expect(exported('csv', join(path, 'tables'))).rejects.toMatchObject({
      code: expect.stringMatching(/^storage\./) as string,
    });
    expect(await readdir(dirname(path))).toEqual(['report.html']);
  });

  it('that a full disk has no room for are refused in the usual words, and nothing is left of them', async (context) => {
    const disk = mountSmallDisk(join(await temporaryFolder(), 'disk'), '64k');
    if (!disk) return context.skip(whyNoSmallDisk);
    const { exported } = await rig();
    try {
      fillDisk(join(disk.folder, 'filler'));
      await expect(exported('html', join(disk.folder, 'report.html'))).rejects.toMatchObject({
        code: 'storage.diskFull',
      });
      expect(await readdir(disk.folder)).toEqual(['filler']);
    } finally {
      disk.unmount();
    }
  });
});
