/** The VAEs that ship with the studio, as the list shows them. Reads no weights. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile, withFileErrors } from '../storage/files.ts';
import { countOf } from '../storage/safetensors-header.ts';
import { openSafetensors } from '../storage/safetensors.ts';
import { vaeCatalogue } from './catalogue.ts';
import type { VaeInfo } from './schema.ts';
import { starterConfig } from './starter.ts';

export const starterPath = (resources: string): string => join(resources, 'vae', 'starter.safetensors');

export async function shippedVaes(resources: string): Promise<VaeInfo[]> {
  const path = starterPath(resources);
  const file = await openSafetensors(path);
  await file.close();
  return Promise.all(
    vaeCatalogue.map(async (entry) => ({
      ...entry,
      origin: 'shipped' as const,
      hash: (await sha256OfFile(path)).slice(0, 16),
      latentChannels: starterConfig.latentChannels,
      reduction: starterConfig.reduction,
      parameters: [...file.entries.values()].reduce((sum, { shape }) => sum + countOf(shape), 0),
      bytes: (await withFileErrors(path, () => stat(path))).size,
    })),
  );
}
