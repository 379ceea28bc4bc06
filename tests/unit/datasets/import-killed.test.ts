/** A process that imports is killed (SIGKILL) at random moments; going on gives what an undisturbed import gives. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Random } from '../../../main/base/random.ts';
import { localDecoder } from '../../../main/datasets/decoder.ts';
import { importPictures } from '../../../main/datasets/import.ts';
import { imagesFolder, manifestPath } from '../../../main/datasets/layout.ts';
import { readManifest, usedPictures } from '../../../main/datasets/manifest.ts';
import { zipOf } from '../../corpus/archives.ts';
import { gradient } from '../../corpus/pictures.ts';
import { datasetOnDisk, settings, writeFiles } from '../../support/datasets.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { datasetFolders, javascriptOf } from '../../support/javascript.ts';

const importer = `
import { importPictures } from './main/datasets/import.js';
import { localDecoder } from './main/datasets/decoder.js';
const options = JSON.parse(process.argv[2]);
await importPictures({ ...options, decoder: localDecoder(2), onProgress: ({ done }) => process.stdout.write(done + '\\n') });
process.stdout.write('finished\\n');
`;

test('killed again and again, an import still ends with the same rows and the same pictures', async () => {
  const folder = await temporaryFolder();
  const archive = join(folder, 'z.zip');
  const packed: { name: string; bytes: Buffer }[] = [];
  for (let i = 0; i < 240; i++) {
    const bytes = await gradient(60 + (i % 50), 50, i)
      .jpeg()
      .toBuffer();
    await writeFiles(folder, { [`${i % 7}/${i}.jpg`]: i % 40 === 3 ? bytes.subarray(0, bytes.length / 2) : bytes });
    if (i % 9 === 0) await writeFiles(folder, { [`again/${i}.jpg`]: bytes, [`${i % 7}/${i}.txt`]: 'a caption' });
    if (i % 6 === 0)
      packed.push({
        name: `${i}.png`,
        bytes: await gradient(40, 40, i + 1000)
          .png()
          .toBuffer(),
      });
  }
  await writeFile(archive, await zipOf(packed));
  const source = { kind: 'paths' as const, paths: [folder, archive] };

  const whole = await temporaryFolder();
  const { counts } = await importPictures({ project: whole, source, settings, decoder: localDecoder() });

  const program = await javascriptOf(datasetFolders);
  await writeFile(join(program, 'importer.js'), importer);
  const project = await temporaryFolder();
  const random = new Random({ seed: 1, stream: 'test', index: 0 });
  let kills = 0;
  let wasTorn = false;
  for (let finished = false; !finished;) {
    const options = JSON.stringify({ project, source, settings });
    const child = spawn(process.execPath, [join(program, 'importer.js'), options], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    // The clock of a kill starts with the first sign of life, so that every attempt gets somewhere.
    child.stdout.once('data', () => {
      if (kills < 5) setTimeout(() => child.kill('SIGKILL'), random.uniform(0, 150));
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    finished = output.endsWith('finished\n') && signal === null;
    if (!finished) {
      expect({ signal, code, errors }).toEqual({ signal: 'SIGKILL', code: null, errors: '' });
      kills++;
      // At no moment is there a row without its picture.
      const files = new Set(await readdir(imagesFolder(project)));
      const lost = usedPictures(await readManifest(project)).filter(({ id }) => !files.has(`${id}.png`));
      expect(lost).toEqual([]);
      // What a kill in the middle of a line would leave; reads and goes on as if the row were not there.
      if (kills === 3) {
        const text = await readFile(manifestPath(project), 'utf8');
        await writeFile(manifestPath(project), text.slice(0, -40));
        wasTorn = true;
      }
    }
  }
  expect(kills).toBeGreaterThanOrEqual(3);
  expect(wasTorn).toBe(true);
  expect(counts).toMatchObject({ used: 274, quarantined: 6 });
  expect(await datasetOnDisk(project)).toEqual(await datasetOnDisk(whole));
});
