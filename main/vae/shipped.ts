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

/** What ships does not change while the studio runs, so it is hashed once and not for every list. */
const known = new Map<string, Promise<VaeInfo[]>>();

export function shippedVaes(resources: string): Promise<VaeInfo[]> {
  const before = known.get(resources);
  if (before) return before;
  const infos = describeShipped(starterPath(resources));
  known.set(resources, infos);
  // A file that could not be read is read again when it is asked for again.
  infos.catch(() => known.delete(resources));
  return infos;
}

async function describeShipped(path: string): Promise<VaeInfo[]> {
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
