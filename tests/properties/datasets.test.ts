/** What holds for any pictures: laying on a square, order, splits, and the manifest's memory. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder } from '../../main/datasets/in-order.ts';
import { ManifestIndex } from '../../main/datasets/manifest-index.ts';
import { countRows, datasetHash, pageOf, usedPictures } from '../../main/datasets/manifest.ts';
import { manifestRowSchema } from '../../main/datasets/schema.ts';
import type { ManifestRow } from '../../main/datasets/schema.ts';
import { layOnSquare, parseColour } from '../../main/datasets/shape.ts';
import { split } from '../../main/datasets/splits.ts';

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length });
const colour = hex(6).map((digits) => `#${digits}`);

const pixels = fc
  .record({
    width: fc.integer({ min: 1, max: 9 }),
    height: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom<3 | 4>(3, 4),
  })
  .chain((shape) => {
    const length = shape.width * shape.height * shape.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data) => ({ ...shape, data }));
  });

test('on its square a picture is surrounded by the background and blended with it, never outside both colours', () => {
  fc.assert(
    fc.property(pixels, fc.integer({ min: 9, max: 12 }), colour, (picture, size, background) => {
      const { width, height, channels, data } = picture;
      const out = layOnSquare(picture, size, background);
      expect(out.length).toBe(3 * size * size);
      const [left, top] = [Math.floor((size - width) / 2), Math.floor((size - height) / 2)];
      for (let i = 0; i < out.length; i++) {
        const [x, y, c] = [(Math.floor(i / 3) % size) - left, Math.floor(i / 3 / size) - top, i % 3];
        const below = parseColour(background)[c]!;
        const isInside = x >= 0 && x < width && y >= 0 && y < height;
        const at = channels * (y * width + x);
        const above = isInside ? data[at + c]! : below;
        expect(out[i]).toBeGreaterThanOrEqual(Math.min(above, below));
        expect(out[i]).toBeLessThanOrEqual(Math.max(above, below));
        if (isInside && (channels === 3 || data[at + 3] === 255)) expect(out[i]).toBe(above);
        if (isInside && channels === 4 && data[at + 3] === 0) expect(out[i]).toBe(below);
      }
    }),
    { numRuns: 60 },
  );
});

test('results come in order and within bounds, whatever takes how long', async () => {
  const items = fc.array(fc.record({ weight: fc.integer({ min: 0, max: 20 }), turns: fc.integer({ min: 0, max: 6 }) }));
  await fc.assert(
    fc.asyncProperty(
      items,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 30 }),
      async (list, most, mostWeight) => {
        let [running, weight] = [0, 0];
        async function* source() {
          yield* list.entries();
        }
        const results = inOrder(source(), {
          most,
          mostWeight,
          weigh: ([, item]) => item.weight,
          work: async ([index, item]) => {
            running++;
            weight += item.weight;
            expect(running).toBeLessThanOrEqual(most);
            expect(running === 1 || weight <= mostWeight).toBe(true);
            for (let turn = 0; turn < item.turns; turn++) await Promise.resolve();
            running--;
            weight -= item.weight;
            return index;
          },
        });
        const seen: number[] = [];
        for await (const [, index] of results) seen.push(index);
        expect(seen).toEqual(list.map((_, index) => index));
      },
    ),
  );
});

const ids = fc.uniqueArray(hex(16), { minLength: 1, maxLength: 60 });

test('a split is a partition, does not depend on the order, and a larger one holds a smaller one', () => {
  fc.assert(
    fc.property(ids, fc.nat(), fc.nat(), (list, a, b) => {
      const [few, many] = [a % list.length, b % list.length].sort((x, y) => x - y) as [number, number];
      const { training, heldOut } = split({ ids: list, heldOut: few });
      expect(heldOut.length).toBe(few);
      expect([...training, ...heldOut].sort()).toEqual([...list].sort());
      expect(split({ ids: [...list].reverse(), heldOut: few })).toEqual({ training, heldOut });
      expect(split({ ids: list, heldOut: many }).heldOut).toEqual(expect.arrayContaining([...heldOut]));
    }),
  );
});

test('a picture more changes at most one of those that are held out', () => {
  fc.assert(
    fc.property(ids, hex(16), fc.nat(), (list, other, number) => {
      fc.pre(!list.includes(other));
      const count = number % list.length;
      const before = new Set(split({ ids: list, heldOut: count }).heldOut);
      const after = split({ ids: [...list, other], heldOut: count }).heldOut;
      expect(after.filter((id) => !before.has(id)).length).toBeLessThanOrEqual(1);
    }),
  );
});

// Few different ids and sources, so that rows meet.
const id = fc.constantFrom('a', 'b', 'c').map((digit) => digit.repeat(16));
const source = fc.constantFrom('/1.png', '/2.png', '/3.png', '/4.png');
const row: fc.Arbitrary<ManifestRow> = fc.oneof(
  fc.record({ kind: fc.constant('quarantined' as const), source, reason: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('ignored' as const), source, reason: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('duplicate' as const), source, of: id, stamp: fc.constantFrom('s', 't') }),
  fc.record({ id, source, stamp: fc.constantFrom('s', 't') }).map((part) => ({
    ...part,
    kind: 'used' as const,
    file: `dataset/images/${part.id}.png`,
    width: 9,
    height: 9,
    format: 'png',
    bytes: 3,
  })),
);

test('the manifest read back is the manifest in memory, one row per picture and per other file', () => {
  fc.assert(
    fc.property(fc.array(row), (log) => {
      const index = new ManifestIndex();
      const written: ManifestRow[] = [];
      for (const next of log) {
        if (index.says(next)) continue;
        index.add(next);
        written.push(next);
      }
      const rows = index.rows();
      const readBack = written.map((entry) => manifestRowSchema.parse(JSON.parse(JSON.stringify(entry))));
      expect(new ManifestIndex(readBack).rows()).toEqual(rows);
      // Folding what is folded changes nothing: that is what a repair writes.
      expect(new ManifestIndex(rows).rows()).toEqual(rows);
      const names = rows.map((entry) => (entry.kind === 'used' ? entry.id : entry.source));
      expect(new Set(names).size).toBe(names.length);
      const counts = countRows(rows);
      expect(counts.used + counts.quarantined + counts.duplicates + counts.ignored).toBe(rows.length);
      expect(counts.used).toBe(usedPictures(rows).length);
    }),
  );
});

test('pages put together are the list, and the hash does not depend on the order', () => {
  const settings = { size: 64, framing: 'crop', background: '#ffffff' } as const;
  const filter = fc.constantFrom('all' as const, 'used' as const, 'quarantined' as const);
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: 1, max: 5 }), filter, (log, limit, which) => {
      const rows = new ManifestIndex(log).rows();
      const paged: ManifestRow[] = [];
      for (let offset = 0; offset < rows.length; offset += limit) {
        paged.push(...pageOf(rows, { filter: which, offset, limit }).rows);
      }
      expect(paged).toEqual(rows.filter(({ kind }) => which === 'all' || kind === which));
      expect(datasetHash([...rows].reverse(), settings)).toBe(datasetHash(rows, settings));
    }),
  );
});
