import { describe, expect, it } from 'vitest';
import type { GraphicsCard } from '../../../../main/engine/devices/graphics-cards.ts';
import { createDevice, deviceTable, findDevices } from '../../../../main/engine/devices/table.ts';
import { fakeSystem } from '../../../support/fake-system.ts';

const card: GraphicsCard = { name: 'A card', memoryBytes: 2 ** 33, driver: 'A driver 1.0' };

async function webgpu(system: Parameters<typeof fakeSystem>[0], cards: readonly GraphicsCard[]) {
  const found = await findDevices({ system: fakeSystem(system), cards });
  return found.find(({ kind }) => kind === 'webgpu')!;
}

describe('the table of devices', () => {
  it('has each kind once, and always the CPU, by its name', async () => {
    const kinds = deviceTable.map(({ kind }) => kind);
    expect(new Set(kinds).size).toBe(kinds.length);
    const found = await findDevices({ system: fakeSystem({}), cards: [] });
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
    const cpu = found.find(({ kind }) => kind === 'cpu')!;
    expect(cpu.unusable).toBeUndefined();
    expect(cpu.name).not.toBe('');
    expect(cpu.threads).toBeGreaterThan(0);
  });

  it('makes the device that was found, which says so itself', async () => {
    const info = { kind: 'webgpu', ...card } as const;
    const device = await createDevice(info);
    const context = { signal: new AbortController().signal, progress: () => undefined as never };
    expect(await device.info({}, context)).toEqual(info);
  });
});

describe('WebGPU', () => {
  it('takes the strongest card', async () => {
    expect(await webgpu({}, [card, { name: 'Another' }])).toEqual({ kind: 'webgpu', ...card });
  });

  it('says that there is no card; what answers all the same is software', async () => {
    const found = await webgpu({}, []);
    expect(found.unusable).toMatch(/No graphics card/);
    expect(found.advice).toMatch(/driver/);
    expect(found.slow).toMatch(/processor/);
  });

  it.each([
    ['VK_ICD_FILENAMES', '/usr/lib/chromium/vk_swiftshader_icd.json', 'SwiftShader'],
    ['VK_DRIVER_FILES', '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', 'Lavapipe'],
  ])('recognises a software driver in %s, whatever card there is', async (name, value, driver) => {
    const found = await webgpu({ env: { [name]: value } }, [card]);
    expect(found).toMatchObject({ name: driver });
    expect(found.slow).toContain(driver);
    expect(found.unusable).toBeUndefined();
    // The driver of a real card is none.
    expect((await webgpu({ env: { [name]: '/usr/share/vulkan/icd.d/nvidia_icd.json' } }, [card])).slow).toBeUndefined();
  });

  it.each([
    ['linux', 'arm64', 'Linux on ARM'],
    ['darwin', 'x64', 'Intel'],
  ] as const)('is not there on %s %s', async (platform, arch, words) => {
    expect((await webgpu({ platform, arch }, [card])).unusable).toContain(words);
    expect((await webgpu({ platform, arch: platform === 'linux' ? 'x64' : 'arm64' }, [card])).unusable).toBeUndefined();
  });
});

describe('NVIDIA’s own ways', () => {
  const nvidia: GraphicsCard = { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 2 ** 34, driver: 'NVIDIA 580.1' };
  const kinds = async (system: Parameters<typeof fakeSystem>[0], cards: readonly GraphicsCard[]) => {
    const found = await findDevices({ system: fakeSystem(system), cards });
    return (['cuda', 'tensorflow'] as const).map((kind) => found.find((device) => device.kind === kind)!);
  };

  it('are named after the NVIDIA card, although another one is stronger', async () => {
    for (const device of await kinds({}, [card, nvidia]))
      expect(device).toMatchObject({ name: nvidia.name, memoryBytes: nvidia.memoryBytes, driver: nvidia.driver });
  });

  it('say what is missing, and how to add it', async () => {
    const [cuda, tensorflow] = await kinds({ programs: { 'nvidia-smi': '580.65, 8.9\n' } }, [nvidia]);
    expect(cuda!.unusable).toContain('cauchy device add cuda');
    expect(tensorflow!.unusable).toContain('not installed');
    expect(tensorflow!.advice).toContain('@tensorflow/tfjs-node-gpu@4.22.0');
    for (const { unusable } of await kinds({}, [card])) expect(unusable).toMatch(/NVIDIA/);
  });
});
