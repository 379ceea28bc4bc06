import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../main/training/checkpoint.ts';
import { goodSteps, nextScaling } from '../../../main/training/loss-scaling.ts';
import { readMetrics } from '../../../main/training/metrics.ts';
import { runCompiled } from '../../support/compiled.ts';
import { tensor } from '../../support/tensors.ts';
import { runTiny, tinyConfig } from '../../support/training.ts';

const scalar = (value: number) => tensor([value], []);

/** Scale and streak after a step. */
async function after(scale: number, streak: number, committed: boolean): Promise<[number, number]> {
  const outputs = await runCompiled(({ committed: was, ...state }) => ({ ...nextScaling(state, was!) }), {
    'scaling/scale': scalar(scale),
    'scaling/streak': scalar(streak),
    committed: scalar(committed ? 1 : 0),
  });
  expect(outputs['lossScale']!.data[0]).toBe(scale);
  return [outputs['scaling/scale']!.data[0]!, outputs['scaling/streak']!.data[0]!];
}

describe('the scale of the loss', () => {
  it('halves when a step is skipped, and the streak begins anew', async () => {
    expect(await after(1024, 77, false)).toEqual([512, 0]);
  });
  it('stays while steps are good', async () => {
    expect(await after(1024, 77, true)).toEqual([1024, 78]);
  });
  it('doubles after 2,000 good steps', async () => {
    expect(await after(1024, goodSteps - 1, true)).toEqual([2048, 0]);
  });
});

describe('a run in mixed precision', () => {
  const steps = 8;
  const length = { kind: 'steps', steps } as const;
  const mixed = tinyConfig({ precision: 'mixed', length });
  const trained = async (options: Parameters<typeof runTiny>[0]) => {
    const { folder, end } = await runTiny(options);
    const { info, state } = (await readCheckpoint(folder))!;
    const value = (name: string) => state.find((one) => one.name === name)?.data[0];
    return { folder, end, info, state, value, rows: await readMetrics(folder) };
  };

  it('has the losses of full precision to the precision of float16, and its scale in the checkpoint', async () => {
    const [full, half] = [await trained({ config: tinyConfig({ length }) }), await trained({ config: mixed })];
    const committed = half.rows.filter(({ loss }) => loss !== null);
    // Steps that were skipped to find the scale are steps that full precision was ahead.
    expect(committed[0]!.loss! / full.rows[half.info.skipped]!.loss!).toBeCloseTo(1, 2);
    expect(half.value('scaling/scale')).toBe(2 ** (16 - half.info.skipped));
    expect(half.value('scaling/streak')).toBe(steps - half.info.skipped);
    expect(full.value('scaling/scale')).toBeUndefined();
  });

  it('goes on from a checkpoint as if it had not stopped, bit for bit', async () => {
    const whole = await trained({ config: mixed });
    const first = await trained({ config: mixed, stopAfter: 3 });
    const resumed = await trained({ config: mixed, folder: first.folder });
    expect(resumed.info).toEqual({ ...whole.info, seconds: resumed.info.seconds, sha256: whole.info.sha256 });
    expect(resumed.state).toEqual(whole.state);
  });

  it('counts steps that overflow, and does not halve the learning rate for them while there is a scale to lower', async () => {
    // A loss so large that float16 holds its gradient only when it is scaled down.
    const spoiled = await trained({
      config: tinyConfig({
        precision: 'mixed',
        length,
        nonFiniteLimit: 1,
        objective: { kind: 'consistency', curriculum: { s0: 4, s1: 16 }, diffusionLoss: { threshold: 0, weight: 1e7 } },
      }),
    });
    expect(spoiled.end.reason).toBe('finished');
    expect(spoiled.info).toMatchObject({ halvings: 0, skippedSinceHalving: 0 });
    expect(spoiled.info.skipped).toBeGreaterThan(5);
    expect(spoiled.value('scaling/scale')).toBe(2 ** (16 - spoiled.info.skipped));
  });

  it('ends with an explanation when no scale helps', async () => {
    const { end } = await runTiny({
      config: tinyConfig({ precision: 'mixed', nonFiniteLimit: 2, length: { kind: 'steps', steps: 60 } }),
      spoil: (batch) => ({ ...batch, x_0: batch.x_0.map(() => NaN) }),
    });
    expect(end.reason).toBe('notFinite');
    // The scale comes down from 2¹⁶; then three steps halve the learning rate, and three more end the run.
    expect(end.position).toMatchObject({ skipped: 16 + 3 + 3, halvings: 1 });
  });
});
