/** VAEs for tests: a tiny one with one weight changed, so of other bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHalf } from '../../main/storage/half.ts';
import { openSafetensors } from '../../main/storage/safetensors.ts';

export const resources = join(import.meta.dirname, '..', '..', 'resources');
/** Folders as diffusers writes them. */
const golden = join(import.meta.dirname, '..', 'golden', 'vaes');
export const tinyFolder = join(golden, 'tiny-f16');
export const klFolder = join(golden, 'kl-f32');

/** Writes a VAE (float16, in need of no config.json) with `first` as the first of its weights; returns the tensor's name. */
export async function writeOtherVae(path: string, first = 0.25): Promise<string> {
  const origin = join(tinyFolder, 'diffusion_pytorch_model.safetensors');
  const file = await openSafetensors(origin);
  await file.close();
  const bytes = readFileSync(origin);
  bytes.writeUInt16LE(toHalf(first), 8 + Number(bytes.readBigUInt64LE()));
  writeFileSync(path, bytes);
  return [...file.entries.values()].find(({ begin }) => begin === 0)!.name;
}
