import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gridPngTextSchema, picturePngTextSchema, pngKeyword } from '../../main/generation/schema.ts';
import { pngText } from '../../main/storage/png-text.ts';
import { writeBrokenPictures, writePictures } from '../support/pictures.ts';
import { fillDisk, mountSmallDisk, whyNoSmallDisk } from '../support/small-disk.ts';
import { newHome, runCommand, startCommand } from '../support/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-terminal å #1 '));
const home = newHome();
const pictures = join(root, 'pictures');
const project = join(root, 'My Faces.cauchy');
const configFile = join(root, 'tiny.json');
/** The same with a checkpoint every few steps. */
const oftenFile = join(root, 'often.json');
const cauchy = (...args: string[]) => runCommand(home, args);
const start = (...args: string[]) => startCommand(home, args);
/** A command that must succeed; when it does not, the test says with which words. */
async function succeeds(...args: string[]) {
  const result = await cauchy(...args);
  expect(result.last, `${args.join(' ')}: ${JSON.stringify(result.last)} ${result.stderr}`).toMatchObject({
    type: 'result',
  });
  expect(result.code).toBe(0);
  return result;
}
afterAll(() => [root, home].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

beforeAll(async () => {
  await writePictures(pictures, 60);
  await writeBrokenPictures(join(pictures, 'broken'));
  const network = { kind: 'dit', patch: 2, width: 32, depth: 1, heads: 2 };
  const config = {
    network,
    // The folders “deep” and “å漢字 100% #1”; most pictures lie in neither.
    classes: { kind: 'folders' },
    batchSize: 8,
    length: { kind: 'steps', steps: 30 },
    optimiser: { learningRate: 0.001 },
  };
  writeFileSync(configFile, JSON.stringify({ ...config, sampleSheets: 2 }));
  writeFileSync(oftenFile, JSON.stringify({ ...config, sampleSheets: 0, checkpointMinutes: 0.005 }));
});

const ofRun = ['--project', project, '--run', 'run-001'];

// Each step stands on the one before, as a person's session does.
describe('from a folder of pictures to a grid', () => {
  it('import: every file is accounted for, the broken ones with a reason', async () => {
    const { code, last, stderr } = await succeeds('import', pictures, '--project', project, '--size', '64');
    expect(stderr).not.toContain('Warning');
    expect(last).toMatchObject({ type: 'result', counts: { used: 60, quarantined: 5, duplicates: 0 } });
    expect(last['classes']).toEqual([
      { name: 'deep', pictures: 7 },
      { name: 'å漢字 100% #1', pictures: 12 },
    ]);
    const refused = last['quarantined'] as { source: string; reason: string }[];
    expect(refused.map(({ source }) => source.split('/').at(-1)).sort()).toEqual([
      'a text.png',
      'cut off.jpg',
      'cut off.png',
      'empty.jpg',
      'noise.jpg',
    ]);
    for (const { reason } of refused) expect(reason.length).toBeGreaterThan(10);
    expect(code).toBe(0);
  });

  it('importing again decodes nothing anew', async () => {
    const { last } = await succeeds('import', pictures, '--project', project);
    expect(last).toMatchObject({ counts: { used: 60 }, added: { used: 0, known: expect.any(Number) as number } });
  });

  it('encode and latents: normalised to 0.5, four channels', async () => {
    expect((await succeeds('encode', '--project', project, '--vae', 'starter')).last).toMatchObject({
      type: 'result',
      pictures: 60,
      shape: [4, 8, 8],
    });
    const { last } = await succeeds('latents', '--project', project);
    expect(last['normalisedStd']).toBeCloseTo(0.5, 3);
    const channels = last['channels'] as { n: number; q1: number; median: number; q3: number }[];
    expect(channels).toHaveLength(4);
    for (const { n, q1, median, q3 } of channels) expect(n === 60 * 64 && q1 < median && median < q3).toBe(true);
  });

  it('latents side by side: encoded in another way, listed, chosen and deleted', async () => {
    const encoded = await succeeds('encode', '--project', project, '--posterior', 'sample', '--flip');
    expect(encoded.last).toMatchObject({ pictures: 60, copies: 2, reused: 0, encoded: 60, left_out: [] });
    expect(encoded.last['idle_share']).toBeGreaterThanOrEqual(0);
    const other = String(encoded.last['key']);
    const { last } = await succeeds('latents', '--project', project, '--list');
    expect(last['caches']).toMatchObject([
      { key: other, posterior: 'sample', flip: true, complete: true, upToDate: true, chosen: true },
      { posterior: 'mean', flip: false, chosen: false },
    ]);
    const { key } = (last['caches'] as { key: string }[])[1]!;
    const left = await succeeds('latents', '--project', project, '--use', key, '--delete', other);
    expect(left.last['caches']).toMatchObject([{ key, chosen: true }]);
  });

  it('pictures: what an operation would do, doing it without encoding anything twice, and undoing it', async () => {
    const { last: page } = await succeeds('pictures', 'operations', '--project', project);
    expect(page).toMatchObject({ operations: [], pictures: { used: 60, leftOut: 0 } });
    const [photo, other] = ['photo_1.jpg', 'photo_2.jpg'].map((name) => join(pictures, name)) as [string, string];
    const { last: said } = await succeeds('pictures', '--project', project, 'leave-out', photo, '--preview');
    expect(said).toMatchObject({ before: { pictures: 60 }, after: { pictures: 59, unencoded: 0 } });
    await succeeds('pictures', '--project', project, 'leave-out', photo);
    await succeeds('pictures', 'pad', other, '--background', '#000000', '--project', project);
    const { last: encoded } = await succeeds('encode', '--project', project);
    expect(encoded).toMatchObject({ pictures: 59, encoded: 1, reused: 58 });
    await succeeds('pictures', 'undo', '1', '--project', project);
    const { last } = await succeeds('pictures', 'undo', '2', '--project', project);
    const words = (last['operations'] as { words: string; inForce: boolean }[]).map(
      (row) => `${row.words}, ${row.inForce}`,
    );
    expect(words).toEqual([
      'Left out: photo_1.jpg, false',
      'Shown whole, on #000000: photo_2.jpg, false',
      'Undone: Left out: photo_1.jpg, true',
      'Undone: Shown whole, on #000000: photo_2.jpg, true',
    ]);
    expect(last).toMatchObject({ pictures: { used: 60, leftOut: 0, reframed: 0 } });
  });

  it('vae: what there is, and how well one gives the pictures back', async () => {
    const { last: list } = await succeeds('vae', 'list');
    expect(list).toMatchObject({ vaes: [{ name: 'starter', origin: 'shipped' }], damaged: [] });
    expect((list['downloads'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'sd-vae-ft-ema',
      'sd-vae-ft-mse',
      'taesd',
    ]);
    const { last } = await succeeds('vae', 'check', '--project', project, '--vae', 'starter', '--most', '4');
    expect(last).toMatchObject({ pictures: 4, of_pictures: 60, vae: { name: 'starter' } });
    const rows = last['rows'] as { psnr: number; ssim: number }[];
    expect(last['psnr_mean']).toBeCloseTo(rows.reduce((sum, { psnr }) => sum + psnr, 0) / 4, 9);
    expect(last['ssim_mean']).toBeCloseTo(rows.reduce((sum, { ssim }) => sum + ssim, 0) / 4, 9);
  });

  it('train: metrics, sample sheets from step 0 on, and a checkpoint', async () => {
    const { last, code } = await succeeds('train', '--project', project, '--config', configFile);
    expect(last).toMatchObject({ type: 'result', run: 'run-001', status: 'finished', steps: 30, skipped: 0 });
    expect(code).toBe(0);
    const run = join(project, 'runs', 'run-001');
    expect(readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(30);
    expect(readdirSync(join(run, 'samples')).filter((name) => name.endsWith('.png'))).toHaveLength(6);
    expect(readdirSync(join(run, 'checkpoints'))).toEqual(['step-000000030']);
  });

  it('latents --residuals: student − teacher at each discretisation step, and what each loss makes of it', async () => {
    const measured = await succeeds('latents', '--project', project, '--residuals', '--run', 'run-001');
    const { residuals, lens, ...about } = measured.last;
    // 640 intervals of noise in the last of 30 steps; 192 samples of 4 × 8 × 8.
    expect(about).toMatchObject({ run: 'run-001', step: 30, levels: 641, pictures: 192 });
    const rows = residuals as Record<string, number>[];
    expect(rows).toHaveLength(21);
    expect(rows.map(({ sigma }) => sigma)).toEqual(rows.map(({ sigma }) => sigma).toSorted((a, b) => b! - a!));
    for (const row of rows) {
      expect(row['n']).toBe(192 * 256);
      expect(row['q1']! < row['median']! && row['median']! < row['q3']! && row['sd']! > 0).toBe(true);
      expect(row['outer_share']! <= row['inner_share']! && Number.isFinite(row['kurtosis'])).toBe(true);
    }
    const { c, losses } = lens as { c: number; losses: Record<string, number | string | boolean>[] };
    expect(c).toBeCloseTo(Math.exp(-1.15 * Math.log(640) - 0.85), 9);
    expect(losses.map(({ loss }) => loss)).toEqual(['l2', 'pseudoHuber', 'cauchy', 'gemanMcClure']);
    const top = (loss: string) => losses.find((one) => one['loss'] === loss)!['top_1_percent_share'] as number;
    expect(top('l2')).toBeGreaterThan(top('pseudoHuber'));
    expect(top('pseudoHuber')).toBeGreaterThan(top('cauchy'));
    for (const loss of losses) {
      const shares = ['top_0_1_percent_share', 'top_1_percent_share', 'top_10_percent_share'].map((name) => Number(loss[name])); // prettier-ignore
      expect(shares).toEqual(shares.toSorted((a, b) => a - b));
      expect(Number(loss['suppressed_share']) > 0.2).toBe(loss['warning']);
    }
    // What was measured is not measured again; the newest run is meant where none is named.
    const isMeasuring = (line: Record<string, unknown>) => line['kind'] === 'residuals';
    expect(measured.lines.some(isMeasuring)).toBe(true);
    const again = await succeeds('latents', '--project', project, '--residuals');
    expect(again.last).toEqual(measured.last);
    expect(again.lines.some(isMeasuring)).toBe(false);
  });

  it('sample: the same seed is the same picture in any company, and says where it comes from', async () => {
    const [many, one] = [join(root, 'many'), join(root, 'one')];
    const sample = ['sample', ...ofRun, '--nfe', '2'];
    await succeeds(...sample, '--count', '5', '--seed', '3', '--out', many);
    const { last } = await succeeds(...sample, '--count', '1', '--seed', '5', '--out', one);
    const [file] = last['files'] as [string];
    const pixels = (path: string) => sharp(path).raw().toBuffer();
    expect((await pixels(file)).equals(await pixels(join(many, 'seed-000005-2.png')))).toBe(true);
    const text: unknown = JSON.parse(pngText(readFileSync(file), pngKeyword)!);
    expect(picturePngTextSchema.parse(text)).toMatchObject({ run: 'run-001', step: 30, nfe: 2, seed: 5 });
  });

  it('sample: a class by its name, with guidance and by noise levels; the picture says so', async () => {
    const out = join(root, 'deep ones');
    const sample = ['sample', ...ofRun, '--count', '1', '--seed', '5', '--out', out];
    const asked = ['--sigmas', '80,0.5', '--class', 'deep', '--guidance', '1.5'];
    const { last } = await succeeds(...sample, ...asked);
    expect(last).toMatchObject({ nfe: 2, class: 'deep', guidance: 1.5 });
    const [file] = last['files'] as [string];
    const text: unknown = JSON.parse(pngText(readFileSync(file), pngKeyword)!);
    expect(picturePngTextSchema.parse(text)).toMatchObject({
      nfe: 2,
      sampling: { steps: { kind: 'sigmas', sigmas: [80, 0.5] }, average: 0, class: 0, guidance: 1.5 },
      className: 'deep',
    });
  });

  it('grid: one PNG of the right size that knows its cells', async () => {
    const out = join(root, 'new folder', 'grid.png');
    const { last } = await succeeds('grid', ...ofRun, '--rows', '2', '--cols', '3', '--out', out);
    expect(last).toMatchObject({ width: 192, height: 128, file: out });
    expect(await sharp(out).metadata()).toMatchObject({ width: 192, height: 128, format: 'png' });
    const text = gridPngTextSchema.parse(JSON.parse(pngText(readFileSync(out), pngKeyword)!));
    expect(text.cells.map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

it('leaves nothing in a person’s home but its settings: ONNX Runtime’s telemetry would keep a device id there', () => {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  expect(files.map(({ parentPath, name }) => relative(home, join(parentPath, name)))).toEqual([
    join('studio', 'settings.json'),
  ]);
});

describe('stopping', () => {
  const steps = 400;
  /** What a run leaves: its figures without the clock, and the bytes of its last weights, moments and averages. */
  const traces = (run: string) => {
    const folder = join(project, 'runs', run);
    const rows = readFileSync(join(folder, 'metrics.jsonl'), 'utf8').trim().split('\n');
    const figures = rows.map((row) => {
      const { stepSeconds: _step, seconds: _total, ...rest } = JSON.parse(row) as Record<string, unknown>;
      return rest;
    });
    const state = readFileSync(
      join(folder, 'checkpoints', `step-${String(steps).padStart(9, '0')}`, 'state.safetensors'),
    );
    const residuals = readFileSync(join(folder, 'residuals.jsonl'), 'utf8');
    return { figures, residuals, state: state.toString('base64') };
  };

  it('Ctrl-C saves a checkpoint, and the resumed run ends as one that was never stopped, bit for bit', async () => {
    const args = ['--project', project, '--config', configFile, '--steps', String(steps)];
    const whole = await succeeds('train', ...args);
    expect(whole.last).toMatchObject({ run: 'run-002', status: 'finished' });

    const running = start('train', ...args);
    await running.line((line) => line['kind'] === 'train' && (line['done'] as number) >= 5);
    running.kill('SIGINT');
    const { last, code } = await running.result;
    expect(last).toMatchObject({ type: 'result', run: 'run-003', status: 'stopped' });
    expect(code).toBe(0);
    expect(last['steps']).toBeGreaterThanOrEqual(5);
    expect(last['steps']).toBeLessThan(steps);
    expect(existsSync(join(project, 'project.lock'))).toBe(false);

    const resumed = await succeeds('train', '--project', project, '--resume', 'run-003');
    expect(resumed.last).toMatchObject({ status: 'finished', steps });
    const [a, b] = [traces('run-002'), traces('run-003')];
    expect(a.figures).toHaveLength(steps);
    expect(b.figures).toEqual(a.figures);
    expect(b.residuals === a.residuals).toBe(true);
    expect(b.state === a.state).toBe(true);
  });

  it('a full disk makes training wait, and it goes on by itself when there is room again', async ({ skip }) => {
    const disk = mountSmallDisk(join(root, 'small disk'), '12m') ?? skip(whyNoSmallDisk);
    const [small, filler] = [join(disk.folder, 'small.cauchy'), join(disk.folder, 'filler')];
    try {
      await succeeds('import', pictures, '--project', small);
      await succeeds('encode', '--project', small);
      const running = start('train', '--project', small, '--config', oftenFile, '--steps', '1500');
      await running.line((line) => line['kind'] === 'train' && (line['done'] as number) >= 20);
      fillDisk(filler);
      await running.line((line) => line['title'] === 'Waiting for the disk');
      rmSync(filler);
      const { last, code } = await running.result;
      expect(last).toMatchObject({ status: 'finished', steps: 1500, skipped: 0 });
      expect(code).toBe(0);
      const run = join(small, 'runs', 'run-001');
      const rows = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n');
      expect(rows.map((row) => (JSON.parse(row) as { step: number }).step)).toEqual(
        Array.from({ length: 1500 }, (_, i) => i + 1),
      );
      expect(readFileSync(join(run, 'log.jsonl'), 'utf8')).toContain('is full');
    } finally {
      disk.unmount();
    }
  });

  it('a kill leaves a project that opens, and a run that says it was interrupted', async () => {
    const other = join(root, 'killed.cauchy');
    await succeeds('import', pictures, '--project', other);
    await succeeds('encode', '--project', other);
    const running = start('train', '--project', other, '--config', oftenFile, '--steps', '100000');
    await running.line((line) => line['kind'] === 'train' && (line['done'] as number) >= 40);
    const engines = execFileSync('ps', ['-o', 'pid=', '--ppid', String(running.pid)])
      .toString()
      .trim()
      .split(/\s+/);
    expect(engines).toHaveLength(1);
    running.kill('SIGKILL');
    await running.result;
    const record = () =>
      JSON.parse(readFileSync(join(other, 'runs', 'run-001', 'run.json'), 'utf8')) as { status: string; step: number };
    expect(record().status).toBe('running');
    expect((await succeeds('latents', '--project', other)).code).toBe(0);
    expect(record().status).toBe('interrupted');
    expect(record().step).toBeGreaterThan(0);
    // The engine of the killed command ends by itself: nothing holds the project or the processor.
    await expect.poll(() => existsSync(`/proc/${engines[0]}`), { timeout: 10_000 }).toBe(false);
  });
});

describe('wrong input gets a clear error, a non-zero exit, and changes nothing', () => {
  const fails = async (code: string, ...args: string[]) => {
    const result = await cauchy(...args);
    expect(result.last).toMatchObject({ type: 'error', code });
    expect(result.code).toBe(1);
    for (const part of ['what', 'means', 'advice']) expect(String(result.last[part]).length).toBeGreaterThan(5);
    return result.last;
  };

  it('an empty folder', async () => {
    const empty = join(root, 'empty');
    mkdirSync(empty);
    expect((await fails('dataset.noPictures', 'import', empty, '--project', join(root, 'e.cauchy')))['what']).toContain(
      'empty',
    );
  });
  it('a folder that is not there', () =>
    fails('dataset.folderMissing', 'import', join(root, 'nowhere'), '--project', join(root, 'n.cauchy')));
  it('another size than the project has', () =>
    fails('dataset.settingsDiffer', 'import', pictures, '--project', project, '--size', '128'));
  it('a size that the VAE can not divide', () =>
    fails('dataset.badSize', 'import', pictures, '--project', project, '--size', '70'));
  it('three pictures are too few to train on, and to compare methods on', async () => {
    const few = join(root, 'few.cauchy');
    await writePictures(join(root, 'few'), 3);
    expect((await succeeds('import', join(root, 'few'), '--project', few)).last).toMatchObject({ counts: { used: 3 } });
    await succeeds('encode', '--project', few);
    await fails('dataset.tooFew', 'train', '--project', few, '--preset', 'quick-look');
    const out = join(root, 'experiment');
    await fails('experiment.tooFew', 'experiment', 'headline', '--project', few, '--steps', '2', '--out', out);
    expect(existsSync(out)).toBe(false);
  });
  it('training before encoding', async () => {
    const raw = join(root, 'raw.cauchy');
    await succeeds('import', pictures, '--project', raw);
    await fails('latents.missing', 'train', '--project', raw, '--preset', 'quick-look');
    await fails('latents.missing', 'latents', '--project', raw);
  });
  it('a VAE that is a pickle, and a download that nobody agreed to', async () => {
    const pickle = join(root, 'vae.pt');
    writeFileSync(pickle, Buffer.from('80028a0a', 'hex'));
    await fails('vae.pickle', 'vae', 'add', pickle);
    await fails('download.notAgreed', 'vae', 'download', 'taesd');
  });

  it('an unknown preset, run, VAE, number of steps', async () => {
    await fails('run.unknownPreset', 'train', '--project', project, '--preset', 'magic');
    await fails('run.unknown', 'sample', '--project', project, '--run', 'run-099', '--out', join(root, 'x'));
    await fails('run.unknown', 'latents', '--project', project, '--residuals', '--run', 'run-099');
    await fails('vae.unknown', 'encode', '--project', project, '--vae', 'magic');
    await fails('sample.badSteps', 'sample', ...ofRun, '--nfe', '65', '--out', join(root, 'x'));
    await fails('sample.unknownClass', 'sample', ...ofRun, '--class', 'owls', '--out', join(root, 'x'));
  });
  it('a configuration with a misspelt key', async () => {
    const bad = join(root, 'bad.json');
    writeFileSync(
      bad,
      JSON.stringify({ ...(JSON.parse(readFileSync(configFile, 'utf8')) as object), learnignRate: 1 }),
    );
    expect(String((await fails('run.badConfig', 'train', '--project', project, '--config', bad))['what'])).toContain(
      'learnignRate',
    );
  });
  it('a project that is no project, one from the future, and one that is open elsewhere', async () => {
    await fails('project.notAProject', 'latents', '--project', pictures);
    const future = join(root, 'future.cauchy');
    mkdirSync(future);
    writeFileSync(join(future, 'project.json'), '{"schemaVersion":99,"name":"x"}');
    await fails('storage.newerVersion', 'latents', '--project', future);
    const running = start('train', '--project', project, '--config', configFile, '--steps', '100000');
    await running.line((line) => line['kind'] === 'train' && (line['done'] as number) >= 1);
    await fails('project.openElsewhere', 'latents', '--project', project);
    running.kill('SIGTERM');
    expect((await running.result).last).toMatchObject({ status: 'stopped' });
  });
});
