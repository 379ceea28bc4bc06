import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { join } from 'node:path';
import { Devices } from '../../../main/api/handlers/devices.ts';
import type { DevicesOptions } from '../../../main/api/handlers/devices.ts';
import { studioError } from '../../../main/base/errors.ts';
import { localPorts } from '../../../main/base/local-port.ts';
import { serve } from '../../../main/base/rpc.ts';
import type { CallContext, Handlers } from '../../../main/base/rpc.ts';
import type { DeviceInfo, DeviceMeasurement } from '../../../main/engine/schema.ts';
import { DeviceCheckStore } from '../../../main/settings/device-checks.ts';
import { SettingsStore } from '../../../main/settings/store.ts';
import { engineContract } from '../../../main/workers/engine.contract.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { tinyConfig } from '../../support/training.ts';

const cpu: DeviceInfo = { kind: 'cpu', name: 'A processor' };
const gpu: DeviceInfo = { kind: 'webgpu', name: 'A card' };
const model = { name: 'Tiny', config: tinyConfig(), shape: [2, 4, 4] as [number, number, number] };
const timed = { name: 'Tiny', parameters: 10, batchSize: 8 };
const measured = (milliseconds: number): DeviceMeasurement => ({
  gemm: { size: 128, gflops: 1000 / milliseconds },
  step: { model: timed, milliseconds },
  deviations: (['encode', 'train', 'sample'] as const).map((part) => ({ part, deviation: 1e-6 })),
});

type Answer = (
  info: DeviceInfo,
  context: CallContext<{ done: number }>,
) => Promise<DeviceMeasurement> | DeviceMeasurement;

/** Devices whose engine processes answer a check with `answer`; `die` ends the newest of them. */
async function rig(answer: Answer, found: readonly DeviceInfo[] = [gpu, cpu]) {
  const settingsFile = join(await temporaryFolder(), 'settings.json');
  const processes: { info: DeviceInfo; killed: boolean }[] = [];
  let die = (_reason: string): void => undefined;
  const spawnEngine: DevicesOptions['ports']['spawnEngine'] = (info) => {
    const [ours, theirs] = localPorts();
    const handlers = { 'device.check': (_: unknown, context: CallContext<{ done: number }>) => answer(info, context) };
    serve(engineContract, handlers as unknown as Handlers<typeof engineContract>, theirs);
    const process = { info, killed: false };
    processes.push(process);
    const listeners: Parameters<typeof ours.onClose>[0][] = [];
    die = (reason) => listeners.forEach((listener) => listener(studioError('engine.stopped', { reason })));
    return {
      port: { ...ours, onClose: (listener) => void listeners.push(listener) },
      kill: () => (process.killed = true),
    };
  };
  const told: string[] = [];
  const devices = new Devices({
    ports: { spawnEngine, resources: '/resources' },
    settings: await SettingsStore.open(settingsFile),
    checks: await DeviceCheckStore.open(settingsFile),
    onChange: ({ used }) => told.push(used),
    find: () => Promise.resolve([...found]),
  });
  const check = (info: DeviceInfo, signal = new AbortController().signal) =>
    devices.check(info.kind, model, signal, () => undefined);
  const row = async ({ kind }: DeviceInfo) => (await devices.list()).devices.find((device) => device.kind === kind)!;
  return { devices, processes, told, check, row, die: (reason: string) => die(reason), settingsFile };
}

describe('the check of a device', () => {
  it('happens in a process of its own that is ended, and its result is told, kept and used', async () => {
    const { devices, processes, told, check, row, settingsFile } = await rig(({ kind }) =>
      measured(kind === 'cpu' ? 100 : 5),
    );
    await check(cpu);
    await check(gpu);
    expect(processes).toEqual([cpu, gpu].map((info) => ({ info, killed: true })));
    expect(told).toEqual(['cpu', 'webgpu']);
    expect(await row(gpu)).toMatchObject({ state: 'ready', timesCpu: 20 });
    expect(await devices.used()).toEqual(gpu);
    expect((await DeviceCheckStore.open(settingsFile)).current.webgpu).toMatchObject({ name: 'A card' });
  });

  it('that kills its process says so of the device, and the processor goes on', async () => {
    const { devices, processes, check, row, die } = await rig(() => {
      queueMicrotask(() => die('the engine process was ended by SIGSEGV'));
      return new Promise(() => undefined);
    });
    await check(gpu);
    expect(await row(gpu)).toMatchObject({ state: 'failed', unusable: expect.stringContaining('SIGSEGV') as string });
    expect(processes[0]!.killed).toBe(true);
    expect(await devices.used()).toEqual(cpu);
  });

  it('that does not end is ended', async () => {
    const patience = new AbortController();
    const spy = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(patience.signal);
    onTestFinished(() => spy.mockRestore());
    const { check, row, processes } = await rig(() => {
      queueMicrotask(() => patience.abort());
      return new Promise(() => undefined);
    });
    await check(gpu);
    expect((await row(gpu)).unusable).toContain('within 5 minutes');
    expect(processes[0]!.killed).toBe(true);
  });

  it('that is cancelled ends its process and leaves what was known', async () => {
    const cancel = new AbortController();
    const { check, row, processes, told } = await rig(() => {
      queueMicrotask(() => cancel.abort());
      return new Promise(() => undefined);
    });
    await expect(check(gpu, cancel.signal)).rejects.toMatchObject({ code: 'api.cancelled' });
    expect(processes[0]!.killed).toBe(true);
    expect((await row(gpu)).state).toBe('unchecked');
    expect(told).toEqual([]);
  });

  it('begins with the processor while it was never measured, because others are compared with it', async () => {
    const missing: DeviceInfo = { kind: 'cuda', name: 'A card', unusable: 'No library.' };
    const { devices, check } = await rig(() => measured(10), [gpu, missing, cpu]);
    expect(await devices.toCheck(['webgpu'])).toEqual(['cpu', 'webgpu']);
    // What is not there is only tried when it is asked for.
    expect(await devices.toCheck()).toEqual(['cpu', 'webgpu']);
    expect(await devices.toCheck(['cuda'])).toEqual(['cpu', 'cuda']);
    await check(cpu);
    expect(await devices.toCheck(['webgpu'])).toEqual(['webgpu']);
  });
});

describe('choosing', () => {
  it('for good is kept in the settings, for now is not', async () => {
    const { devices, settingsFile } = await rig(() => measured(10));
    await devices.chooseForNow('webgpu');
    expect(await devices.usable()).toEqual(gpu);
    expect((await SettingsStore.open(settingsFile)).current.device).toBe('auto');
    await devices.choose('webgpu');
    expect((await SettingsStore.open(settingsFile)).current.device).toBe('webgpu');
  });

  it('a device that failed or is not there is refused with the reason', async () => {
    const missing: DeviceInfo = { kind: 'cuda', name: 'CUDA', unusable: 'Its library is missing.' };
    const { devices, check, settingsFile } = await rig(
      () => ({ deviations: [], problem: 'It broke.' }),
      [gpu, missing, cpu],
    );
    await check(gpu);
    for (const [kind, reason] of [
      ['webgpu', 'It broke.'],
      ['cuda', 'Its library is missing.'],
      ['tensorflow', 'This version'],
    ] as const)
      await expect(devices.choose(kind)).rejects.toMatchObject({
        code: 'device.unusable',
        message: expect.stringContaining(reason) as string,
      });
    expect((await SettingsStore.open(settingsFile)).current.device).toBe('auto');
  });

  it('a chosen device that fails later is not replaced in silence: work on it is refused', async () => {
    const { devices, check } = await rig(() => ({ deviations: [], problem: 'It broke.' }));
    await devices.choose('webgpu');
    await check(gpu);
    expect((await devices.list()).used).toBe('webgpu');
    await expect(devices.usable()).rejects.toMatchObject({ code: 'device.unusable' });
  });
});
