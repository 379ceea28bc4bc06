/** Tiles: they cover everything, and what they agree on comes back as it is. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { createDecoder } from '../../../main/generation/decode.ts';
import { inTiles, tileStarts, tilingOf } from '../../../main/vae/tiles.ts';
import { tinyVae } from '../../support/tiny-vae.ts';

it('pictures up to the side of a tile need none; larger ones have tiles in whole cells', () => {
  expect(tilingOf(512, 8)).toBeUndefined();
  expect(tilingOf(1024, 8)).toEqual({ side: 128, tile: 64, overlap: 8 });
  expect(tileStarts({ side: 128, tile: 64, overlap: 8 })).toEqual([0, 56, 64]);
});

const tilings = fc
  .record({
    tile: fc.integer({ min: 2, max: 6 }),
    more: fc.integer({ min: 1, max: 9 }),
    overlap: fc.integer({ min: 1, max: 5 }),
  })
  .filter(({ tile, overlap }) => overlap < tile)
  .map(({ tile, more, overlap }) => ({ side: tile + more, tile, overlap }));

it('tiles lie inside, cover everything, and overlap at least as far as they should', () => {
  fc.assert(
    fc.property(tilings, (tiling) => {
      const starts = tileStarts(tiling);
      expect(starts[0]).toBe(0);
      expect(starts.at(-1)).toBe(tiling.side - tiling.tile);
      starts
        .slice(1)
        .forEach((start, i) => expect(starts[i]! + tiling.tile - start).toBeGreaterThanOrEqual(tiling.overlap));
    }),
  );
});

it('an identity in tiles is the identity, and one of larger cells enlarges, whatever the tiles', async () => {
  await fc.assert(
    fc.asyncProperty(tilings, async (tiling) => {
      const { side, tile } = tiling;
      const data = Float32Array.from({ length: 2 * side * side }, (_, i) => Math.sin(i));
      const same = await inTiles({ channels: 2, side, data }, tiling, { cellIn: 1, cellOut: 1 }, async (x) => ({ x }));
      expect(same['x']).toBeAllClose(data, { rtol: 1e-5, atol: 1e-6, because: 'weights are sums in float32' });
      const twice = (x: Float32Array) =>
        Float32Array.from({ length: 4 * x.length }, (_, i) => {
          const [plane, y, column] = [
            Math.floor(i / (4 * tile * tile)),
            Math.floor(i / (2 * tile)) % (2 * tile),
            i % (2 * tile),
          ];
          return x[(plane * tile + (y >> 1)) * tile + (column >> 1)]!;
        });
      const large = await inTiles({ channels: 2, side, data }, tiling, { cellIn: 1, cellOut: 2 }, async (x) => ({
        x: twice(x),
      }));
      const expected = Float32Array.from({ length: 4 * data.length }, (_, i) => {
        const [plane, y, column] = [
          Math.floor(i / (4 * side * side)),
          Math.floor(i / (2 * side)) % (2 * side),
          i % (2 * side),
        ];
        return data[(plane * side + (y >> 1)) * side + (column >> 1)]!;
      });
      expect(large['x']).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-6, because: 'weights are sums in float32' });
    }),
    { numRuns: 30 },
  );
});

it('a decoder in tiles gives the pictures of a whole one, but for a fading share of a tile’s outermost cells', async () => {
  const vae = tinyVae();
  const device = createLocalDevice();
  const shape = [2, 16, 16] as const;
  const normalisation = { mean: new Float32Array(512), std: new Float32Array(512).fill(0.5) };
  const latents = Float32Array.from({ length: 2 * 512 }, (_, i) => Math.sin(i * i));
  const decoded = async (tile?: { side: number; overlap: number }) => {
    const decoder = await createDecoder(device, vae, shape, normalisation, 2, 'test', tile);
    const pictures = await decoder.decode(latents);
    await decoder.release();
    return pictures;
  };
  const [whole, tiled] = [await decoded(), await decoded({ side: 32, overlap: 16 })];
  // Tiles from cells 0, 4 and 8 on; the decoder's one block sees one cell further, so only their outermost cells, four pixels wide, differ.
  const seams = new Set([4, 7, 8, 11]);
  let awayFromSeams = 0;
  whole.forEach((picture, p) =>
    picture.forEach((value, i) => {
      const [y, x] = [Math.floor(i / (3 * 64)) >> 2, (Math.floor(i / 3) % 64) >> 2];
      if (!seams.has(y) && !seams.has(x)) awayFromSeams = Math.max(awayFromSeams, Math.abs(value - tiled[p]![i]!));
    }),
  );
  // A rounding may fall the other way.
  expect(awayFromSeams).toBeLessThanOrEqual(1);
  const differences = whole.flatMap((picture, p) => [...picture].map((value, i) => Math.abs(value - tiled[p]![i]!)));
  expect(Math.max(...differences)).toBeGreaterThan(1);
});
