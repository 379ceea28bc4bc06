import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { spawnEngine } from '../../../main/host/spawn-engine.ts';
import { temporaryFolder } from '../../support/folders.ts';

/** A process that answers like an engine: it reports its environment, echoes, and dies on request. */
const engineScript = `
process.on('message', (message) => {
  if (message === 'env') return process.send({ telemetry: process.env.ORT_DISABLE_TELEMETRY, args: process.execArgv });
  if (message === 'device') return process.send(JSON.parse(process.argv[2]));
  if (message === 'exit 3') process.exit(3);
  if (message === 'crash') process.kill(process.pid, 'SIGSEGV');
  process.send(message);
});
process.on('disconnect', () => process.exit(0));
`;

/** What people call their hardware goes through as it is. */
const device = { kind: 'webgpu', name: 'Grafik “Größe 2” & Söhne' } as const;

async function engine() {
  const script = join(await temporaryFolder(), 'engine.cjs');
  await writeFile(script, engineScript);
  const { port, kill } = spawnEngine(script, device);
  onTestFinished(kill);
  const messages: unknown[] = [];
  const closed: { code: string; details: { reason?: string } }[] = [];
  port.onMessage((message) => messages.push(message));
  port.onClose((reason) => closed.push(reason));
  return { port, kill, messages, closed };
}

describe('the engine process', () => {
  test('runs without ONNX Runtime’s telemetry and with source maps', async () => {
    // The tests' own environment has it off already.
    vi.stubEnv('ORT_DISABLE_TELEMETRY', undefined);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { port, messages } = await engine();
    port.post('env');
    await expect.poll(() => messages).toEqual([{ telemetry: '1', args: ['--enable-source-maps'] }]);
  });

  test('is told its device', async () => {
    const { port, messages } = await engine();
    port.post('device');
    await expect.poll(() => messages).toEqual([device]);
  });

  test('gets arrays as arrays, views as their part only', async () => {
    const { port, messages } = await engine();
    const whole = Float32Array.from({ length: 1000 }, (_, i) => i);
    port.post({ part: whole.subarray(10, 13), bytes: new Uint8Array([1, 2]) });
    await expect.poll(() => messages.length).toBe(1);
    const { part, bytes } = messages[0] as { part: Float32Array; bytes: Uint8Array };
    expect([part, bytes]).toEqual([new Float32Array([10, 11, 12]), new Uint8Array([1, 2])]);
  });

  test.each([
    ['exit 3', 'code 3'],
    ['crash', 'SIGSEGV'],
  ])('its death by “%s” is told once, with what the system said', async (order, words) => {
    const { port, closed } = await engine();
    port.post(order);
    await expect.poll(() => closed.length).toBe(1);
    expect(closed[0]).toMatchObject({ code: 'engine.stopped' });
    expect(closed[0]!.details.reason).toContain(words);
    expect(() => port.post('anyone there?')).not.toThrow();
  });

  test('can be ended when it does not answer', async () => {
    const { kill, closed } = await engine();
    kill();
    await expect.poll(() => closed[0]?.details.reason).toContain('SIGKILL');
  });

  test('ends when the program that started it is killed', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'engine.cjs'), engineScript + 'process.send({ pid: process.pid });');
    const module = pathToFileURL(
      join(import.meta.dirname, '..', '..', '..', 'dist', 'main', 'host', 'spawn-engine.js'),
    );
    await writeFile(
      join(folder, 'parent.mjs'),
      `import { spawnEngine } from ${JSON.stringify(module.href)};
       spawnEngine(${JSON.stringify(join(folder, 'engine.cjs'))}, { kind: 'cpu', name: 'A processor' }).port.onMessage(({ pid }) => console.log(pid));`,
    );
    const parent = spawn(process.execPath, [join(folder, 'parent.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve, reject) => {
      parent.stdout.on('data', (text) => resolve(Number(text)));
      parent.on('exit', () => reject(new Error('the parent ended: is dist/ built?')));
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
