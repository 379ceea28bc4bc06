/** Outliers from a terminal: planted pictures are the worst, and what an older set lacks is computed when somebody asks. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Random } from '../../main/base/random.ts';
import { nobody } from '../../main/cli/context.ts';
import type * as nodeStudio from '../../main/cli/node-studio.ts';
import { measureChannels, measureHere } from '../../main/latents/measure/measure.ts';
import type { RowMemory } from '../../main/latents/measure/row-kernel.ts';
import type { OpenMeasurer } from '../../main/latents/measure/measure.ts';
import { ShardRows } from '../../main/latents/measure/rows.ts';
import { readManifest } from '../../main/latents/store.ts';
import type * as channelThreads from '../../main/workers/channel-threads.ts';
import { readCsv } from '../support/csv.ts';
import { newHome, runCommand } from '../support/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-latents-'));
const home = newHome();
const pictures = join(root, 'pictures');
const project = join(root, 'p.cauchy');
afterAll(() => [root, home].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function succeeds(...args: string[]) {
  const result = await runCommand(home, args);
  expect(result.last, result.stderr).toMatchObject({ type: 'result' });
  return result;
}

const size = 64;
const count = 200;
/** The white square: 16 pixels, which are the cells 3 and 4 of 8 in both directions. */
const [from, to] = [24, 40];
async function draw(name: string, grey: (x: number, y: number) => number): Promise<void> {
  const at = (i: number) => [Math.floor(i / 3) % size, Math.floor(i / 3 / size)] as const;
  const rgb = Uint8Array.from({ length: 3 * size * size }, (_, i) => Math.round(grey(...at(i))));
  await sharp(rgb, { raw: { width: size, height: size, channels: 3 } }).toFile(join(pictures, name));
}

beforeAll(async () => {
  mkdirSync(pictures);
  for (let i = 0; i < count - 2; i++) {
    const random = new Random({ seed: 1, stream: 'test', index: i });
    const [a, b, c] = [random.uniform(-0.6, 0.6), random.uniform(-0.6, 0.6), random.uniform(90, 160)];
    await draw(`soft ${i}.png`, (x, y) => c + a * (x - 32) + b * (y - 32) + random.normal(0, 3));
  }
  await draw('square.png', (x, y) => (x >= from && x < to && y >= from && y < to ? 255 : 0));
  // As fine as the cells: of a finer one this VAE sees the mean.
  await draw('checkerboard.png', (x, y) => ((Math.floor(x / 8) + Math.floor(y / 8)) % 2 === 0 ? 255 : 0));
  await succeeds('import', pictures, '--project', project, '--size', String(size));
  await succeeds('encode', '--project', project);
}, 120_000);

interface Shown {
  readonly channels: Readonly<Record<string, number>>[];
  readonly outliers: { picture: string; channel: number; row: number; col: number; value: number; z: number }[];
  readonly pictures: { picture: string; outer_count: number; share: number }[];
}
const latentsFolder = () =>
  join(
    project,
    'latents',
    readdirSync(join(project, 'latents')).find((name) => !name.includes('.'))!,
  );

it('planted pictures are the worst, and the most extreme value is where the pattern is', async () => {
  const { last, lines } = await succeeds('latents', '--project', project);
  expect(lines.filter(({ type }) => type === 'progress')).toEqual([]);
  const { channels, outliers, pictures: worst } = last as unknown as Shown;
  expect(
    worst
      .slice(0, 2)
      .map(({ picture }) => picture)
      .sort(),
  ).toEqual(['checkerboard.png', 'square.png'].map((name) => join(pictures, name)));
  // The next one has a tenth of their share at most.
  expect(worst[2]!.share).toBeLessThan(worst[1]!.share / 10);
  expect(worst[0]!.share).toBe(worst[0]!.outer_count / 256);
  expect(outliers).toHaveLength(20);
  const ofSquare = outliers.find(({ picture }) => picture.endsWith('square.png'))!;
  expect([3, 4]).toContain(ofSquare.row);
  expect([3, 4]).toContain(ofSquare.col);
  const { median, mad } = channels[ofSquare.channel]!;
  expect(ofSquare.z).toBeCloseTo((0.6745 * (ofSquare.value - median!)) / mad!, 9);
  expect(channels).toHaveLength(4);
  const fields = [
    'n',
    'mean',
    'sd',
    'q1',
    'median',
    'q3',
    'mad',
    'min',
    'max',
    'kurtosis',
    'inner_share',
    'outer_share',
  ];
  for (const channel of channels) for (const field of fields) expect(channel[field], field).toEqual(expect.any(Number));
  const all = channels.reduce((sum, { n, outer_share }) => sum + n! * outer_share!, 0);
  expect(worst.reduce((sum, { outer_count }) => sum + outer_count, 0)).toBe(Math.round(all));

  const few = (await succeeds('latents', '--project', project, '--outliers', '3')).last as unknown as Shown;
  expect(few.outliers).toEqual(outliers.slice(0, 3));
});

interface Explained {
  readonly worst: { channel: number; row: number; col: number; value: number; z: number };
  readonly tags: { kind: string; where: string; evidence: number; words: string }[];
  readonly check: {
    stored: { value: number; z: number };
    isSame: boolean;
    blurred: { cells: number; z: number }[];
    verdict: string;
  };
}

it('why a picture’s most extreme value is so: by rules, and by blurring its place', async () => {
  const { outliers } = (await succeeds('latents', '--project', project)).last as unknown as Shown;
  const ask = ['latents', '--project', project, '--causes', join(pictures, 'square.png')];
  const { last, lines, stderr } = await succeeds(...ask, '--check');
  const { worst, tags, check } = last as unknown as Explained;
  const ofSquare = outliers.find(({ picture }) => picture.endsWith('square.png'))!;
  expect({ ...worst, picture: ofSquare.picture }).toEqual(ofSquare);
  expect(tags[0]).toMatchObject({ kind: 'flat', where: 'place' });
  expect(check).toMatchObject({ stored: { value: worst.value, z: worst.z }, isSame: true, verdict: 'local' });
  expect(check.blurred.map(({ cells }) => cells)).toEqual([1, 3, 5]);
  expect(Math.min(...check.blurred.map(({ z }) => Math.abs(z / worst.z)))).toBeLessThan(0.5);
  expect(lines.find(({ type }) => type === 'progress')).toMatchObject({ kind: 'cause', title: 'Checking a cause' });
  expect(stderr).not.toMatch(/Error/);

  const quiet = (await succeeds(...ask)).last as unknown as Partial<Explained>;
  expect(quiet).toEqual({ ...last, check: undefined });
  const unknown = await runCommand(home, ['latents', '--project', project, '--causes', 'gone.png']);
  expect(unknown.last).toMatchObject({ type: 'error', code: 'dataset.unknownPictures' });
});

it('what a set of an older version lacks is computed when somebody asks, which a job says', async () => {
  const before = (await succeeds('latents', '--project', project)).last;
  const folder = latentsFolder();
  const path = join(folder, 'statistics.json');
  const stored = JSON.parse(readFileSync(path, 'utf8')) as { channels: Record<string, unknown>[] };
  const channels = stored.channels.map(({ mad: _, orderError: _e, ...channel }) => channel);
  writeFileSync(path, JSON.stringify({ ...stored, schemaVersion: 1, channels }));
  rmSync(join(folder, 'outliers.json'));
  rmSync(join(folder, 'outliers.safetensors'));
  const { last, lines } = await succeeds('latents', '--project', project);
  expect(last).toEqual(before);
  expect(lines.find(({ type }) => type === 'progress')).toMatchObject({ kind: 'measure', title: 'Measuring latents' });
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ schemaVersion: 2 });
});

/** Threads are started from what is built. */
async function builtThreads() {
  const built = resolve(import.meta.dirname, '..', '..', 'dist', 'main', 'workers', 'channel-threads.js');
  return (await import(built)) as typeof channelThreads;
}

it('any number of threads gives the same numbers', async () => {
  const folder = latentsFolder();
  const manifest = (await readManifest(folder))!;
  const { measureInThreads } = await builtThreads();
  for (const mostExact of [0, Infinity]) {
    const measure = (open: OpenMeasurer) =>
      measureChannels(new ShardRows(folder, manifest), { mostExtremes: 100, mostExact, open });
    const alone = await measure(measureHere);
    for (const threads of [1, 2, 3]) expect(await measure((work) => measureInThreads(work, threads))).toEqual(alone);
  }
});

it.each(['when it starts', 'while it measures'])(
  'a thread that fails %s is heard of, and nobody waits for it',
  async (when) => {
    const folder = latentsFolder();
    const rows = new ShardRows(folder, (await readManifest(folder))!);
    const { measureInThreads } = await builtThreads();
    // Memory that there is not, of one channel.
    const open: OpenMeasurer = (work) => {
      const broken = work.tasks.then((tasks) =>
        tasks.map((task, i) => {
          if (i !== 1) return task;
          return {
            ...task,
            memory: (when === 'when it starts' ? {} : { ...task.memory, found: undefined }) as RowMemory,
          };
        }),
      );
      return measureInThreads({ ...work, tasks: broken }, 2);
    };
    await expect(measureChannels(rows, { mostExtremes: 10, mostExact: 0, open })).rejects.toThrow(/undefined/);
  },
);

it('pixels of the same pictures are measured by the engine, and kept', async () => {
  const built = resolve(import.meta.dirname, '..', '..', 'dist', 'main', 'cli', 'node-studio.js');
  const { createNodeStudio } = (await import(built)) as typeof nodeStudio;
  process.env['CAUCHY_HOME'] = join(home, 'studio');
  const studio = await createNodeStudio('a test');
  onTestFinished(() => studio.close());
  await studio.session.openProject(project);
  const { handlers } = studio;
  expect(await handlers['latents.pixelStatistics']({}, nobody)).toBeNull();
  const { job } = await handlers['latents.measurePixels']({}, nobody);
  const state = () => studio.session.jobs.list().find(({ id }) => id === job);
  await expect.poll(() => state()?.status, { timeout: 60_000 }).toBe('done');
  expect(state()).toMatchObject({ kind: 'pixels', done: count, total: count, unit: 'pictures' });
  const statistics = (await handlers['latents.pixelStatistics']({}, nobody))!;
  // Shaped copies are of the size that was drawn, and PNGs lose nothing.
  const sums = [0, 0, 0];
  for (const name of readdirSync(pictures)) {
    const rgb = await sharp(join(pictures, name)).raw().toBuffer();
    rgb.forEach((level, i) => (sums[i % 3]! += level / 127.5 - 1));
  }
  const n = count * size * size;
  expect(statistics.channels.map(({ n: values, min, max }) => [values, min, max])).toEqual(Array(3).fill([n, -1, 1]));
  expect(statistics.channels.map(({ mean }) => mean)).toBeAllClose(
    sums.map((sum) => sum / n),
    { rtol: 0, atol: 1e-7, because: 'levels are float32' },
  );

  // What a window exports, a window may fetch, and nothing beside it.
  for (const format of ['html', 'json', 'csv'] as const) {
    const { files } = await handlers['latents.export']({ format }, nobody);
    expect(files).toHaveLength(format === 'csv' ? 4 : 1);
    for (const { file, bytes } of files) {
      expect(await studio.resolveFile(file)).toBe(join(realpathSync(project), file));
      expect(readFileSync(join(project, file))).toHaveLength(bytes);
    }
  }
  expect(await studio.resolveFile('exports/../project.json')).toBeUndefined();
});

it('a report and tables are written where the terminal says, with the numbers that it prints', async () => {
  rmSync(join(latentsFolder(), 'pixels.json'), { force: true });
  const [report, csv] = [join(root, 'out', 'report.html'), join(root, 'tables')];
  const { last, lines } = await succeeds('latents', '--project', project, '--report', report, '--csv', csv, '--pixels');
  expect(last).toMatchObject({ report, csv });
  // Pixels are measured for that, once.
  expect(lines.find(({ type }) => type === 'progress')).toMatchObject({ kind: 'pixels' });
  const again = await succeeds('latents', '--project', project, '--report', report, '--pixels');
  expect(again.lines.filter(({ type }) => type === 'progress')).toEqual([]);
  const page = readFileSync(report, 'utf8');
  for (const words of ['<strong>square.png</strong>', '<strong>checkerboard.png</strong>', 'Pixels and latents on one'])
    expect(page).toContain(words);
  const printed = (await succeeds('latents', '--project', project)).last as unknown as Shown;
  const table = (name: string) => {
    const [columns, ...rows] = readCsv(readFileSync(join(csv, name), 'utf8'));
    return rows.map((row) => Object.fromEntries(columns!.map((column, i) => [column, row[i]!])));
  };
  for (const field of ['n', 'mean', 'sd', 'q1', 'median', 'q3', 'mad', 'min', 'max', 'kurtosis', 'inner_share'])
    expect(table('channels.csv').map((row) => Number(row[field]))).toEqual(printed.channels.map((row) => row[field]));
  expect(table('pictures.csv').map(({ picture, outer_count }) => [picture, Number(outer_count)])).toEqual(
    printed.pictures.map(({ picture, outer_count }) => [picture, outer_count]),
  );
  expect(readdirSync(csv).sort()).toEqual(['channels.csv', 'outliers.csv', 'pictures.csv', 'pixels.csv']);
});
