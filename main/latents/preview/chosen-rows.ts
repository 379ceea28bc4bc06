/** Rows of chosen pictures from one or several sets of latents, clipped where that is wished, to be measured like the rows of a set. */
import { throwIfCancelled } from '../../base/rpc.ts';
import { Clipper } from '../clip.ts';
import type { Blocks } from '../measure/blocks.ts';
import { dimensionsOf, groupsOf, placesOf } from '../measure/rows.ts';
import type { Block, Rows } from '../measure/rows.ts';
import { copiesIn } from '../schema.ts';
import type { ClippedCount, LatentClip, LatentManifest } from '../schema.ts';
import { openShard } from '../store.ts';

/** Some pictures of one shard. */
export interface ChosenShard {
  readonly folder: string;
  readonly manifest: LatentManifest;
  readonly shard: LatentManifest['shards'][number];
  /** Their places in the shard, rising. */
  readonly chosen: readonly number[];
}

export class ChosenRows implements Rows {
  readonly pictures: number;
  readonly copies: number;
  readonly shape: LatentManifest['shape'];
  readonly #shards: readonly ChosenShard[];
  readonly #clip: LatentClip | undefined;
  readonly #signal: AbortSignal | undefined;
  #clipped: ClippedCount | undefined;

  /** @param shards at least one, of sets of the same shape and as many latents of each picture */
  constructor(shards: readonly ChosenShard[], clip: LatentClip | undefined, signal: AbortSignal | undefined) {
    const { manifest } = shards[0]!;
    this.pictures = shards.reduce((sum, { chosen }) => sum + chosen.length, 0);
    this.copies = copiesIn(manifest);
    this.shape = manifest.shape;
    this.#shards = shards;
    this.#clip = clip;
    this.#signal = signal;
  }

  /** What the last pass clipped; undefined where nothing was to be. */
  get clipped(): ClippedCount | undefined {
    return this.#clipped;
  }

  async *pass(blocks: Blocks): AsyncGenerator<Block> {
    const clipper = this.#clip && new Clipper(this.#clip, dimensionsOf(this.shape));
    const rowsPerBlock = Math.floor(blocks.length / dimensionsOf(this.shape));
    let firstRow = 0;
    for (const chosen of this.#shards) {
      const file = await openShard(chosen.folder, chosen.shard, chosen.manifest);
      try {
        for (const { from, count, rows } of this.#pieces(chosen, rowsPerBlock)) {
          throwIfCancelled(this.#signal);
          const memory = await blocks.take();
          const { data } = await file.readRows('latents', from, count, memory);
          const values = this.#kept(data, rows, chosen, from, clipper);
          yield { values, firstRow, memory };
          firstRow += rows.length;
        }
      } finally {
        await file.close();
      }
    }
    this.#clipped = clipper?.count;
  }

  /** Groups of rows, evenly spread over the chosen pictures; of each those of the chosen ones. */
  async sample(groups: number, rows: number): Promise<Float32Array[]> {
    const own = groupsOf(
      this.#shards.map(({ chosen }) => chosen.length),
      groups,
    );
    return (await Promise.all(this.#shards.map((shard, i) => this.#sampleOf(shard, own[i]!, rows)))).flat();
  }

  async #sampleOf(chosen: ChosenShard, groups: number, rows: number): Promise<Float32Array[]> {
    if (groups === 0) return [];
    const chosenRows = this.#rowsOf(chosen);
    const file = await openShard(chosen.folder, chosen.shard, chosen.manifest);
    try {
      const found: Float32Array[] = [];
      for (const place of placesOf(groups, chosen.chosen.length)) {
        const from = this.copies * chosen.chosen[place]!;
        const count = Math.min(rows, chosen.shard.pictures.length * this.copies - from);
        const { data } = await file.readRows('latents', from, count);
        const own = chosenRows.filter((row) => row >= from && row < from + count);
        const clipper = this.#clip && new Clipper(this.#clip, dimensionsOf(this.shape));
        found.push(this.#kept(data, own, chosen, from, clipper));
      }
      return found;
    } finally {
      await file.close();
    }
  }

  #rowsOf({ chosen }: ChosenShard): number[] {
    return chosen.flatMap((picture) => Array.from({ length: this.copies }, (_, copy) => picture * this.copies + copy));
  }

  /** Parts of a shard to read at once, and the rows of the chosen pictures in each; parts without any are passed over. */
  *#pieces(chosen: ChosenShard, rowsPerBlock: number): Generator<{ from: number; count: number; rows: number[] }> {
    const rows = this.#rowsOf(chosen);
    for (let start = 0; start < rows.length;) {
      const from = rows[start]!;
      let end = start + 1;
      while (end < rows.length && rows[end]! < from + rowsPerBlock) end++;
      yield { from, count: rows[end - 1]! - from + 1, rows: rows.slice(start, end) };
      start = end;
    }
  }

  /** Moves these rows to the beginning of what was read from row `from` on, and clips them. */
  #kept(
    data: Float32Array,
    rows: readonly number[],
    { shard }: ChosenShard,
    from: number,
    clipper: Clipper | undefined,
  ): Float32Array {
    const length = dimensionsOf(this.shape);
    rows.forEach((row, i) => {
      if (row - from !== i) data.copyWithin(i * length, (row - from) * length, (row - from + 1) * length);
      clipper?.clip(data.subarray(i * length, (i + 1) * length), shard.pictures[Math.floor(row / this.copies)]!);
    });
    return data.subarray(0, rows.length * length);
  }
}
