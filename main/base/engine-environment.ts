/** The environment of the engine process: what its libraries read before any line of ours runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { studioFolders } from './folders.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The version of ONNX Runtime whose parts fit together. */
export const onnxRuntimeVersion = '1.30.0';

/** Where `cauchy device add cuda` puts ONNX Runtime's CUDA part. */
export const cudaFolder = (env: Environment, platform: NodeJS.Platform, home: string): string =>
  join(studioFolders(env, platform, home).dataFolder, `onnxruntime-${onnxRuntimeVersion}-cuda`);

/** @param home the person's home folder */
export function engineEnvironment(
  env: Environment,
  platform: NodeJS.Platform,
  home: string,
): Record<string, string | undefined> {
  const folder = cudaFolder(env, platform, home);
  return {
    // Tensor cores would round every factor of a product to 10 bits (TF32); float32 means float32 until one asks otherwise.
    NVIDIA_TF32_OVERRIDE: '0',
    // TensorFlow would take all memory of the card when it starts, and leave none to others.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // Its warnings are for the log, its notes about the processor are not.
    TF_CPP_MIN_LOG_LEVEL: '1',
    // Every step of the CPU leaves a whole new state in fresh memory, which large pages make cheaper to have (glibc; tests/bench/RESULTS.md).
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    ...env,
    // ONNX Runtime looks for its CUDA part beside itself, and the linker looks for ONNX Runtime here first.
    ...(existsSync(folder) && { LD_LIBRARY_PATH: [folder, env['LD_LIBRARY_PATH']].filter(Boolean).join(':') }),
    // ONNX Runtime's binaries report their use to Microsoft unless this is set before they are loaded.
    ORT_DISABLE_TELEMETRY: '1',
  };
}
