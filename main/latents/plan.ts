/** How pictures are cut into shards and batches: a function of sizes alone, so that going on gives the same bytes. */

/** A shard is read as a whole, so its size bounds memory. */
const mostShardBytes = 32 * 2 ** 20;
const mostPicturesPerShard = 512;

export interface BatchPlan {
  readonly picturesPerBatch: number;
  /** A multiple of it. */
  readonly picturesPerShard: number;
}

/** @param rowsAtOnce latents that the device makes at once @param dimensions of one latent @param copies latents of each picture */
export function planBatches(rowsAtOnce: number, dimensions: number, copies: number): BatchPlan {
  const picturesPerBatch = Math.max(1, Math.floor(rowsAtOnce / copies));
  const fitting = Math.min(mostPicturesPerShard, Math.floor(mostShardBytes / (4 * dimensions * copies)));
  const picturesPerShard = picturesPerBatch * Math.max(1, Math.floor(fitting / picturesPerBatch));
  return { picturesPerBatch, picturesPerShard };
}

/** Parts of `length`, the last one may be shorter. */
export function chunks<T>(items: readonly T[], length: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length));
}
