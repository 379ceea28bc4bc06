import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCudaDevice } from '../../../main/engine/cuda-device.ts';
import { cudaReason, providerFiles, whatIsMissing } from '../../../main/engine/cuda/needs.ts';
import type { Computer } from '../../../main/engine/cuda/needs.ts';
import { temporaryFolder } from '../../support/folders.ts';

const linkerCache = (...files: string[]) =>
  ['2 libs found in cache', ...files.map((file) => `\t${file} (libc6,x86-64) => /somewhere/${file}`)].join('\n');
const all = ['libcudart.so.13', 'libcublas.so.13', 'libcublasLt.so.13', 'libcurand.so.10', 'libcudnn.so.9'];

interface Facts {
  readonly smi?: string;
  readonly cached?: readonly string[];
  readonly env?: Computer['env'];
  readonly platform?: NodeJS.Platform;
}
const computer = ({ smi = '580.82.07, 8.9', cached = all, env = {}, platform = 'linux' }: Facts): Computer => ({
  platform,
  arch: 'x64',
  env,
  run: async (program) => (program === 'nvidia-smi' ? smi || undefined : linkerCache(...cached)),
});

async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const file of files) await writeFile(join(folder, file), '');
  return folder;
}

describe('what CUDA lacks', () => {
  it('is nothing on a computer that has all', async () => {
    const folder = await folderWith(...providerFiles);
    expect(await whatIsMissing(computer({}), folder)).toEqual([]);
    expect(await cudaReason(computer({}), folder)).toBeUndefined();
  });

  it('is the driver, the command that adds our part, and the libraries by name, all at once', async () => {
    const folder = await folderWith();
    expect(await whatIsMissing(computer({ smi: '' }), folder)).toEqual([
      expect.stringMatching(/^There is no NVIDIA driver/),
    ]);
    const old = await whatIsMissing(computer({ smi: '535.183.01, 6.1\n535.183.01, 8.9\n', cached: [] }), folder);
    expect(old).toEqual([
      expect.stringContaining('compute capability is 6.1, and 7.5 is the least'),
      expect.stringContaining('driver 535.183.01 is too old for CUDA 13, which needs 580'),
      expect.stringContaining('cauchy device add cuda'),
      expect.stringContaining(
        'CUDA 13’s libraries (libcudart.so.13, libcublas.so.13, libcublasLt.so.13 and libcurand.so.10)',
      ),
      expect.stringContaining('cuDNN 9 (libcudnn.so.9)'),
    ]);
    expect(await cudaReason(computer({ smi: '535.183.01, 8.9' }), folder)).toMatch(/535.*cauchy device add cuda/s);
  });

  it('is not what lies where the linker is told to look, or beside our part', async () => {
    const folder = await folderWith(...providerFiles, 'libcudnn.so.9', 'libcurand.so.10');
    const told = await folderWith('libcublas.so.13', 'libcublasLt.so.13');
    const missing = await whatIsMissing(computer({ cached: [], env: { LD_LIBRARY_PATH: `/nowhere:${told}` } }), folder);
    expect(missing).toEqual([expect.stringContaining('(libcudart.so.13)')]);
  });

  it('is half of our part', async () => {
    const folder = await folderWith(providerFiles[0]);
    expect(await whatIsMissing(computer({}), folder)).toEqual([expect.stringContaining('cauchy device add cuda')]);
  });

  it('is another system', async () => {
    expect(await whatIsMissing(computer({ platform: 'win32' }), '')).toEqual([expect.stringContaining('WebGPU')]);
  });
});

it('a CUDA device that can not be loaded is an error, never another device', async () => {
  const made = createCudaDevice({ kind: 'cuda', name: 'none' });
  await expect(made).rejects.toMatchObject({ code: 'engine.sessionFailed', details: { program: 'CUDA' } });
});
