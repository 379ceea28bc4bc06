import { describe, expect, it } from 'vitest';
import { chooseDevice, deviceRows, tolerance } from '../../../../main/engine/devices/choice.ts';
import type { DeviceCheck, DeviceInfo, DeviceKind } from '../../../../main/engine/schema.ts';

const version = '1.2.3';
const cpu: DeviceInfo = { kind: 'cpu', name: 'A processor', threads: 8 };
const gpu: DeviceInfo = { kind: 'webgpu', name: 'A card', driver: '1.0' };
const cuda: DeviceInfo = { kind: 'cuda', name: 'A card', driver: '1.0' };
const model = { name: 'Quick look', parameters: 1000, batchSize: 64 };
const right = (['encode', 'train', 'sample'] as const).map((part) => ({ part, deviation: 1e-5 }));

function check(
  { kind, name, driver }: DeviceInfo,
  milliseconds: number,
  change: Partial<DeviceCheck> = {},
): DeviceCheck {
  return {
    at: '2026-01-01T00:00:00.000Z',
    version,
    name,
    ...(driver === undefined ? {} : { driver }),
    gemm: { size: 1024, gflops: 30_000 / milliseconds },
    step: { model, milliseconds },
    deviations: kind === 'cpu' ? [] : right,
    ...change,
  };
}
const rows = (found: readonly DeviceInfo[], checks: Partial<Record<DeviceKind, DeviceCheck>> = {}) =>
  deviceRows(found, checks, version);
const row = (info: DeviceInfo, own: DeviceCheck, cpuCheck?: DeviceCheck) =>
  rows([info, cpu], { [info.kind]: own, ...(cpuCheck && { cpu: cpuCheck }) })[0]!;

describe('what is known about a device', () => {
  it('is that it was found until it has been checked', () => {
    expect(rows([gpu, cpu]).map(({ state }) => state)).toEqual(['unchecked', 'unchecked']);
    expect(rows([{ ...gpu, unusable: 'It is not there.' }])[0]).toMatchObject({ state: 'missing' });
  });

  it('is its measurement, and how many times as fast as the processor it is', () => {
    expect(row(gpu, check(gpu, 10), check(cpu, 150))).toMatchObject({ state: 'ready', timesCpu: 15 });
    const other = check(cpu, 150, { step: { model: { ...model, name: 'Evening' }, milliseconds: 150 } });
    expect(row(gpu, check(gpu, 10), other).timesCpu).toBeUndefined();
    expect(row(gpu, check(gpu, 10)).timesCpu).toBeUndefined();
  });

  it.each([
    ['another version', { version: '1.2.2' }],
    ['other hardware', { name: 'Another card' }],
    ['another driver', { driver: '1.1' }],
  ])('is not a measurement of %s', (_, change) => {
    const found = row(gpu, check(gpu, 10, change));
    expect(found.state).toBe('unchecked');
    expect(found.check).toBeUndefined();
  });

  it.each([
    [
      `numbers that are not right by a little more than ${tolerance}`,
      'training differs',
      { deviations: right.map((part) => ({ ...part, deviation: part.part === 'train' ? 1.01 * tolerance : 0 })) },
    ],
    ['a failure', 'no room', { problem: 'There was no room.' }],
    ['a check that did not come to its end', 'not finished', { deviations: right.slice(0, 2) }],
  ])('is that it can not be used after %s, and what may help', (_, words, change) => {
    const found = row(gpu, check(gpu, 10, change));
    expect(found.state).toBe('failed');
    expect(found.unusable).toContain(words);
    expect(found.advice).toContain('driver');
  });

  it('names what a server lacks when the driver’s Vulkan part finds no card', () => {
    const found = row(gpu, check(gpu, 10, { problem: 'Failed to get a WebGPU adapter: No supported adapters.' }));
    expect(found.advice).toMatch(/libvulkan1.*libegl1.*libgl1/);
  });

  it('is that it works when numbers are off by no more than rounding explains', () => {
    const deviations = right.map((part) => ({ ...part, deviation: 0.99 * tolerance }));
    expect(row(gpu, check(gpu, 10, { deviations })).state).toBe('ready');
  });

  it('is that it is slow when the processor multiplies faster', () => {
    expect(row(gpu, check(gpu, 200), check(cpu, 150)).slow).toContain('more slowly than the processor');
    expect(row(gpu, check(gpu, 100), check(cpu, 150)).slow).toBeUndefined();
  });

  it('is that it is there when it works although no card was seen, and that it is software', () => {
    const unseen = {
      kind: 'webgpu',
      name: 'No card',
      unusable: 'No card.',
      advice: 'Buy one.',
      slow: 'It is software.',
    } as const;
    const found = row(unseen, check(unseen, 10));
    expect(found).toMatchObject({ state: 'ready', slow: 'It is software.' });
    expect([found.unusable, found.advice]).toEqual([undefined, undefined]);
    expect(row(unseen, check(unseen, 10, { problem: 'Nothing answered.' }))).toMatchObject({
      state: 'missing',
      unusable: 'No card.',
    });
  });
});

describe('the device that trains', () => {
  const used = (checks: Partial<Record<DeviceKind, DeviceCheck>>, found = [gpu, cuda, cpu]) =>
    chooseDevice('auto', rows(found, checks));

  it('is by itself the fastest that passed its check', () => {
    expect(used({ webgpu: check(gpu, 10), cuda: check(cuda, 8), cpu: check(cpu, 150) }).used).toBe('cuda');
    expect(used({ webgpu: check(gpu, 7), cuda: check(cuda, 8), cpu: check(cpu, 150) }).used).toBe('webgpu');
    // Without the processor’s measurement a card that passed is still the better guess.
    expect(used({ webgpu: check(gpu, 10) }).used).toBe('webgpu');
  });

  it('is compared by matrix products where other models were timed', () => {
    const other = { ...model, name: 'Evening' };
    const slowModel = check(cuda, 8, { step: { model: other, milliseconds: 500 }, gemm: { size: 1024, gflops: 9000 } });
    expect(used({ webgpu: check(gpu, 10), cuda: slowModel }).used).toBe('cuda');
  });

  it('is never by itself one that was not checked, failed, or is slow, and the reason is said', () => {
    expect(used({})).toEqual({ used: 'cpu', why: 'A card has not been checked yet.' });
    expect(used({ webgpu: check(gpu, 10, { problem: 'No.' }) }, [gpu, cpu])).toEqual({
      used: 'cpu',
      why: 'A card can not be used.',
    });
    const software = { ...gpu, slow: 'It is software.' };
    expect(used({}, [software, cpu]).used).toBe('cpu');
    expect(used({ webgpu: check(gpu, 1), cpu: check(cpu, 150) }, [software, cpu])).toEqual({
      used: 'cpu',
      why: 'What there is besides it is slower.',
    });
    expect(used({}, [{ ...gpu, unusable: 'None.', slow: 'None.' }, cpu]).why).toBe('No graphics card was found.');
  });

  it('is what the person chose, slow or failed or not, and never another one', () => {
    const failed = rows([gpu, cpu], { webgpu: check(gpu, 10, { problem: 'No.' }) });
    expect(chooseDevice('webgpu', failed)).toEqual({ used: 'webgpu', why: 'You chose it.' });
    const fast = rows([gpu, cpu], { webgpu: check(gpu, 10), cpu: check(cpu, 150) });
    expect(chooseDevice('cpu', fast).used).toBe('cpu');
  });

  it('is the CPU when the one that was chosen belongs to another version of the studio, which is said', () => {
    expect(chooseDevice('tensorflow', rows([gpu, cpu]))).toMatchObject({ used: 'cpu' });
    expect(chooseDevice('tensorflow', rows([gpu, cpu])).why).toContain('tensorflow');
  });
});
