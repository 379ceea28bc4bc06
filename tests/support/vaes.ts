/** VAEs for tests: the starter's file with one weight changed, so of other bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toHalf } from '../../main/storage/half.ts';
import { openSafetensors } from '../../main/storage/safetensors.ts';
import { starterPath } from '../../main/vae/shipped.ts';

export const resources = join(import.meta.dirname, '..', '..', 'resources');

/** Writes the starter VAE with `first` as the first of its weights. Returns the name of the tensor that it is of. */
export async function writeOtherVae(path: string, first = 0.25): Promise<string> {
  const file = await openSafetensors(starterPath(resources));
  await file.close();
  const bytes = readFileSync(starterPath(resources));
  bytes.writeUInt16LE(toHalf(first), 8 + Number(bytes.readBigUInt64LE()));
  writeFileSync(path, bytes);
  return [...file.entries.values()].find(({ begin }) => begin === 0)!.name;
}
