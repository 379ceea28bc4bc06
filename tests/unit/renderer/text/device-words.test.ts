import { describe, expect, it } from 'vitest';
import type { DeviceList, DeviceRow } from '../../../../renderer/api/studio.ts';
import { computers } from '../../../../renderer/api/fake/devices.ts';
import {
  deviceLine,
  formatFlops,
  hardwareFacts,
  numbersWords,
  slownessWords,
  speedBars,
  stateOf,
  timesWords,
  unknownCards,
} from '../../../../renderer/text/device-words.ts';

const { card, processor, newCard, broken, software } = computers;
const row = (list: DeviceList, kind: DeviceRow['kind']) => list.devices.find((device) => device.kind === kind)!;

describe('what is said where training begins', () => {
  it('is nothing on a graphics card', () => {
    expect(slownessWords(card)).toBeUndefined();
  });
  it('is that the processor is slow, and why it is used', () => {
    expect(slownessWords(processor)).toBe('Training on the processor is slow. No graphics card was found.');
    expect(slownessWords(broken)).toContain('can not be used');
  });
  it('is how many times as fast the card is that was not chosen, a number only where it was measured', () => {
    const chosen: DeviceList = { ...card, choice: 'cpu', used: 'cpu', why: 'You chose it.' };
    expect(slownessWords(chosen)).toMatch(/RTX 4070 Laptop GPU was measured to be 15 times as fast\.$/);
    const { timesCpu: _unknown, ...unmeasured } = row(card, 'webgpu');
    expect(slownessWords({ ...chosen, devices: [unmeasured, row(card, 'cpu')] })).toMatch(/passed its check\.$/);
  });
  it('is that a software device is one', () => {
    expect(slownessWords({ ...software, choice: 'webgpu', used: 'webgpu' })).toBe(
      'This device is slow. The Vulkan driver is set to SwiftShader, which computes on the processor.',
    );
  });
});

describe('a card', () => {
  it('is tried by itself only when it is a graphics card that was never tried', () => {
    expect(unknownCards(newCard)).toEqual(['webgpu']);
    expect([card, processor, broken, software].flatMap(unknownCards)).toEqual([]);
    const unchecked = { ...row(software, 'webgpu'), state: 'unchecked' as const };
    expect(unknownCards({ ...software, devices: [unchecked] })).toEqual([]);
  });
  it('has a state in words', () => {
    const words = (list: DeviceList, kind: DeviceRow['kind']) => stateOf(row(list, kind)).words;
    expect([words(card, 'webgpu'), words(card, 'cuda'), words(broken, 'webgpu')]).toEqual([
      'Checked',
      'Not there',
      'Can not be used',
    ]);
    expect([words(software, 'webgpu'), words(newCard, 'webgpu')]).toEqual(['Works, but slow', 'Not checked yet']);
  });
  it('shows what is not known as not known', () => {
    expect(hardwareFacts(row(software, 'webgpu')).map(({ value }) => value)).toEqual(['not known', 'not known']);
    expect(hardwareFacts(row(card, 'webgpu')).map(({ value }) => value)).toEqual(['8.6 GB', 'NVIDIA 560.35.03']);
    expect(hardwareFacts(row(card, 'cpu')).map(({ value }) => value)).toEqual(['34 GB', '8']);
  });
  it('has bars as shares of the fastest device', () => {
    const bars = speedBars(row(card, 'cpu'), card.devices);
    expect(bars.map(({ value }) => value)).toEqual(['7.1 steps/s', '612 GFLOP/s']);
    expect(bars[0]!.share).toBeCloseTo(9.4 / 141, 10);
    expect(bars[1]!.share).toBeCloseTo(612 / 6840, 10);
    expect(speedBars(row(card, 'cuda'), card.devices)).toEqual([]);
  });
  it('is only compared with steps of the same model', () => {
    const cpu = row(card, 'cpu');
    const check = {
      ...cpu.check!,
      step: { milliseconds: 141, model: { name: 'Evening', parameters: 1, batchSize: 1 } },
    };
    expect(speedBars({ ...cpu, check }, [row(card, 'webgpu'), { ...cpu, check }])[0]!.share).toBe(1);
  });
  it('says how far its numbers are from the processor’s', () => {
    expect(numbersWords(row(card, 'webgpu'))).toMatch(/agree .* 0\.0042 % at most \(in training\)/);
    const deviations = [{ part: 'sample' as const, deviation: 0.2 }];
    const wrong = {
      ...row(card, 'webgpu'),
      state: 'failed' as const,
      check: { ...row(card, 'webgpu').check!, deviations },
    };
    expect(numbersWords(wrong)).toMatch(/differ .* 20\.0 % \(in making pictures\)/);
    expect(numbersWords(row(newCard, 'webgpu'))).toBeUndefined();
  });
});

it('figures are readable at every size', () => {
  expect([formatFlops(0.116), formatFlops(612), formatFlops(6840)]).toEqual([
    '0.116 GFLOP/s',
    '612 GFLOP/s',
    '6.84 TFLOP/s',
  ]);
  expect(timesWords(15)).toBe('15 times as fast as the processor');
  expect(timesWords(1 / 370)).toBe('The processor is 370 times as fast');
  expect(deviceLine(row(card, 'webgpu'))).toBe('Graphics card (WebGPU) · NVIDIA GeForce RTX 4070 Laptop GPU');
});
