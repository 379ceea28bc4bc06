/** What a person may choose about a benchmark, and what that gives each of them to work with. */
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { engineEnvironment } from '../base/engine-environment.ts';
import { studioError } from '../base/errors.ts';
import { deviceKindSchema } from './device.ts';
import { networks } from './networks.ts';
import { precisionSchema } from './step-graph.ts';
import type { NetworkName } from './networks.ts';
import type { NoPeer } from './contest.ts';
import { thisMachine } from './machine.ts';
import type { RoundOptions } from './rounds.ts';
import { startSide } from './side.ts';
import type { Launch, Side } from './side.ts';
import type { tasks } from './tasks/tasks.ts';
import { vaeNameSchema } from './vaes.ts';

export const benchOptionsSchema = z.strictObject({
  device: deviceKindSchema.default('cpu'),
  network: z.enum(Object.keys(networks) as [NetworkName, ...NetworkName[]]).default('dit'),
  batch: z.int().positive().optional(),
  vae: vaeNameSchema.default('starter'),
  /** Side of the pictures that are encoded and decoded. */
  size: z.int().positive().multipleOf(8).max(1024).default(64),
  precision: precisionSchema,
  /** Which way of using PyTorch is the peer: as it comes, or compiled, with autocast. */
  peer: z.enum(['eager', 'compile']).default('eager'),
  rounds: z.int().positive().default(12),
  python: z.string().optional(),
  peers: z.string(),
  /** The folder of presets and VAEs. */
  resources: z.string(),
  /** Where the time of a step goes, instead of how long it takes. */
  profile: z.boolean().default(false),
});
export type BenchOptions = z.infer<typeof benchOptionsSchema>;

export interface BenchContext {
  readonly options: BenchOptions;
  readonly rounds: RoundOptions;
  readonly machine: ReturnType<typeof thisMachine>;
  readonly now: () => Date;
  /** A side of ours in a process of its own. */
  ours(task: keyof typeof tasks, spec: object, title?: string): Promise<Side>;
  /** A side in the person's Python; without a Python the reason why there is none. */
  peer(title: string, task: string, spec: object): Promise<Side | NoPeer>;
  /** Ends every side that is still there. */
  close(): void;
}

const warmUp = 3;
/** Longer than the threads of ONNX Runtime and of OpenMP spin after their work. */
const pauseMs = 50;

/** @param sideScript absolute path of dist/main/bench/side.process.js */
export function createContext(options: BenchOptions, sideScript: string): BenchContext {
  const sides: Side[] = [];
  const start = async (launch: Launch, task: string, spec: object): Promise<Side> => {
    const side = await startSide(launch, task, { ...spec });
    sides.push(side);
    return side;
  };
  return {
    options,
    rounds: { rounds: options.rounds, warmUp, pauseMs },
    machine: thisMachine(),
    now: () => new Date(),
    ours: (task, spec, title = 'Cauchy Studio') => start(ourLaunch(title, sideScript), task, spec),
    peer: async (title, task, spec) => {
      const { python, peers } = options;
      if (python === undefined) return { reason: 'no Python was given (--python)' };
      const script = join(peers, `${task}.py`);
      await access(script).catch((problem: unknown) => {
        throw studioError('bench.noPeers', { script }, problem);
      });
      return start({ title, isOurs: false, program: python, args: ['-u', script] }, task, spec);
    },
    close: () => sides.forEach((side) => side.kill()),
  };
}

const ourLaunch = (title: string, sideScript: string): Launch => ({
  title,
  isOurs: true,
  program: process.execPath,
  args: ['--enable-source-maps', sideScript],
  env: engineEnvironment(process.env, process.platform, homedir()),
});
