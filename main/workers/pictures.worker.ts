/** A picture thread. */
import { readFile } from 'node:fs/promises';
import { workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Handlers } from '../base/rpc.ts';
import { serve, transferring } from '../base/rpc.ts';
import { decodePicture } from '../datasets/decode.ts';
import { loadPicture } from '../datasets/manifest.ts';
import { decodeRgb, encodePng, shareSetUpState } from '../datasets/sharp.ts';
import { drawGrid, gridLayout } from '../gallery/grid.ts';
import { lookForCauses } from '../latents/causes/look.ts';
import { countLevels } from '../latents/pixels.ts';
import { withFileErrors, writeFileAtomic } from '../storage/files.ts';
import { withPngText } from '../storage/png-text.ts';
import { picturesContract } from './pictures.contract.ts';
import { ownThreadPort } from './ports.ts';

async function loadTile(path: string): Promise<Uint8Array> {
  const { data } = await decodeRgb(await withFileErrors(path, () => readFile(path)));
  return data;
}

const { sharpSetUp } = z.object({ sharpSetUp: z.instanceof(Int32Array<SharedArrayBuffer>) }).parse(workerData);
shareSetUpState(sharpSetUp);

const handlers: Handlers<typeof picturesContract> = {
  decode: async (request) => decodePicture(request),
  load: async ({ project, picture }) => {
    // A copy of its own: the buffer is handed over, and sharp's may be shared.
    const rgb = new Uint8Array(await loadPicture(project, picture));
    return transferring({ rgb }, [rgb.buffer]);
  },
  countLevels: async ({ project, picture }) => ({ counts: countLevels(await loadPicture(project, picture)) }),
  causes: (request) => lookForCauses(request),
  writeGrid: async ({ path, pictures, size, columns, margin, text }) => {
    const tiles = await Promise.all(
      pictures.map(async (picture) => (typeof picture === 'string' ? await loadTile(picture) : picture)),
    );
    const { width, height } = gridLayout(tiles.length, size, columns, margin);
    const png = Buffer.from(await encodePng(drawGrid(tiles, size, columns, margin), width, height));
    const bytes = text ? withPngText(png, text.keyword, text.value) : png;
    await writeFileAtomic(path, bytes);
    return { width, height, bytes: bytes.length };
  },
  ping: () => ({}),
};

serve(picturesContract, handlers, ownThreadPort());
