/**
 * ONNX Runtime's CUDA part, which is too large for npm's package. It is taken from the wheel of the same version on PyPI, which
 * was built from the same commit; why from there is in this module's README.
 */
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { studioError } from '../base/errors.ts';
import { onnxRuntimeVersion } from '../base/engine-environment.ts';
import { providerFiles } from '../engine/cuda/needs.ts';
import { syncFolder, withFileErrors } from '../storage/files.ts';
import { arrived, checkSpace, download } from './download.ts';
import type { DownloadOptions, RemoteFile } from './download.ts';

export interface CudaPackage extends RemoteFile {
  readonly version: string;
  /** Bytes on the disk in the end. */
  readonly unpackedBytes: number;
}

export const cudaPackage: CudaPackage = {
  version: onnxRuntimeVersion,
  url: 'https://files.pythonhosted.org/packages/9e/80/d96143329dbe925d434b016c890a5caa785fac8e14a1570e5d6818b63545/onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
  bytes: 246_685_715,
  sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
  unpackedBytes: 317_893_048,
};

/** npm's own part, which has to lie beside: it looks for the others where it was loaded from. */
const runtimeFile = 'libonnxruntime.so.1';

/** Where npm has put it. */
function runtimePath(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(root, 'bin', 'napi-v6', 'linux', 'x64', runtimeFile);
}

/** Downloads, verifies and unpacks to `folder` (cudaFolder), which appears complete or not at all. */
export async function addCuda(wanted: CudaPackage, folder: string, options: DownloadOptions = {}): Promise<void> {
  const wheel = `${folder}.whl`;
  await checkSpace(folder, wanted.bytes - (await arrived(wheel)) + wanted.unpackedBytes);
  await download(wanted, wheel, options);
  const unfinished = `${folder}.tmp`;
  await withFileErrors(folder, async () => {
    try {
      await rm(unfinished, { recursive: true, force: true });
      await mkdir(unfinished);
      await unpack(wheel, providerFiles, unfinished);
      await copyFile(runtimePath(), join(unfinished, runtimeFile));
      await rm(folder, { recursive: true, force: true });
      await rename(unfinished, folder);
      await syncFolder(dirname(folder));
    } finally {
      await rm(unfinished, { recursive: true, force: true });
      await rm(wheel, { force: true });
    }
  });
}

/** Writes the files of these names, wherever in the archive they are, to `folder`. */
async function unpack(archive: string, names: readonly string[], folder: string): Promise<void> {
  const missing = new Set(names);
  const zip = await openPromise(archive, { autoClose: false });
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.split('/').at(-1)!;
      if (!missing.delete(name)) continue;
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(join(folder, name), { flush: true }));
    }
  } finally {
    zip.close();
  }
  if (missing.size > 0)
    throw studioError('storage.damaged', { path: archive, reason: `it lacks ${[...missing].join(' and ')}` });
}

/** Removes everything that `addCuda` has made. Returns whether there was anything. */
export async function removeCuda(folder: string): Promise<boolean> {
  return withFileErrors(folder, async () => {
    const wasThere = await Promise.all(
      [folder, `${folder}.whl`, `${folder}.whl.part`].map((path) =>
        rm(path, { recursive: true }).then(
          () => true,
          (thrown: unknown) => {
            if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
            throw thrown;
          },
        ),
      ),
    );
    return wasThere.includes(true);
  });
}
