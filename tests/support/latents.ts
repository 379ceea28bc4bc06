/** Made-up latents on disk, complete with statistics, as encoding leaves them. */
import { fillNormal } from '../../main/base/random.ts';
import { finishLatents } from '../../main/latents/finish.ts';
import { encodingOptionsSchema } from '../../main/latents/schema.ts';
import type { LatentManifest } from '../../main/latents/schema.ts';
import { writeManifest, writeShard } from '../../main/latents/store.ts';
import type { Rows } from '../../main/latents/measure/rows.ts';
import { makeFolder } from '../../main/storage/files.ts';

/** Of a set without shards. */
export const emptyManifest = (
  shape: LatentManifest['shape'],
  changes: Partial<LatentManifest> = {},
): LatentManifest => ({
  ...{ key: 'made-up', vae: { name: 'starter', hash: '0' }, datasetHash: '0', pictureSize: 8 * shape[1], shape },
  ...encodingOptionsSchema.parse({}),
  ...{ reused: 0, retried: 0, leftOut: [], shards: [], complete: false },
  ...changes,
});

/** `count` latents of this shape in `folder`: bell curves with a different mean for each element. */
export async function madeUpLatents(
  folder: string,
  count: number,
  shape: readonly [number, number, number],
  changes: Partial<LatentManifest> = {},
): Promise<void> {
  const dimensions = shape[0] * shape[1] * shape[2];
  const latents = new Float32Array(count * dimensions);
  fillNormal(latents, { seed: 1, stream: 'test', index: 0 });
  const file = 'shard-00000.safetensors';
  const manifest = emptyManifest([...shape] as [number, number, number], {
    shards: [{ file, pictures: Array.from({ length: count }, (_, i) => i.toString(16).padStart(16, '0')) }],
    ...changes,
  });
  await makeFolder(folder);
  await writeShard(
    folder,
    file,
    latents.map((value, i) => value + (i % dimensions) / dimensions),
    manifest,
  );
  await writeManifest(folder, manifest);
  await finishLatents(folder, manifest, () => new Date(0));
}

/** Rows of latents that are in memory, `rowsPerBlock` of them in a block. */
export function rowsInMemory(
  values: Float32Array,
  shape: Rows['shape'],
  { copies = 1, rowsPerBlock = Infinity }: { readonly copies?: number; readonly rowsPerBlock?: number } = {},
): Rows {
  const dimensions = shape[0] * shape[1] * shape[2];
  const rows = values.length / dimensions;
  const part = (from: number, count: number) =>
    values.subarray(from * dimensions, Math.min(from + count, rows) * dimensions);
  return {
    ...{ pictures: rows / copies, copies, shape },
    async *pass(blocks) {
      for (let firstRow = 0; firstRow < rows; firstRow += Math.min(rowsPerBlock, rows)) {
        const memory = await blocks.take();
        const block = part(firstRow, rowsPerBlock);
        memory.set(block);
        yield { values: memory.subarray(0, block.length), firstRow, memory };
      }
    },
    sample: async (groups, count) =>
      Array.from({ length: groups }, (_, group) =>
        part(Math.floor((group * Math.max(0, rows - count)) / Math.max(1, groups - 1)), count),
      ),
  };
}
