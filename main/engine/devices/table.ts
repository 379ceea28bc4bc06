/**
 * The kinds of devices: how each is looked for, and how it is made. A new kind is one more row.
 * Looking loads nothing and tries nothing, so it may be done anywhere; what a row makes is loaded only in the device thread.
 */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { cudaFolder } from '../../base/engine-environment.ts';
import { studioError } from '../../base/errors.ts';
import { cpuInfo } from '../cpu-info.ts';
import { cudaReason } from '../cuda/needs.ts';
import type { DeviceHandlers } from '../programs.ts';
import type { DeviceInfo, DeviceKind } from '../schema.ts';
import type { GraphicsCard } from './graphics-cards.ts';
import type { System } from './system.ts';

export interface Computer {
  readonly system: System;
  /** Those that can compute, the strongest first. */
  readonly cards: readonly GraphicsCard[];
}

export interface DeviceEntry {
  readonly kind: DeviceKind;
  find(computer: Computer): DeviceInfo | Promise<DeviceInfo>;
  create(info: DeviceInfo): Promise<DeviceHandlers>;
}

const cpu: DeviceEntry = {
  kind: 'cpu',
  find: () => cpuInfo(),
  create: async () => (await import('../cpu-device.ts')).createCpuDevice(),
};

/** ONNX Runtime 1.30 has no WebGPU, or nothing at all, for these. */
const withoutWebGpu: Readonly<Record<string, string>> = {
  'linux arm64': 'Linux on ARM',
  'darwin x64': 'Macs with an Intel processor',
};

/** Vulkan can be told to take one driver; these two compute on the processor. */
function softwareDriver({ env }: System): string | undefined {
  const told = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'].map((name) => env[name] ?? '').join(' ');
  if (/swiftshader/i.test(told)) return 'SwiftShader';
  return /lvp_icd|lavapipe|llvmpipe/i.test(told) ? 'Lavapipe' : undefined;
}

function findWebGpu({ system, cards }: Computer): DeviceInfo {
  const unsupported = withoutWebGpu[`${system.platform} ${system.arch}`];
  const [card] = cards;
  const named = { kind: 'webgpu', ...(card ?? { name: 'No graphics card' }) } as const;
  if (unsupported !== undefined)
    return { ...named, unusable: `The part that computes, ONNX Runtime, has no WebGPU for ${unsupported}.` };
  const driver = softwareDriver(system);
  if (driver !== undefined)
    return {
      kind: 'webgpu',
      name: driver,
      slow: `The Vulkan driver is set to ${driver}, which computes on the processor.`,
    };
  if (card) return named;
  return {
    ...named,
    unusable: 'No graphics card was found in this computer.',
    advice: 'If it has one, install its driver, restart the computer, and press Check.',
    // Whatever answers all the same can only be a program.
    slow: 'There is no graphics card, so what answers as one computes on the processor.',
  };
}

const webgpu: DeviceEntry = {
  kind: 'webgpu',
  find: findWebGpu,
  create: async (info) => (await import('../webgpu-device.ts')).createWebGpuDevice(info),
};

const nvidiaCard = (cards: readonly GraphicsCard[]): GraphicsCard | undefined =>
  cards.find(({ name }) => /nvidia|geforce|quadro|tesla/i.test(name));

async function findCuda({ system, cards }: Computer): Promise<DeviceInfo> {
  const named = { kind: 'cuda', ...(nvidiaCard(cards) ?? { name: 'No NVIDIA graphics card' }) } as const;
  const unusable = await cudaReason(system, cudaFolder(system.env, system.platform, homedir()));
  return { ...named, ...(unusable !== undefined && { unusable }) };
}

const cuda: DeviceEntry = {
  kind: 'cuda',
  find: findCuda,
  create: async (info) => (await import('../cuda-device.ts')).createCudaDevice(info),
};

const tensorflowPackage = '@tensorflow/tfjs-node-gpu';

/** Whether the package is there; loading it is for the device thread. */
function hasTensorFlow(): boolean {
  try {
    createRequire(import.meta.url).resolve(`${tensorflowPackage}/package.json`);
    return true;
  } catch {
    return false;
  }
}

function findTensorFlow({ cards }: Computer): DeviceInfo {
  const card = nvidiaCard(cards);
  const named = { kind: 'tensorflow', ...(card ?? { name: 'No NVIDIA graphics card' }) } as const;
  if (!card) return { ...named, unusable: 'No NVIDIA graphics card was found in this computer.' };
  if (hasTensorFlow()) return named;
  return {
    ...named,
    unusable: 'TensorFlow is not installed. It is for people who have CUDA 11.2 and cuDNN 8.1 set up already.',
    advice: `In the folder of the studio: npm install --no-save ${tensorflowPackage}@4.22.0`,
  };
}

const tensorflow: DeviceEntry = {
  kind: 'tensorflow',
  find: findTensorFlow,
  create: async () => {
    const { loadTensorFlow } = await import('../../tensor/tensorflow.ts');
    const { createTensorFlowDevice, tensorflowInfo } = await import('../tensorflow-device.ts');
    const loaded = loadTensorFlow();
    const { unusable: reason } = tensorflowInfo(loaded);
    if (!loaded.loaded || reason !== undefined)
      throw studioError('device.unusable', { device: 'TensorFlow', reason: reason ?? 'It was not loaded.' });
    return createTensorFlowDevice(loaded);
  },
};

/** In the order in which they are shown. */
export const deviceTable: readonly DeviceEntry[] = [webgpu, cuda, tensorflow, cpu];

/** The handlers of a device that was found. */
export async function createDevice(info: DeviceInfo): Promise<DeviceHandlers> {
  const entry = deviceTable.find(({ kind }) => kind === info.kind);
  if (!entry) throw new RangeError(`internal: no device of the kind ${info.kind}`);
  return entry.create(info);
}

export const findDevices = (computer: Computer): Promise<DeviceInfo[]> =>
  Promise.all(deviceTable.map(async ({ find }) => find(computer)));
