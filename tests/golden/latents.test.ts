/** Statistics and outliers of latents against NumPy's and SciPy's, on sets that `reference/latents.py` drew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { measureLatents } from '../../main/latents/finish.ts';
import { OutlierIndex } from '../../main/latents/outliers/query.ts';
import { readSafetensors } from '../../main/storage/safetensors.ts';
import { rowsInMemory } from '../support/latents.ts';

const folder = join(import.meta.dirname, 'latents');
const numbers = z.array(z.number());
const channel = z.strictObject({
  ...{ n: z.int(), mean: z.number(), std: z.number(), min: z.number(), q1: z.number(), median: z.number() },
  ...{ q3: z.number(), max: z.number(), mad: z.number(), kurtosis: z.number() },
  ...{ innerFences: numbers, outerFences: numbers, innerShare: z.number(), outerShare: z.number(), whiskers: numbers },
});
const golden = z.strictObject({
  shape: z.tuple([z.int(), z.int(), z.int()]),
  pictures: z.int(),
  channels: z.array(channel),
  elements: z.strictObject({ mean: numbers, std: numbers }),
  outliers: z.array(z.tuple([z.int(), z.int()])),
  z: numbers,
  worst: z.array(z.tuple([z.int(), z.int(), z.int(), z.int().nullable()])),
  cells: numbers,
});

describe.each(['heavy-tailed', 'odd'])('%s latents', (name) => {
  const expected = golden.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  const { shape, pictures } = expected;
  const elements = shape[0] * shape[1] * shape[2];
  const measure = async () => {
    const { tensors } = await readSafetensors(join(folder, `${name}.safetensors`));
    return measureLatents(rowsInMemory(tensors.get('latents')!.data, shape, { rowsPerBlock: 9 }));
  };
  const close = { rtol: 1e-9, atol: 1e-9, because: 'both sides are double precision; sums are in another order' };

  test('have their statistics', async () => {
    const { statistics, elements: measured } = await measure();
    for (const [i, known] of expected.channels.entries()) {
      const found = statistics.channels[i]!;
      expect(found.orderError).toBe(0);
      for (const key of channel.keyof().options)
        expect([found[key]].flat(), `${key} of channel ${i}`).toBeAllClose([known[key]].flat(), close);
    }
    expect(measured.mean).toBeAllClose(expected.elements.mean, close);
    expect(measured.std).toBeAllClose(expected.elements.std, close);
  });

  test('have their outliers, the most extreme first', async () => {
    const { outliers } = await measure();
    const index = new OutlierIndex(outliers);
    const { total, rows } = index.outliers({}, 0, expected.outliers.length);
    expect(total).toBe(expected.outliers.length);
    const [, height, width] = shape;
    expect(rows.map(({ picture, channel: c, row, col }) => [picture, (c * height + row) * width + col])).toEqual(
      expected.outliers,
    );
    expect(rows.slice(0, expected.z.length).map((row) => row.z)).toBeAllClose(expected.z.slice(0, rows.length), close);
  });

  test('have their pictures and places', async () => {
    const { outliers } = await measure();
    const index = new OutlierIndex(outliers);
    const [, height, width] = shape;
    const { rows } = index.pictures({}, 0, pictures);
    expect(
      rows.map(({ picture, innerCount, outerCount, worst }) => {
        const element = worst && (worst.channel * height + worst.row) * width + worst.col;
        return [picture, innerCount, outerCount, element];
      }),
    ).toEqual(expected.worst);
    expect(rows.map(({ share }) => share)).toEqual(expected.worst.map(([, , outer]) => outer / elements));
    expect(index.positions.shares).toBeAllClose(
      expected.cells.map((count) => count / pictures),
      close,
    );
    // The one cell that is far out in three quarters of the pictures.
    expect(index.positions.habits).toMatchObject([{ channel: shape[0] - 1, row: 0, col: 1 }]);
  });
});
