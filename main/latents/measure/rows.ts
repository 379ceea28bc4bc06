/** Where the rows of latents come from when they are measured: the shards of a set, a block at a time. */
import { throwIfCancelled } from '../../base/rpc.ts';
import { copiesIn, picturesIn } from '../schema.ts';
import type { LatentManifest } from '../schema.ts';
import { openShard } from '../store.ts';
import type { Blocks } from './blocks.ts';

/** Whole rows, of which the first is this one of the set. */
export interface Block {
  readonly values: Float32Array;
  readonly firstRow: number;
  /** The memory that the values lie at the beginning of. */
  readonly memory: Float32Array;
}

export interface Rows {
  readonly pictures: number;
  /** Rows of each picture. */
  readonly copies: number;
  readonly shape: LatentManifest['shape'];
  /** All rows in order, in blocks that are given back when they are done; asked for once for each pass. */
  pass(blocks: Blocks): AsyncIterable<Block>;
  /** This many groups of this many rows, evenly spread over all; fewer rows where a shard ends. */
  sample(groups: number, rows: number): Promise<readonly Float32Array[]>;
}

export const dimensionsOf = ([channels, height, width]: Rows['shape']): number => channels * height * width;

export class ShardRows implements Rows {
  readonly pictures: number;
  readonly copies: number;
  readonly shape: LatentManifest['shape'];
  readonly #folder: string;
  readonly #manifest: LatentManifest;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, manifest: LatentManifest, signal?: AbortSignal) {
    this.pictures = picturesIn(manifest);
    this.copies = copiesIn(manifest);
    this.shape = manifest.shape;
    this.#folder = folder;
    this.#manifest = manifest;
    this.#signal = signal;
  }

  /** Throws `storage.damaged` for a shard that does not hold the latents of its pictures. */
  async *pass(blocks: Blocks): AsyncGenerator<Block> {
    const rowsPerBlock = Math.floor(blocks.length / dimensionsOf(this.shape));
    let firstRow = 0;
    for (const shard of this.#manifest.shards) {
      const rows = shard.pictures.length * this.copies;
      const file = await openShard(this.#folder, shard, this.#manifest);
      try {
        for (let from = 0; from < rows; from += rowsPerBlock) {
          throwIfCancelled(this.#signal);
          const memory = await blocks.take();
          const { data } = await file.readRows('latents', from, Math.min(rowsPerBlock, rows - from), memory);
          yield { values: data, firstRow: firstRow + from, memory };
        }
      } finally {
        await file.close();
      }
      firstRow += rows;
    }
  }

  async sample(groups: number, rows: number): Promise<Float32Array[]> {
    const { shards } = this.#manifest;
    const ends = shards.map(({ pictures }) => pictures.length * this.copies);
    const total = ends.reduce((sum, length) => sum + length, 0);
    const read = async (group: number): Promise<Float32Array> => {
      let from = Math.floor((group * Math.max(0, total - rows)) / Math.max(1, groups - 1));
      let i = 0;
      for (; from >= ends[i]!; i++) from -= ends[i]!;
      const file = await openShard(this.#folder, shards[i]!, this.#manifest);
      try {
        return (await file.readRows('latents', from, Math.min(rows, ends[i]! - from))).data;
      } finally {
        await file.close();
      }
    };
    // All at once: the disk gives them in the order that suits it.
    return Promise.all(Array.from({ length: groups }, (_, group) => read(group)));
  }
}
