/** What tests of datasets share: a decoder that can be watched and slowed, and a dataset's whole state on disk. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { localDecoder } from '../../main/datasets/decoder.ts';
import type { PictureDecoder } from '../../main/datasets/decoder.ts';
import type { DecodeRequest } from '../../main/datasets/protocol.ts';
import type { PictureSettings } from '../../main/datasets/schema.ts';

export const settings: PictureSettings = { size: 32, framing: 'crop', background: '#ffffff' };

/** The local decoder, which also keeps what it was asked and waits `delay(index)` milliseconds before each answer. */
export function watchedDecoder(delay: (index: number) => number = () => 0): PictureDecoder & {
  readonly requests: DecodeRequest[];
  readonly mostAtOnce: () => number;
} {
  const { concurrency, decode } = localDecoder(2);
  const requests: DecodeRequest[] = [];
  let [now, most] = [0, 0];
  return {
    concurrency,
    requests,
    mostAtOnce: () => most,
    decode: async (request, options) => {
      most = Math.max(most, ++now);
      const wait = delay(requests.push(request) - 1);
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        return await decode(request, options);
      } finally {
        now--;
      }
    },
  };
}

/** Writes files by their path below `folder`. */
export async function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [path, contents] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
}

/** Everything a project's dataset holds on disk: the manifest's text, and the pictures' bytes by name. */
export async function datasetOnDisk(project: string): Promise<{ manifest: string; images: Record<string, string> }> {
  const folder = join(project, 'dataset', 'images');
  const names = (await readdir(folder)).sort();
  const images: Record<string, string> = {};
  for (const name of names) images[name] = (await readFile(join(folder, name))).toString('base64');
  return { manifest: await readFile(join(project, 'dataset', 'manifest.jsonl'), 'utf8'), images };
}
