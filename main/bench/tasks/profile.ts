/** Where the time of a training step goes, as ONNX Runtime's profiler sees it on the CPU. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createCpuDevice } from '../../engine/cpu-device.ts';
import { localDevice } from '../../engine/local-device.ts';
import { loadStep, stepSpecSchema } from './step.ts';
import type { Prepare } from './task.ts';

const eventSchema = z.object({
  cat: z.string(),
  name: z.string(),
  /** Begin and duration in microseconds. */
  ts: z.number(),
  dur: z.number(),
  args: z.object({ op_name: z.string().optional() }).optional(),
});
type Event = z.infer<typeof eventSchema>;

export const profileFactsSchema = z.strictObject({
  steps: z.int().positive(),
  /** Milliseconds of a step, and of it what no kernel took: scheduling, memory, the profiler itself. */
  ms: z.number(),
  outside_ms: z.number(),
  /** By op of the graph that runs, after the runtime's own fusions: milliseconds and calls in a step. The dearest first. */
  ops: z.array(z.strictObject({ op: z.string(), ms: z.number(), calls: z.number() })),
});
export type ProfileFacts = z.infer<typeof profileFactsSchema>;

const warmUp = 3;
const steps = 5;

/** Sums up what the profiler wrote, less the runs that warm up. */
export function summarise(events: readonly Event[], runsBefore: number): ProfileFacts {
  const runs = events
    .filter(({ cat, name }) => cat === 'Session' && name === 'model_run')
    .sort((a, b) => a.ts - b.ts)
    .slice(runsBefore);
  const ops = new Map<string, { us: number; calls: number }>();
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || !name.endsWith('_kernel_time') || ts < runs[0]!.ts) continue;
    const op = args?.op_name ?? name;
    const { us, calls } = ops.get(op) ?? { us: 0, calls: 0 };
    ops.set(op, { us: us + dur, calls: calls + 1 });
  }
  const perStep = (us: number) => us / 1000 / runs.length;
  const rows = [...ops].map(([op, { us, calls }]) => ({ op, ms: perStep(us), calls: calls / runs.length }));
  const ms = perStep(runs.reduce((sum, { dur }) => sum + dur, 0));
  return {
    steps: runs.length,
    ms,
    outside_ms: ms - rows.reduce((sum, row) => sum + row.ms, 0),
    ops: rows.sort((a, b) => b.ms - a.ms),
  };
}

/** Everything happens while preparing: the profile is written when the program is unloaded. */
export const prepareProfile: Prepare = async (given) => {
  const spec = stepSpecSchema.extend({ device: z.literal('cpu') }).parse(given);
  const folder = await mkdtemp(join(tmpdir(), 'cauchy-profile-'));
  try {
    const device = localDevice(createCpuDevice(undefined, join(folder, 'step')));
    const step = await loadStep(device, spec);
    for (let i = 0; i < warmUp + steps; i++) await step.steps();
    await device.unload({ program: 'step' });
    const [file] = await readdir(folder);
    const events = z.array(eventSchema).parse(JSON.parse(await readFile(join(folder, file!), 'utf8')));
    return { facts: summarise(events, warmUp), round: () => Promise.resolve({ ms: 0, values: [] }) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
