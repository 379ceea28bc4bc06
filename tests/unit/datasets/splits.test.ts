/** The held-out pictures: the same ones every time, on every computer. */
import { expect, test } from 'vitest';
import { split } from '../../../main/datasets/splits.ts';

const ids = Array.from({ length: 100 }, (_, i) => (i * 0x9e3779b9).toString(16).padStart(16, '0'));

test('the held-out pictures are known by their ids', () => {
  const { heldOut, training } = split({ ids, heldOut: 3 });
  // Fixed for good: another choice would let pictures that were held out be trained on after an update.
  expect(heldOut).toEqual(['0000000a81af1549', '00000011ec48c9f5', '0000002aa4f3cedd']);
  expect(training.length).toBe(97);
});

test('too few pictures to leave any for training are an error', () => {
  expect(() => split({ ids: ids.slice(0, 5), heldOut: 5 })).toThrow('5 pictures are too few');
  expect(split({ ids: ids.slice(0, 5), heldOut: 4 }).training.length).toBe(1);
  expect(split({ ids: ids.slice(0, 1), heldOut: 0 })).toEqual({ heldOut: [], training: [ids[0]] });
});

test('ids that repeat and odd numbers are faults of ours', () => {
  expect(() => split({ ids: [ids[0]!, ids[0]!], heldOut: 1 })).toThrow('all different');
  expect(() => split({ ids, heldOut: 1.5 })).toThrow('number of pictures');
});
