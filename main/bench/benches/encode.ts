/** Encoding pictures with the starter VAE, from PNG files to latents. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace } from '../../datasets/drawn/faces.ts';
import { encodePng } from '../../datasets/sharp.ts';
import { hold } from '../contest.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';

const pictures = 500;
const size = 64;

async function drawPictures(folder: string): Promise<string[]> {
  const files = Array.from({ length: pictures }, (_, index) => `${index}.png`);
  for (const [index, file] of files.entries())
    await writeFile(join(folder, file), await encodePng(drawFace({ seed: 0, index, size }), size, size));
  return files;
}

export async function encodeBench(context: BenchContext): Promise<Result[]> {
  const { device, resources } = context.options;
  const folder = await mkdtemp(join(tmpdir(), 'cauchy-bench-'));
  try {
    const files = await drawPictures(folder);
    const { result } = await hold({
      ...context,
      name: 'encode',
      device,
      setting: { pictures, size },
      ours: await context.ours('encode', { device, resources, folder, files, size }),
      peer: await context.peer('PyTorch eager', 'encode', {
        device,
        vae: join(resources, 'vae', 'starter.safetensors'),
        paths: files.map((file) => join(folder, file)),
      }),
      // The same pictures and weights; float32 sums in other orders.
      agreement: { rounds: 1, tolerance: 1e-4 },
    });
    const perSecond = (ms: number) => (1000 * pictures) / ms;
    return [
      {
        ...result,
        per_second: perSecond(result.ms),
        ...(result.peer_ms === null ? {} : { peer_per_second: perSecond(result.peer_ms) }),
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
