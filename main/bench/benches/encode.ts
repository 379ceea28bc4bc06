/** Encoding pictures, from PNG files or from their pixels to latents on disk, and decoding latents to pixels, with the starter VAE or a well-known one. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace } from '../../datasets/drawn/faces.ts';
import { encodePng } from '../../datasets/sharp.ts';
import { hold } from '../contest.ts';
import type { Contest } from '../contest.ts';
import type { BenchContext } from '../options.ts';
import type { Result } from '../result.ts';
import { peerVae, workload } from '../vaes.ts';

async function drawPictures(folder: string, count: number, size: number): Promise<string[]> {
  const files = Array.from({ length: count }, (_, index) => `${index}.png`);
  for (const [index, file] of files.entries())
    await writeFile(join(folder, file), await encodePng(drawFace({ seed: 0, index, size }), size, size));
  return files;
}

/** A round of a large VAE takes many seconds, so that a few say enough. */
const roundsOf = ({ options, rounds }: BenchContext): Contest['rounds'] =>
  options.vae === 'starter' ? rounds : { ...rounds, rounds: Math.min(rounds.rounds, 5), warmUp: 1 };

async function measured(
  context: BenchContext,
  contest: Pick<Contest, 'name' | 'ours' | 'peer'>,
  setting: { readonly pictures: number; readonly batch?: number; readonly from?: 'files' | 'pixels' },
): Promise<Result[]> {
  const { device, vae, size } = context.options;
  const { result } = await hold({
    ...context,
    ...contest,
    device,
    setting: { vae, size, ...setting },
    rounds: roundsOf(context),
    // The same pictures (or latents) and weights; float32 sums in other orders.
    agreement: { values: 1, tolerance: 1e-4 },
  });
  const perSecond = (ms: number) => (1000 * setting.pictures) / ms;
  const peer = result.peer_ms === null ? {} : { peer_per_second: perSecond(result.peer_ms) };
  return [{ ...result, per_second: perSecond(result.ms), ...peer }];
}

export async function encodeBench(context: BenchContext): Promise<Result[]> {
  const { device, resources, vae, size } = context.options;
  const { pictures } = workload(vae, size);
  const folder = await mkdtemp(join(tmpdir(), 'cauchy-bench-'));
  try {
    const files = await drawPictures(folder, pictures, size);
    const paths = files.map((file) => join(folder, file));
    const { batch } = workload(vae, size);
    const results: Result[] = [];
    for (const from of ['files', 'pixels'] as const) {
      const ours = await context.ours('encode', { device, resources, vae, folder, files, size, from });
      const spec = { device, vae: peerVae(vae, resources), paths, batch, from };
      const peer = await context.peer('PyTorch eager', 'encode', spec);
      results.push(...(await measured(context, { name: 'encode', ours, peer }, { pictures, from })));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function decodeBench(context: BenchContext): Promise<Result[]> {
  const { device, resources, vae, size } = context.options;
  const work = workload(vae, size);
  const ours = await context.ours('decode', { device, resources, vae, size, ...work });
  const peer = await context.peer('PyTorch eager', 'decode', { device, vae: peerVae(vae, resources), size, ...work });
  return measured(context, { name: 'decode', ours, peer }, work);
}
