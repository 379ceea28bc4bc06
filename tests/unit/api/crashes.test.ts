import { describe, expect, it } from 'vitest';
import { mostCrashesInARow, outliveCrashes } from '../../../main/api/handlers/crashes.ts';
import { studioError } from '../../../main/base/errors.ts';
import type { RunRecord } from '../../../main/runs/schema.ts';

const at = (step: number) => ({ id: 'run-001', step }) as RunRecord;
const crash = () => studioError('engine.stopped', { reason: 'the engine process was ended by SIGSEGV' });

/** A run that crashes once for each entry: the step of the newest checkpoint then, undefined before it has a record. */
async function live(crashes: readonly (number | undefined)[], isUnwanted = () => false, thrown: Error = crash()) {
  const told: string[] = [];
  let lives = 0;
  const life = (way: string) => async () => {
    told.push(way);
    if (lives++ < crashes.length) throw thrown;
    return at(100);
  };
  const outcome: unknown = await outliveCrashes({
    start: life('start'),
    resume: life('resume'),
    isUnwanted,
    recorded: async () => {
      const step = crashes[lives - 1];
      return step === undefined ? undefined : at(step);
    },
    onRestart: async ({ step }, { code }, restarts) => void told.push(`restart ${restarts} from ${step}: ${code}`),
    onGivingUp: async ({ step }, { code }) => void told.push(`giving up at ${step}: ${code}`),
  }).catch((reason: unknown) => reason);
  return { told, outcome };
}

describe('a run whose engine crashes', () => {
  it('goes on from its last checkpoint, as often as it gets further', async () => {
    const steps = [0, 10, 20, 30, 40];
    const { told, outcome } = await live(steps);
    expect(outcome).toMatchObject({ step: 100 });
    expect(told).toEqual([
      'start',
      ...steps.flatMap((step, i) => [`restart ${i + 1} from ${step}: engine.stopped`, 'resume']),
    ]);
  });

  it('is left to the person after three crashes at the same step, in words that say so', async () => {
    expect(mostCrashesInARow).toBe(3);
    const { told, outcome } = await live([10, 20, 20, 20]);
    expect(told.filter((word) => word === 'resume')).toHaveLength(3);
    expect(told.at(-1)).toBe('giving up at 20: run.keepsCrashing');
    expect(outcome).toMatchObject({ code: 'run.keepsCrashing', details: { step: 20, count: 3 } });
    expect((outcome as { words: { what: string } }).words.what).toMatch(/3 times in a row .* step 20\..*SIGSEGV/);
  });

  it.each([
    ['was paused or is being stopped', [10], (): boolean => true],
    ['was still being planned', [undefined], (): boolean => false],
  ] as const)('does not go on by itself when it %s', async (_when, crashes, isUnwanted) => {
    const { told, outcome } = await live(crashes, isUnwanted);
    expect(told).toEqual(['start']);
    expect(outcome).toMatchObject({ code: 'engine.stopped' });
  });

  it('goes on after crashes only', async () => {
    const changed = studioError('run.latentsChanged', { run: 'run-001' });
    const { told, outcome } = await live([10], () => false, changed);
    expect(told).toEqual(['start']);
    expect(outcome).toBe(changed);
  });
});
