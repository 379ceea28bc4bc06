/**
 * The engine process of a studio is killed (SIGKILL) at random moments while it trains. The studio stays up and says what
 * happened, the run goes on from its last checkpoint, and in the end it is the run that nobody disturbed, bit for bit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../main/api/contract/jobs.ts';
import { Random } from '../../main/base/random.ts';
import type { RunRecord } from '../../main/runs/schema.ts';
import { visit } from '../support/host-client.ts';
import { newHome, startCommand } from '../support/terminal.ts';
import { tinyConfig } from '../support/training.ts';

const kills = 20;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const root = mkdtempSync(join(tmpdir(), 'cauchy-killed å #1 '));
const home = newHome();
const studio = startCommand(home, ['serve']);
afterAll(async () => {
  studio.kill('SIGTERM');
  await studio.result;
  [root, home].forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

/** The newest word about each job, as a window has it. */
const jobs = new Map<number, Job>();
let call: Awaited<ReturnType<Awaited<ReturnType<typeof visit>>['connect']>>['call'];
let project: string;

const ended = async (job: number) => {
  await vi.waitUntil(() => ![undefined, 'running'].includes(jobs.get(job)?.status), { timeout: 240_000 });
  return jobs.get(job)!;
};

beforeAll(async () => {
  const { url } = (await studio.line(({ type }) => type === 'listening')) as { url: string };
  const connection = await (await visit(url)).connect();
  ({ call } = connection);
  connection.onEvent('job', (job) => jobs.set(job.id, job));
  ({ path: project } = await call['project.create']({ name: 'Killed', parent: root }));
  const settings = { size: 64, framing: 'crop', background: '#ffffff' } as const;
  const source = { kind: 'samples', count: 32, seed: 0 } as const;
  expect(await ended((await call['pictures.import']({ source, settings })).job)).toMatchObject({ status: 'done' });
  expect(await ended((await call['latents.encode']({ vae: 'starter' })).job)).toMatchObject({ status: 'done' });
}, 120_000);

/** The process that computes. */
function engine(): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(studio.pid)]).toString();
  const pids = children.trim().split(/\s+/).map(Number);
  // ps is a child of this test, not of the studio.
  expect(pids).toHaveLength(1);
  return pids[0]!;
}

/** Until a run has made its first step since it was started or started again, or has ended. */
async function training(job: number): Promise<void> {
  const isTraining = () => {
    const { status, title, done } = jobs.get(job)!;
    return status !== 'running' || (title === 'Training' && done > 0);
  };
  await vi.waitUntil(isTraining, { timeout: 120_000, interval: 20 });
}

/** Kills the engine, and answers what the window says then: the job goes on by itself, was given up, or had just been done. */
async function killEngine(job: number): Promise<'restarted' | 'failed' | 'done'> {
  const restarts = () => jobs.get(job)!.counts['restarted'] ?? 0;
  const before = restarts();
  process.kill(engine(), 'SIGKILL');
  // The studio answers while there is no engine.
  expect((await call['runs.log']({ run: jobs.get(job)!.run! })).length).toBeGreaterThan(0);
  const outcome = () => {
    const { status } = jobs.get(job)!;
    if (status === 'done' || status === 'failed') return status;
    return restarts() > before ? 'restarted' : undefined;
  };
  return vi.waitUntil(outcome, { timeout: 60_000 });
}

const recordOf = (run: string) => JSON.parse(readFileSync(join(project, 'runs', run, 'run.json'), 'utf8')) as RunRecord;

describe('a studio whose engine is killed again and again', () => {
  const steps = 480;
  const config = tinyConfig({
    length: { kind: 'steps', steps },
    sampleSheets: 3,
    checkpointMinutes: 0.3 / 60,
  });
  /** What training computed, step by step; times differ. */
  const figures = async (run: string) =>
    (await call['runs.metrics']({ run, afterStep: 0 })).map((row) => ({ ...row, stepSeconds: 0, seconds: 0 }));
  const random = new Random({ seed: 1, stream: 'test', index: 0 });

  /** Trains a run to its end and kills the engine up to `most` times meanwhile. Returns how often that interrupted it. */
  async function trainDisturbed(most: number): Promise<{ run: string; interruptions: number }> {
    const started = await call['runs.start']({ config });
    const { run } = started;
    let { job } = started;
    for (let interruptions = 0; ; interruptions++) {
      // Every fifth kill comes while it starts again, the others while it trains.
      const anyTime = interruptions % 5 === 4;
      if (!anyTime) await training(job);
      await pause(random.uniform(0, anyTime ? 2000 : 700));
      if (interruptions === most || jobs.get(job)!.status === 'done') {
        expect((await ended(job)).status).toBe('done');
        return { run, interruptions };
      }
      const outcome = await killEngine(job);
      if (outcome === 'done') return { run, interruptions };
      if (outcome === 'failed') {
        // Too many crashes in a row without a checkpoint: it says so, and the button goes on all the same.
        expect(jobs.get(job)!.error).toMatchObject({ code: 'run.keepsCrashing', kind: 'environment' });
        ({ job } = await call['runs.resume']({ run }));
      }
    }
  }

  it(`${kills} kills cost it the steps since the last checkpoint, and nothing else`, async () => {
    const undisturbed = await trainDisturbed(0);
    const expected = await figures(undisturbed.run);
    expect(expected.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));

    // A fast computer may finish a run before the last kill; then comes another run.
    for (let left = kills; left > 0;) {
      const { run, interruptions } = await trainDisturbed(left);
      left -= interruptions;
      expect(await figures(run)).toEqual(expected);
      const trouble = (await call['runs.log']({ run })).filter(({ kind }) => kind === 'trouble');
      expect(trouble).toHaveLength(interruptions);
      for (const { text } of trouble) expect(text).toMatch(/^The engine.* stopped.*SIGKILL/);
      const folder = join(project, 'runs', run);
      expect(recordOf(run)).toMatchObject({ status: 'finished', step: steps, skipped: 0 });
      expect(recordOf(run)).not.toHaveProperty('error');
      const names = readdirSync(folder, { recursive: true }).map(String);
      expect(names.filter((name) => name.includes('.tmp'))).toEqual([]);
      const sheets = await call['runs.samples']({ run });
      expect(sheets.map(({ step }) => step)).toEqual([0, 0, 160, 160, 320, 320, 480, 480]);
      const weights = (id: string) =>
        readFileSync(join(project, 'runs', id, 'checkpoints', 'step-000000480', 'state.safetensors'));
      expect(weights(run).equals(weights(undisturbed.run))).toBe(true);
    }
  }, 600_000);

  it('three kills before anything is saved leave the run to the person, who can have it begin again', async () => {
    const unsaved = { ...config, length: { kind: 'steps', steps: 400 }, checkpointMinutes: 60 } as const;
    const { run, job } = await call['runs.start']({ config: unsaved });
    const outcomes: string[] = [];
    for (let kill = 0; kill < 3; kill++) {
      await training(job);
      outcomes.push(await killEngine(job));
    }
    expect(outcomes).toEqual(['restarted', 'restarted', 'failed']);
    expect(jobs.get(job)!.error).toMatchObject({ code: 'run.keepsCrashing', details: { step: 0, count: 3 } });
    expect(recordOf(run)).toMatchObject({ status: 'interrupted', step: 0, error: { code: 'run.keepsCrashing' } });

    const { job: resumed } = await call['runs.resume']({ run });
    expect(await ended(resumed)).toMatchObject({ status: 'done', done: 400 });
    expect((await figures(run)).map(({ step }) => step)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    const log = (await call['runs.log']({ run })).map(({ text }) => text);
    expect(log).toContainEqual(expect.stringMatching(/^Begun again on .*: nothing had been saved\.$/));
  }, 300_000);
});
