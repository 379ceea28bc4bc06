/**
 * The engine process, as the host starts it, does its whole work in a home that nobody ever used, and is watched: it
 * opens no socket to any network, and makes no file but those of the project. ONNX Runtime's own telemetry, on by
 * default, would keep a device id and a queue there, and send it.
 *
 * Without strace the sockets are looked at every few milliseconds, which can miss one that is opened and closed in
 * between, and a file that is made and removed again is not seen. With strace every call of every thread is.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connect } from '../../../main/base/rpc.ts';
import { spawnEngine } from '../../../main/host/spawn-engine.ts';
import { plainRequest } from '../../../main/generation/schema.ts';
import { createProject } from '../../../main/projects/store.ts';
import { createRunFolder } from '../../../main/runs/store.ts';
import { engineContract } from '../../../main/workers/engine.contract.ts';
import { canTrace, childRunning, internetSockets, tracedNode } from '../../support/engine-spy.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { tinyConfig } from '../../support/training.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const script = join(root, 'dist', 'main', 'workers', 'engine.process.js');
const resources = join(root, 'resources');

/** Every file that importing, encoding, training and making pictures leave in a project. */
const allowed = [
  /^project\.json$/,
  /^project\.lock$/,
  /^dataset\/(settings\.json|manifest\.jsonl|images\/[0-9a-f]+\.png)$/,
  /^latents\/chosen\.json$/,
  /^latents\/[0-9a-f]+\/(manifest\.json|statistics\.json|outliers\.json|(normalisation|outliers|shard-\d+)\.safetensors)$/,
  /^runs\/run-001\/(run\.json|(metrics|residuals|log)\.jsonl)$/,
  /^runs\/run-001\/samples\/(sheets\.jsonl|step-\d+-[12]\.png)$/,
  /^runs\/run-001\/checkpoints\/step-\d+\/(checkpoint\.json|state\.safetensors)$/,
  /^gallery\/(pictures\.jsonl|[^/]+\.png)$/,
];

/** A person's folders, all empty, and a project; the environment points to them and turns nothing off. */
async function freshPerson() {
  const folder = await temporaryFolder('cauchy-person-');
  const folders = {
    HOME: 'home',
    TMPDIR: 'tmp',
    XDG_CACHE_HOME: 'cache',
    XDG_CONFIG_HOME: 'config',
    XDG_DATA_HOME: 'data',
    XDG_STATE_HOME: 'state',
    XDG_RUNTIME_DIR: 'runtime',
  };
  for (const [name, place] of Object.entries(folders)) {
    await mkdir(join(folder, place), { mode: 0o700 });
    vi.stubEnv(name, join(folder, place));
  }
  vi.stubEnv('CI', undefined);
  vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
  const project = await createProject(folder, 'Watched', 'a test');
  onTestFinished(() => project.close());
  return { folder, project: project.path };
}

/** Draws, encodes, trains and makes pictures with the process that the host would start. */
async function workThroughEngine(project: string, watch: (pid: number) => void = () => undefined) {
  const { port, kill } = spawnEngine(script, { kind: 'cpu', name: 'A processor' });
  onTestFinished(kill);
  const { call } = connect(engineContract, port);
  await call['device.info']({});
  const clock = setInterval(watch, 10, childRunning(script));
  const place = { project, resources, library: join(project, 'no VAEs') };
  const settings = { size: 64, framing: 'crop', background: '#ffffff' } as const;
  await call['pictures.import']({ project, source: { kind: 'samples', count: 32, seed: 0 }, settings });
  await call['latents.encode']({ ...place, vae: 'starter' });
  const run = await createRunFolder(project);
  const config = tinyConfig({ length: { kind: 'steps', steps: 20 }, sampleSheets: 1 });
  await call['training.start']({ ...place, run, name: 'Watched', config });
  await call.generate({ ...place, run, sampling: plainRequest(1), seeds: [0, 1], target: { kind: 'gallery' } });
  clearInterval(clock);
}

afterEach(() => void vi.unstubAllEnvs());

describe.runIf(process.platform === 'linux')('the engine process', () => {
  test('makes no file but the project’s, and holds no internet socket at any time', async () => {
    const { folder, project } = await freshPerson();
    const sockets = new Set<string>();
    let looks = 0;
    await workThroughEngine(project, (pid) => {
      looks++;
      for (const inode of internetSockets(pid)) sockets.add(inode);
    });
    expect(looks).toBeGreaterThan(100);
    expect([...sockets]).toEqual([]);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name));
    const inProject = files.filter((file) => file.startsWith(project)).map((file) => relative(project, file));
    expect(files.filter((file) => !file.startsWith(project))).toEqual([]);
    expect(inProject.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(allowed.filter((pattern) => !inProject.some((file) => pattern.test(file)))).toEqual([]);
  }, 180_000);

  test.runIf(canTrace)(
    'asks the system for no internet socket and no file elsewhere, not for a moment',
    async () => {
      const { project } = await freshPerson();
      const { program, calls } = await tracedNode(await temporaryFolder('cauchy-trace-'));
      const { execPath } = process;
      process.execPath = program;
      onTestFinished(() => void (process.execPath = execPath));
      await workThroughEngine(project);
      const { domains, made } = await calls();
      expect(domains.filter((domain) => domain !== 'AF_UNIX')).toEqual([]);
      const isExpected = (path: string) => path.startsWith(project) || /^\/(dev|proc)\//.test(path);
      expect(made.filter((path) => !isExpected(path))).toEqual([]);
      // It did see the work.
      expect(made.filter((path) => path.startsWith(join(project, 'runs'))).length).toBeGreaterThan(10);
    },
    180_000,
  );
});
