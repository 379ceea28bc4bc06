/** Devices from the terminal, with real engine processes: what is found, measured, chosen and said. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceListSchema } from '../../main/engine/schema.ts';
import { runLogRowSchema, runRecordSchema } from '../../main/runs/schema.ts';
import { writePictures } from '../support/pictures.ts';
import { noSoftwareVulkan, softwareVulkanEnv } from '../support/software-vulkan.ts';
import { newHome, runCommand } from '../support/terminal.ts';
import type { CommandResult } from '../support/terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'cauchy-devices å #1 '));
const home = newHome();
const project = join(root, 'My Faces.cauchy');
const config = join(root, 'tiny.json');
const cauchy = (args: readonly string[], env?: Readonly<Record<string, string>>) => runCommand(home, args, env);
afterAll(() => [root, home].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function devicesOf({ last, stderr, code }: CommandResult) {
  expect(last, `${JSON.stringify(last)} ${stderr}`).toMatchObject({ type: 'result', ok: true });
  expect(code).toBe(0);
  const { devices, choice, used, why } = last;
  return deviceListSchema.parse({ devices, choice, used, why });
}
const rowOf = (list: ReturnType<typeof devicesOf>, kind: string) => list.devices.find((row) => row.kind === kind)!;

beforeAll(async () => {
  await writePictures(join(root, 'pictures'), 40);
  const network = { kind: 'dit', patch: 2, width: 32, depth: 1, heads: 2 };
  const length = { kind: 'steps', steps: 10 };
  writeFileSync(config, JSON.stringify({ network, batchSize: 8, length, sampleSheets: 0 }));
});

describe('doctor', () => {
  it('lists the devices by name without measuring, and works without a project', async () => {
    const result = await cauchy(['doctor']);
    const list = devicesOf(result);
    expect(rowOf(list, 'cpu')).toMatchObject({ state: 'unchecked', threads: expect.any(Number) as number });
    expect(list.choice).toBe('auto');
    const checks = (result.last['checks'] as { name: string; ok: boolean }[]).map(({ name, ok }) => [name, ok]);
    expect(checks).toContainEqual(['engine process and device', true]);
    expect(checks).toContainEqual(['free space for projects', true]);
  });

  it('--measure tries the devices, tells how far it is, and what was measured stays known', async () => {
    const measured = await cauchy(['doctor', '--measure']);
    const cpu = rowOf(devicesOf(measured), 'cpu');
    expect(cpu).toMatchObject({ state: 'ready', check: { step: { model: { name: 'Quick look', batchSize: 64 } } } });
    expect(cpu.check!.gemm!.gflops).toBeGreaterThan(0);
    const done = measured.lines.filter(({ kind }) => kind === 'check').map((line) => line['done'] as number);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(measured.lines.findLast(({ kind }) => kind === 'check')!['total']);
    expect(rowOf(devicesOf(await cauchy(['doctor'])), 'cpu').check).toEqual(cpu.check);
  });
});

describe('train --device', () => {
  it('refuses a device that can not be used, and trains on nothing else', async () => {
    await cauchy(['import', join(root, 'pictures'), '--project', project, '--size', '32']);
    await cauchy(['encode', '--project', project]);
    const { last, code } = await cauchy(['train', '--project', project, '--config', config, '--device', 'tensorflow']);
    expect(last).toMatchObject({ type: 'error', code: 'device.unusable' });
    expect(code).toBe(1);
  });

  it('cpu: says that this is slow, and the record says what it trained on', async () => {
    const { last, lines } = await cauchy(['train', '--project', project, '--config', config, '--device', 'cpu']);
    expect(last).toMatchObject({ type: 'result', run: 'run-001', status: 'finished' });
    expect(lines.find(({ type }) => type === 'message')!['text']).toMatch(/on the processor, which is slow/);
    const record: unknown = JSON.parse(readFileSync(join(project, 'runs', 'run-001', 'run.json'), 'utf8'));
    const { schemaVersion: _version, ...run } = record as { schemaVersion: number };
    expect(runRecordSchema.parse(run).device?.kind).toBe('cpu');
    // Records from before there was a choice have no such field.
    const { device: _device, ...old } = run as { device?: unknown };
    expect(runRecordSchema.parse(old).device).toBeUndefined();
  });
});

describe.skipIf(noSoftwareVulkan !== undefined)('on a Vulkan device in software', () => {
  const env = noSoftwareVulkan === undefined ? softwareVulkanEnv() : {};

  it('doctor recognises it without trying it, and training does not take it by itself', async () => {
    const list = devicesOf(await cauchy(['doctor'], env));
    expect(rowOf(list, 'webgpu')).toMatchObject({
      name: 'SwiftShader',
      state: 'unchecked',
      slow: expect.stringContaining('processor') as string,
    });
    expect(list.used).toBe('cpu');
  });

  it('a person may train on it, is told that it is slow, and can go on elsewhere; the log says both', async () => {
    const args = ['train', '--project', project, '--config', config];
    const { last, lines } = await cauchy([...args, '--device', 'webgpu'], env);
    expect(last, JSON.stringify(last)).toMatchObject({ type: 'result', run: 'run-002', steps: 10, skipped: 0 });
    expect(lines.find(({ type }) => type === 'message')!['text']).toMatch(/on SwiftShader \(WebGPU\)\. It is slow/);
    const folder = join(project, 'runs', 'run-002');
    const resumed = await cauchy(['train', '--project', project, '--resume', 'run-002', '--device', 'cpu']);
    expect(resumed.last, JSON.stringify(resumed.last)).toMatchObject({ type: 'result', status: 'finished', steps: 10 });
    const log = readFileSync(join(folder, 'log.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => runLogRowSchema.parse(JSON.parse(line)).text);
    expect(log[0]).toMatch(/^Started on SwiftShader \(WebGPU\)/);
    expect(log.find((text) => text.startsWith('Resumed'))).toMatch(/\(CPU\); until here it trained on SwiftShader/);
  });
});
