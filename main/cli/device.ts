/** `cauchy device add cuda` and `cauchy device remove cuda`: the only verbs that use the network. */
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { cudaFolder } from '../base/engine-environment.ts';
import { studioError } from '../base/errors.ts';
import { addCuda, cudaPackage, removeCuda } from '../downloads/cuda.ts';
import type { CudaPackage } from '../downloads/cuda.ts';
import { megabytes } from '../downloads/download.ts';
import { whatIsMissing } from '../engine/cuda/needs.ts';
import type { Computer } from '../engine/cuda/needs.ts';
import { thisSystem } from '../engine/devices/system.ts';
import type { Output } from './output.ts';

export interface DeviceCommand {
  readonly output: Output;
  /** Ctrl-C: what has arrived of a download is kept. */
  readonly interrupted: AbortSignal;
  /** Waits for a yes or no. */
  readonly ask: (question: string) => Promise<boolean>;
  readonly wanted?: CudaPackage;
  readonly computer?: Computer;
}

const folderOf = ({ env, platform }: Computer): string => cudaFolder(env, platform, homedir());

export async function addCudaCommand(command: DeviceCommand): Promise<void> {
  const { output, interrupted, ask, wanted = cudaPackage, computer = thisSystem } = command;
  const folder = folderOf(computer);
  if (computer.platform !== 'linux' || computer.arch !== 'x64')
    throw studioError('device.notAdded', { reason: (await whatIsMissing(computer, folder))[0]! });
  output.say(
    `The CUDA part of ONNX Runtime ${wanted.version}: ${megabytes(wanted.bytes)} from ${new URL(wanted.url).host}, ${megabytes(wanted.unpackedBytes)} in ${folder}. It is checked against a SHA-256 that this version of the studio knows. Licence: MIT.`,
  );
  if (!(await ask('Download it?'))) throw studioError('download.notAgreed', {});
  let told = 0;
  await addCuda(wanted, folder, {
    signal: interrupted,
    onProgress: (done) => {
      const tenth = Math.floor((10 * done) / wanted.bytes);
      if (tenth > told) output.say(`${tenth * 10} % of ${megabytes(wanted.bytes)}`);
      told = Math.max(told, tenth);
    },
  });
  const missing = await whatIsMissing(computer, folder);
  const still =
    missing.length === 0 ? ['Nothing else is missing.'] : ['Still missing:', ...missing.map((one) => `  ${one}`)];
  output.result(
    { added: 'cuda', version: wanted.version, folder, missing },
    [`Added to ${folder}.`, ...still].join('\n'),
  );
}

export async function removeCudaCommand({
  output,
  computer = thisSystem,
}: Pick<DeviceCommand, 'output' | 'computer'>): Promise<void> {
  const folder = folderOf(computer);
  const removed = await removeCuda(folder);
  output.result(
    { removed: removed ? 'cuda' : null, folder },
    removed ? `${folder} is removed.` : 'There was nothing to remove.',
  );
}

/** Asks on the terminal; only an explicit yes is one, and Ctrl-C is a no. */
export function askOnTerminal(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    terminal.on('close', () => resolve(false));
    terminal.question(`${question} [y/N] `, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()));
      terminal.close();
    });
  });
}
