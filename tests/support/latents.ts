/** Made-up latents on disk, complete with statistics, as encoding leaves them. */
import { fillNormal } from '../../main/base/random.ts';
import { finishLatents } from '../../main/latents/finish.ts';
import { encodingOptionsSchema } from '../../main/latents/schema.ts';
import type { LatentManifest } from '../../main/latents/schema.ts';
import { writeManifest, writeShard } from '../../main/latents/store.ts';
import { makeFolder } from '../../main/storage/files.ts';

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
  const manifest: LatentManifest = {
    key: 'made-up',
    vae: { name: 'starter', hash: '0' },
    datasetHash: '0',
    pictureSize: 8 * shape[1],
    shape: [...shape] as [number, number, number],
    ...encodingOptionsSchema.parse({}),
    ...{ reused: 0, retried: 0, leftOut: [] },
    shards: [{ file, pictures: Array.from({ length: count }, (_, i) => i.toString(16).padStart(16, '0')) }],
    complete: false,
    ...changes,
  };
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
