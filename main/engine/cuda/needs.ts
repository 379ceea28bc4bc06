/** What training on CUDA needs besides the studio, and which of it this computer lacks. Looking loads nothing and may be done anywhere. */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { onnxRuntimeVersion } from '../../base/engine-environment.ts';
import { listed } from '../../base/errors/words.ts';
import type { System } from '../devices/system.ts';

/** The parts of ONNX Runtime that npm's package lacks. */
export const providerFiles = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'] as const;

/** CUDA 13's least: driver 580 (CUDA Toolkit 13.0 release notes, table 3) and Turing, compute capability 7.5. */
const oldestDriver = 580;
const oldestCard = 7.5;

/**
 * NVIDIA's libraries that `providerFiles` of this version are linked to (`readelf -d`), and cuDNN, which they open at the first
 * convolution. The driver brings libcuda.so.1.
 */
const libraries = [
  {
    title: 'CUDA 13’s libraries',
    files: ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10'],
  },
  { title: 'cuDNN 9', files: ['libcudnn.so.9'] },
] as const;

/** What is asked of the operating system. */
export type Computer = Pick<System, 'platform' | 'arch' | 'env' | 'run'>;

interface NvidiaDriver {
  readonly version: string;
  /** Compute capability of the first card. */
  readonly capability: number;
}

async function findDriver(computer: Computer): Promise<NvidiaDriver | undefined> {
  const query = ['--query-gpu=driver_version,compute_cap', '--format=csv,noheader'];
  // Windows Subsystem for Linux keeps it outside the search path.
  for (const program of ['nvidia-smi', '/usr/lib/wsl/lib/nvidia-smi']) {
    const [version, capability] = (await computer.run(program, query))?.split('\n')[0]?.split(',') ?? [];
    if (version && capability) return { version: version.trim(), capability: Number(capability) };
  }
  return undefined;
}

/** Where the dynamic linker looks besides its cache. */
const usualFolders = ['/lib64', '/usr/lib64', '/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib', '/usr/lib'];

/** Whether the dynamic linker of the engine process would find a library. */
async function findable(computer: Computer, folder: string): Promise<(file: string) => Promise<boolean>> {
  const cache = (await computer.run('/sbin/ldconfig', ['-p'])) ?? '';
  const cached = new Set(Array.from(cache.matchAll(/^\s*(\S+) \(/gm), ([, name]) => name));
  const told = (computer.env['LD_LIBRARY_PATH'] ?? '').split(':').filter(Boolean);
  return async (file) => {
    if (cached.has(file)) return true;
    for (const place of [folder, ...told, ...usualFolders]) if (await isThere(join(place, file))) return true;
    return false;
  };
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * What is missing for CUDA, in plain sentences that say what to do; none when all is there.
 * @param folder where `cauchy device add cuda` puts ONNX Runtime's part (cudaFolder)
 */
export async function whatIsMissing(computer: Computer, folder: string): Promise<string[]> {
  if (computer.platform !== 'linux' || computer.arch !== 'x64')
    return ['CUDA is for Linux on x64 only. On this system the graphics card is used through WebGPU.'];
  const driver = await findDriver(computer);
  if (!driver)
    return [
      'There is no NVIDIA driver, or no NVIDIA graphics card. Install the driver if there is a card, and restart.',
    ];
  const missing: string[] = [];
  if (driver.capability < oldestCard)
    missing.push(
      `The graphics card is too old for CUDA 13: its compute capability is ${driver.capability}, and ${oldestCard} is the least (GeForce 16 and RTX 20). Use it through WebGPU.`,
    );
  if (Number.parseInt(driver.version, 10) < oldestDriver)
    missing.push(
      `The NVIDIA driver ${driver.version} is too old for CUDA 13, which needs ${oldestDriver} or newer. Update the driver.`,
    );
  const added = await Promise.all(providerFiles.map((file) => isThere(join(folder, file))));
  if (!added.every(Boolean))
    missing.push(
      `The CUDA part of ONNX Runtime ${onnxRuntimeVersion} is not there. Add it with “cauchy device add cuda”.`,
    );
  return [...missing, ...(await missingLibraries(computer, folder))];
}

/** Which of NVIDIA's libraries the dynamic linker would not find, in plain sentences. */
export async function missingLibraries(computer: Computer, folder: string): Promise<string[]> {
  const isFindable = await findable(computer, folder);
  const sentences: string[] = [];
  for (const { title, files } of libraries) {
    const found = await Promise.all(files.map(isFindable));
    const absent = files.filter((_, i) => !found[i]);
    if (absent.length > 0)
      sentences.push(
        `${title} (${listed(absent, absent.length)}) can not be found. Install them with your system’s packages or from NVIDIA, or put them into ${folder}.`,
      );
  }
  return sentences;
}

/** Why CUDA can not be used, or undefined when nothing is missing. */
export async function cudaReason(computer: Computer, folder: string): Promise<string | undefined> {
  const missing = await whatIsMissing(computer, folder);
  return missing.length === 0 ? undefined : missing.join(' ');
}
