import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, vi } from 'vitest';
import { ZipFile } from 'yazl';
import { engineEnvironment, onnxRuntimeVersion } from '../../../main/base/engine-environment.ts';
import { addCudaCommand, removeCudaCommand } from '../../../main/cli/device.ts';
import { createOutput } from '../../../main/cli/output.ts';
import { cudaPackage } from '../../../main/downloads/cuda.ts';
import type { CudaPackage } from '../../../main/downloads/cuda.ts';
import type { Computer } from '../../../main/engine/cuda/needs.ts';
import { fileServer } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/folders.ts';

const runtimePackage = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');

/** An archive like the wheel: the two files that are wanted, and others. */
async function wheel(names: readonly string[]): Promise<Buffer> {
  const zip = new ZipFile();
  for (const name of [...names, 'libonnxruntime_providers_tensorrt.so', 'onnxruntime_pybind11_state.so'])
    zip.addBuffer(Buffer.from(`contents of ${name}`), `onnxruntime/capi/${name}`);
  zip.end();
  return buffer(zip.outputStream);
}
const wanted = ['libonnxruntime_providers_cuda.so', 'libonnxruntime_providers_shared.so'];

async function rig({
  names = wanted,
  changes = {},
}: { names?: readonly string[]; changes?: Partial<CudaPackage> } = {}) {
  const bytes = await wheel(names);
  const server = await fileServer(bytes);
  const home = await temporaryFolder();
  const lines: Record<string, unknown>[] = [];
  const output = createOutput(true, {
    out: (text) => lines.push(JSON.parse(text) as Record<string, unknown>),
    err: () => undefined,
    isTerminal: false,
  });
  const computer: Computer = { platform: 'linux', arch: 'x64', env: { CAUCHY_HOME: home }, run: async () => undefined };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const ask = vi.fn(async () => true);
  const command = {
    output,
    interrupted: new AbortController().signal,
    ask,
    wanted: {
      version: onnxRuntimeVersion,
      url: server.url,
      bytes: bytes.length,
      sha256,
      unpackedBytes: 1000,
      ...changes,
    },
    computer,
  };
  const folder = join(home, 'data', `onnxruntime-${onnxRuntimeVersion}-cuda`);
  return {
    command,
    server,
    lines,
    folder,
    home,
    left: () => (existsSync(dirname(folder)) ? readdirSync(dirname(folder)) : []),
  };
}

describe('cauchy device add cuda', () => {
  it('asks with version, size and source, downloads, checks, and leaves only what is needed', async () => {
    const { command, lines, folder, left } = await rig();
    await addCudaCommand(command);
    expect(lines[0]).toMatchObject({ type: 'message' });
    expect(lines[0]!['text']).toContain(`ONNX Runtime ${onnxRuntimeVersion}: 1 MB from 127.0.0.1`);
    expect(command.ask).toHaveBeenCalledOnce();
    expect(left()).toEqual([`onnxruntime-${onnxRuntimeVersion}-cuda`]);
    expect(readdirSync(folder).sort()).toEqual(['libonnxruntime.so.1', ...wanted]);
    for (const name of wanted) expect(readFileSync(join(folder, name), 'utf8')).toBe(`contents of ${name}`);
    expect(lines.at(-1)).toMatchObject({ type: 'result', added: 'cuda', folder });
    expect(lines.at(-1)!['missing']).toEqual([expect.stringContaining('no NVIDIA driver')]);
  });

  it('puts beside it the very file that npm’s package loads', async () => {
    const { command, folder } = await rig();
    await addCudaCommand(command);
    const own = join(dirname(runtimePackage), 'bin/napi-v6/linux/x64/libonnxruntime.so.1');
    expect(readFileSync(join(folder, 'libonnxruntime.so.1')).equals(readFileSync(own))).toBe(true);
  });

  it('downloads nothing without a yes', async () => {
    const { command, server, left } = await rig();
    command.ask.mockResolvedValue(false);
    await expect(addCudaCommand(command)).rejects.toMatchObject({ code: 'download.notAgreed' });
    expect([server.requests, left()]).toEqual([[], []]);
  });

  it('downloads nothing where it is of no use, or finds no room', async () => {
    const { command, server } = await rig();
    const mac = { ...command, computer: { ...command.computer, platform: 'darwin' as const } };
    await expect(addCudaCommand(mac)).rejects.toMatchObject({ code: 'device.notAdded' });
    const huge = { ...command, wanted: { ...command.wanted, unpackedBytes: 1e18 } };
    await expect(addCudaCommand(huge)).rejects.toMatchObject({ code: 'download.noSpace' });
    expect(server.requests).toEqual([]);
  });

  it('goes on after a broken download', async () => {
    const { command, server, folder, left } = await rig();
    server.breakAfter = 100;
    await expect(addCudaCommand(command)).rejects.toMatchObject({ code: 'download.failed' });
    expect(left()).toEqual([expect.stringMatching(/\.whl\.part$/)]);
    server.breakAfter = undefined;
    await addCudaCommand(command);
    expect(server.requests[1]).toMatch(/^bytes=\d+-$/);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('adds nothing from a file with another checksum, or without the parts', async () => {
    const other = await rig({ changes: { sha256: '0'.repeat(64) } });
    await expect(addCudaCommand(other.command)).rejects.toMatchObject({ code: 'download.wrongFile' });
    expect(other.left()).toEqual([]);
    const less = await rig({ names: wanted.slice(1) });
    await expect(addCudaCommand(less.command)).rejects.toThrow(/lacks libonnxruntime_providers_cuda.so/);
    expect(less.left()).toEqual([]);
  });

  it('added again replaces what was there', async () => {
    const { command, folder } = await rig();
    await addCudaCommand(command);
    await addCudaCommand(command);
    expect(readdirSync(folder)).toHaveLength(3);
  });
});

it('cauchy device remove cuda removes it, and says when there was nothing', async () => {
  const { command, lines, left } = await rig();
  await addCudaCommand(command);
  await removeCudaCommand(command);
  expect(lines.at(-1)).toMatchObject({ removed: 'cuda' });
  expect(left()).toEqual([]);
  await removeCudaCommand(command);
  expect(lines.at(-1)).toMatchObject({ removed: null });
});

describe('what was added', () => {
  it('is where the linker of the engine process looks first', async () => {
    const { command, folder, home } = await rig();
    const variable = (env: Record<string, string>) =>
      engineEnvironment({ CAUCHY_HOME: home, ...env }, 'linux', '/home/me')['LD_LIBRARY_PATH'];
    expect(variable({})).toBeUndefined();
    await addCudaCommand(command);
    expect(variable({})).toBe(folder);
    expect(variable({ LD_LIBRARY_PATH: '/usr/local/cuda/lib64' })).toBe(`${folder}:/usr/local/cuda/lib64`);
  });

  it('fits the ONNX Runtime that is installed', () => {
    const { version } = JSON.parse(readFileSync(runtimePackage, 'utf8')) as { version: string };
    expect(onnxRuntimeVersion).toBe(version);
    expect(cudaPackage.url).toContain(`onnxruntime_gpu-${version}-`);
  });
});
