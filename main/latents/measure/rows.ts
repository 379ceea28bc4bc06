/** Where the rows of latents come from when they are measured: the shards of a set, a block at a time. */
import { throwIfCancelled } from '../../base/rpc.ts';
import type { OpenTensors } from '../../storage/safetensors.ts';
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

async function readBlock(
  file: OpenTensors,
  from: number,
  count: number,
  blocks: Blocks,
  firstRow: number,
): Promise<Block> {
  const memory = await blocks.take();
  const { data } = await file.readRows('latents', from, count, memory);
  return { values: data, firstRow, memory };
}

/** Disks give more when they are asked for more than one block. */
const readsAhead = 6;

/** Opening a file takes longer than reading a few rows of it. */
const mostSampledShards = 64;

/** How many of the groups of a sample each shard has: as many as its rows call for, but of at most 64 shards. */
export function groupsOf(rows: readonly number[], groups: number): number[] {
  const total = rows.reduce((sum, length) => sum + length, 0);
  const places = Math.min(mostSampledShards, groups);
  const found = rows.map(() => 0);
  let [shard, before] = [0, 0];
  for (let place = 0; place < places; place++) {
    const at = ((place + 0.5) * total) / places;
    for (; at >= before + rows[shard]!; shard++) before += rows[shard]!;
    found[shard]! += Math.floor(((place + 1) * groups) / places) - Math.floor((place * groups) / places);
  }
  return found;
}

/** The places of so many groups among so many, evenly spread. */
export const placesOf = (groups: number, length: number): number[] =>
  Array.from({ length: groups }, (_, group) => Math.floor(((group + 0.5) * length) / groups));

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
    const ahead: Promise<Block>[] = [];
    // What waits for a block is not read: all that were begun must find one.
    const most = Math.min(readsAhead, blocks.all.length - 1);
    for await (const read of this.#reads(blocks)) {
      // While a block is worked on, the next ones are read.
      const block = read();
      // Whoever comes for it hears of it.
      block.catch(() => undefined);
      ahead.push(block);
      if (ahead.length > most) yield await ahead.shift()!;
    }
    for (const block of ahead) yield await block;
  }

  /** What there is to read, block by block, to be called one after another. */
  async *#reads(blocks: Blocks): AsyncGenerator<() => Promise<Block>> {
    const rowsPerBlock = Math.floor(blocks.length / dimensionsOf(this.shape));
    const { shards } = this.#manifest;
    let firstRow = 0;
    let next = this.#open(0);
    let present: OpenTensors | undefined;
    /** Everything that was begun, until it has ended. */
    let begun: Promise<unknown> = Promise.resolve();
    try {
      for (const [i, { pictures }] of shards.entries()) {
        const file = await next;
        present = file;
        // The next shard is open before this one has been read.
        next = this.#open(i + 1);
        const rows = pictures.length * this.copies;
        for (let from = 0; from < rows; from += rowsPerBlock) {
          throwIfCancelled(this.#signal);
          const count = Math.min(rowsPerBlock, rows - from);
          const row = firstRow + from;
          yield () => {
            const block = readBlock(file!, from, count, blocks, row);
            begun = Promise.all([begun, block.catch(() => undefined)]);
            return block;
          };
        }
        begun = begun.then(() => file!.close());
        present = undefined;
        firstRow += rows;
      }
    } finally {
      await begun;
      await present?.close();
      await next.then((file) => file?.close()).catch(() => undefined);
    }
  }

  #open(i: number) {
    const shard = this.#manifest.shards[i];
    const open = shard ? openShard(this.#folder, shard, this.#manifest) : Promise.resolve(undefined);
    // Whoever comes for it hears of it.
    open.catch(() => undefined);
    return open;
  }

  async sample(groups: number, rows: number): Promise<Float32Array[]> {
    const { shards } = this.#manifest;
    const own = groupsOf(
      shards.map(({ pictures }) => pictures.length),
      groups,
    );
    // All at once: the disk gives them in the order that suits it.
    const found = await Promise.all(shards.map((shard, i) => this.#sampleOf(shard, own[i]!, rows)));
    return found.flat();
  }

  async #sampleOf(shard: LatentManifest['shards'][number], groups: number, rows: number): Promise<Float32Array[]> {
    if (groups === 0) return [];
    const length = shard.pictures.length * this.copies;
    const file = await openShard(this.#folder, shard, this.#manifest);
    try {
      const found = placesOf(groups, Math.max(0, length - rows)).map((from) =>
        file.readRows('latents', from, Math.min(rows, length - from)),
      );
      // The file is closed once nothing is read from it any more.
      await Promise.allSettled(found);
      return (await Promise.all(found)).map(({ data }) => data);
    } finally {
      await file.close();
    }
  }
}
