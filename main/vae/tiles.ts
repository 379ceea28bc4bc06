/**
 * Large pictures go through a VAE in tiles that overlap, so that memory depends on the tile and not on the picture; where
 * tiles overlap, one is faded into the other linearly.
 *
 * Source  diffusers, AutoencoderKL.tiled_encode and tiled_decode (blend_v, blend_h), and Álvaro Barbero Jiménez, 2023, Mixture of
 *         Diffusers, arXiv:2302.02412, section 3, for weighting overlapping tiles
 * Differs the last tile of a row is moved inwards instead of being cut off, so that all tiles have the shape that the program was made for;
 *         weights are normalised by their sum, which is the same cross-fade for any overlap
 */

/** All in latent cells. */
export interface Tiling {
  /** Of the whole square. */
  readonly side: number;
  readonly tile: number;
  readonly overlap: number;
}

/** Side of a tile in pixels, and how far neighbours overlap. What SD's encoder needs at 512 × 512 is about 3 GB; pictures up to that need no tiles. */
export const defaultTile = { side: 512, overlap: 64 } as const;

/** Pictures of this side that go through a VAE together: about 130,000 pixels keep the CPU's matrix products busy; more only costs memory. */
export const picturesAtOnce = (side: number): number => Math.max(1, Math.min(32, Math.floor(131_072 / (side * side))));

/** Tiles for a square of `side` pixels; undefined where one would do. */
export function tilingOf(
  side: number,
  reduction: number,
  tile: { readonly side: number; readonly overlap: number } = defaultTile,
): Tiling | undefined {
  if (side <= tile.side) return undefined;
  const cells = (pixels: number) => Math.max(1, Math.floor(pixels / reduction));
  return {
    side: side / reduction,
    tile: cells(tile.side),
    overlap: Math.min(cells(tile.overlap), cells(tile.side) - 1),
  };
}

/** Where tiles begin along one direction: as far apart as the overlap allows, the last one at the end. */
export function tileStarts({ side, tile, overlap }: Tiling): number[] {
  const starts: number[] = [];
  for (let start = 0; start + tile < side; start += tile - overlap) starts.push(start);
  return [...starts, side - tile];
}

/** Weight of each position of a tile: 1, falling linearly over the overlap at ends that lie inside the whole. */
function fade(length: number, over: number, start: number, whole: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => {
    const fromStart = start === 0 ? 1 : (i + 0.5) / over;
    const fromEnd = start + length === whole ? 1 : (length - i - 0.5) / over;
    return Math.min(1, fromStart, fromEnd);
  });
}

/** A square of planes: [channels, side, side], one after another. */
export interface Planes {
  readonly channels: number;
  readonly side: number;
  readonly data: Float32Array;
}

/** The square of `side` at (`top`, `left`) of planes. */
function cut({ channels, side: whole, data }: Planes, top: number, left: number, side: number): Float32Array {
  const out = new Float32Array(channels * side * side);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < side; y++) {
      const from = (channel * whole + top + y) * whole + left;
      out.set(data.subarray(from, from + side), (channel * side + y) * side);
    }
  return out;
}

/** What one tile gives, by name. */
export type Results = Readonly<Record<string, Float32Array>>;

/**
 * Runs planes through `run` tile by tile. A cell is `cellIn` values wide in the input and `cellOut` in the output: (reduction, 1) when
 * encoding, (1, reduction) when decoding. `run` takes one tile and may give several results, which are blended alike.
 */
export async function inTiles(
  input: Planes,
  tiling: Tiling,
  { cellIn, cellOut }: { readonly cellIn: number; readonly cellOut: number },
  run: (tile: Float32Array) => Promise<Results>,
): Promise<Results> {
  const whole = tiling.side * cellOut;
  const size = tiling.tile * cellOut;
  const sums = new Map<string, Float32Array>();
  const weights = new Float32Array(whole * whole);
  const starts = tileStarts(tiling);
  for (const top of starts)
    for (const left of starts) {
      const results = await run(cut(input, top * cellIn, left * cellIn, tiling.tile * cellIn));
      const down = fade(size, tiling.overlap * cellOut, top * cellOut, whole);
      const across = fade(size, tiling.overlap * cellOut, left * cellOut, whole);
      /** Adds values [channels, size, size], weighted, to a sum [channels, whole, whole]. */
      const add = (sum: Float32Array, value: (at: number) => number) => {
        for (let channel = 0; channel < sum.length / (whole * whole); channel++)
          for (let y = 0; y < size; y++) {
            const to = (channel * whole + top * cellOut + y) * whole + left * cellOut;
            const from = (channel * size + y) * size;
            for (let x = 0; x < size; x++) sum[to + x] = sum[to + x]! + value(from + x) * down[y]! * across[x]!;
          }
      };
      add(weights, () => 1);
      for (const [name, values] of Object.entries(results)) {
        const sum = sums.get(name) ?? new Float32Array((values.length / (size * size)) * whole * whole);
        sums.set(name, sum);
        add(sum, (at) => values[at]!);
      }
    }
  const blended = [...sums].map(([name, sum]) => [name, sum.map((value, i) => value / weights[i % weights.length]!)]);
  return Object.fromEntries(blended) as Results;
}
