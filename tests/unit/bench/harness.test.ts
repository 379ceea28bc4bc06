import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { studioError } from '../../../main/base/errors.ts';
import { runBench } from '../../../main/bench/bench.ts';
import { hold } from '../../../main/bench/contest.ts';
import type { Contest } from '../../../main/bench/contest.ts';
import { benchOptionsSchema, createContext } from '../../../main/bench/options.ts';
import { resultSchema } from '../../../main/bench/result.ts';
import { takeTurns } from '../../../main/bench/rounds.ts';
import { serveSide } from '../../../main/bench/serve-side.ts';
import { startSide } from '../../../main/bench/side.ts';
import type { Side } from '../../../main/bench/side.ts';
import { largestDifference, median, quantile } from '../../../main/bench/statistics.ts';
import { formatResults } from '../../../main/bench/table.ts';

const folder = mkdtempSync(join(tmpdir(), 'cauchy-bench-test-'));
const log = join(folder, 'log.txt');
const script = join(import.meta.dirname, '..', '..', 'support', 'fake-side.mjs');
const running: Side[] = [];
afterEach(() => running.splice(0).forEach((side) => side.kill()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const launch = (name: string, behaviour?: string) => ({
  title: name,
  isOurs: name === 'ours',
  program: process.execPath,
  args: [script, name, log, ...(behaviour === undefined ? [] : [behaviour])],
});
async function side(name: string, behaviour?: string): Promise<Side> {
  const started = await startSide(launch(name, behaviour), 'task', { size: 3 });
  running.push(started);
  return started;
}
const machine = {
  cpu: 'A processor',
  cores: 2,
  memory_gib: 8,
  system: 'linux x64',
  node: 'v20.0.0',
  onnxruntime: '1.0.0',
};
const contest = (ours: Side, peer: Contest['peer'], more: Partial<Contest> = {}): Contest => ({
  name: 'test',
  device: 'cpu',
  setting: { size: 3 },
  ours,
  peer,
  rounds: { rounds: 3, warmUp: 1, pauseMs: 0 },
  machine,
  now: () => new Date('2026-01-02T03:04:05Z'),
  ...more,
});

describe('statistics', () => {
  it('quantiles lie between neighbours in proportion', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(quantile([0, 10, 20, 30, 40], 0.25)).toBe(10);
    expect(median([10, 9, 100])).toBe(10);
  });
  it('the largest difference is relative to the second', () => {
    expect(largestDifference([1, 2.2], [1, 2])).toBeCloseTo(0.1, 12);
    expect(largestDifference([1, NaN], [1, 2])).toBeNaN();
  });
});

describe('a side', () => {
  it('is prepared with its task, does rounds, and tells its memory at the end', async () => {
    const one = await side('one');
    expect(one.facts).toEqual({ task: 'task', spec: { size: 3 } });
    expect(await one.round()).toEqual({ ms: 1, values: [0.1] });
    expect(await one.end()).toEqual({ rss_mb: 64 });
  });

  it.each([
    ['lacks', 'bench.peerPackage'],
    ['no device', 'bench.peerDevice'],
    ['crashes', 'bench.peerFailed'],
    ['babbles', 'bench.peerFailed'],
  ])('that %s fails with %s', async (behaviour, code) => {
    await expect(side('peer', behaviour)).rejects.toMatchObject({ code });
  });

  it('that crashes is quoted', async () => {
    await expect(side('peer', 'crashes')).rejects.toThrow('the peer has a fault');
  });

  it('that dies during a round does not leave the harness waiting', async () => {
    const one = await side('one', 'dies');
    await expect(one.round()).rejects.toMatchObject({ code: 'bench.peerFailed' });
    await expect(one.round()).rejects.toMatchObject({ code: 'bench.peerFailed' });
    const ours = await side('ours', 'dies');
    await expect(ours.round()).rejects.toMatchObject({ code: 'engine.stopped' });
  });

  it('whose Python is not there says so', async () => {
    const started = startSide(
      { title: 'peer', isOurs: false, program: join(folder, 'no-python'), args: [] },
      'step',
      {},
    );
    await expect(started).rejects.toMatchObject({ code: 'bench.noPython' });
  });
});

describe('turns', () => {
  it('alternate, and the first ones do not count', async () => {
    rmSync(log, { force: true });
    const sides = [await side('ours'), await side('peer')];
    const [ours, peer] = await takeTurns(sides, { rounds: 2, warmUp: 1, pauseMs: 0 });
    const rounds = readFileSync(log, 'utf8').trim().split('\n').slice(2);
    expect(rounds).toEqual(Array.from({ length: 3 }, () => ['ours round', 'peer round']).flat());
    expect(ours!.ms).toEqual([2, 3]);
    expect(peer!.all.map(({ values }) => values)).toEqual([[0.1], [0.2], [0.3]]);
  });
});

describe('a result', () => {
  it('compares the two sides', async () => {
    const { result } = await hold(
      contest(await side('ours'), await side('PyTorch'), { agreement: { values: 2, tolerance: 0 } }),
    );
    expect(resultSchema.parse(result)).toEqual({
      name: 'test',
      device: 'cpu',
      setting: { size: 3 },
      ms: 3,
      rounds: 3,
      ms_quartiles: [2.5, 3.5],
      peer: 'PyTorch',
      peer_ms: 3,
      ratio: 1,
      peer_ms_quartiles: [2.5, 3.5],
      rss_mb: 64,
      peer_rss_mb: 64,
      rss_ratio: 1,
      loss_difference: 0,
      peer_facts: { task: 'task', spec: { size: 3 } },
      machine,
      date: '2026-01-02T03:04:05.000Z',
    });
  });

  it('without a peer has the reason in its place', async () => {
    const { result } = await hold(contest(await side('ours'), { reason: 'nobody came' }));
    expect(resultSchema.parse(result)).toMatchObject({
      ms: 3,
      peer: null,
      peer_ms: null,
      ratio: null,
      reason: 'nobody came',
    });
    expect(formatResults([result])).toContain('Nothing to compare with: nobody came.');
  });

  it('compares the first values alone, also where a round has more', async () => {
    const burst = (last: number): Side => ({
      title: 'bursts',
      facts: {},
      round: () => Promise.resolve({ ms: 1, values: [1, 2, last] }),
      end: () => Promise.resolve({ rss_mb: null }),
      kill: () => undefined,
    });
    const { result } = await hold(contest(burst(3), burst(4), { agreement: { values: 2, tolerance: 0 } }));
    expect(result.loss_difference).toBe(0);
  });

  it('has the turns of sides that measure beside the two', async () => {
    const { beside } = await hold(
      contest(await side('ours'), { reason: 'nobody came' }, { beside: [await side('gemm')] }),
    );
    expect(beside.map(({ ms }) => ms)).toEqual([[2, 3, 4]]);
  });

  it.each([[[0.1, 0.3]], [[0.1, NaN]], [[0.1]]])(
    'is refused when the sides compute different things: %j',
    async (values) => {
      const other: Side = {
        title: 'other',
        facts: {},
        round: () => Promise.resolve({ ms: 1, values: values.splice(0, 1) }),
        end: () => Promise.resolve({ rss_mb: null }),
        kill: () => undefined,
      };
      const wrong = hold(contest(await side('ours'), other, { agreement: { values: 2, tolerance: 0.1 } }));
      await expect(wrong).rejects.toMatchObject({ code: 'bench.disagree' });
    },
  );
});

describe('a side of ours', () => {
  async function converse(requests: readonly object[]): Promise<unknown[]> {
    const input = new PassThrough();
    input.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
    const answers: unknown[] = [];
    const tasks = {
      count: (spec: unknown) =>
        Promise.resolve({ facts: { spec }, round: () => Promise.resolve({ ms: 1, values: [7] }) }),
      fail: () => Promise.reject(studioError('vae.unknown', { name: 'x', known: [] })),
    };
    await serveSide(tasks, input, (line) => answers.push(JSON.parse(line)));
    return answers;
  }

  it('answers each request once', async () => {
    const answers = await converse([{ do: 'prepare', task: 'count', spec: { a: 1 } }, { do: 'round' }, { do: 'end' }]);
    expect(answers.slice(0, 2)).toEqual([{ facts: { spec: { a: 1 } } }, { ms: 1, values: [7] }]);
    const { rss_mb } = answers[2] as { rss_mb: number | null };
    if (process.platform === 'linux') expect(rss_mb).toBeGreaterThan(20);
    else expect(rss_mb).toBeNull();
  });

  it.each([
    ['fail', 'vae.unknown'],
    ['nothing', 'bench.unknown'],
  ])('sends the errors of the catalogue: %s', async (task, code) => {
    expect(await converse([{ do: 'prepare', task, spec: {} }])).toMatchObject([{ error: { code } }]);
  });
});

describe('the choices', () => {
  const options = benchOptionsSchema.parse({ peers: folder, resources: folder });

  it('are those of the schema', () => {
    expect(options).toMatchObject({ device: 'cpu', network: 'dit', rounds: 12 });
    expect(benchOptionsSchema.safeParse({ ...options, network: 'vgg' }).success).toBe(false);
    expect(benchOptionsSchema.safeParse({ ...options, speed: 9 }).success).toBe(false);
  });

  it('without a Python leave no peer; with one its program must be there', async () => {
    const context = createContext(options, script);
    expect(await context.peer('PyTorch', 'step', {})).toEqual({ reason: 'no Python was given (--python)' });
    const withPython = createContext({ ...options, python: process.execPath }, script);
    await expect(withPython.peer('PyTorch', 'step', {})).rejects.toMatchObject({ code: 'bench.noPeers' });
  });

  it('name a benchmark that exists', async () => {
    await expect(runBench('speed', createContext(options, script))).rejects.toMatchObject({ code: 'bench.unknown' });
  });
});
