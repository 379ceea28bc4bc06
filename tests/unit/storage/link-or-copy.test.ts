import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linkOrCopy } from '../../../main/storage/files.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { mountSmallDisk, whyNoSmallDisk } from '../../support/small-disk.ts';

it('a file gets a second name: the same bytes on the disk, also where the name was in use, and each may go alone', async () => {
  const folder = await temporaryFolder();
  const [from, to] = [join(folder, 'a'), join(folder, 'b')];
  await writeFile(from, 'kept');
  await writeFile(to, 'left behind by a kill');
  await linkOrCopy(from, to);
  expect((await stat(to)).ino).toBe((await stat(from)).ino);
  // Again, as after a kill before anybody wrote it down.
  await linkOrCopy(from, to);
  await rm(from);
  expect(await readFile(to, 'utf8')).toBe('kept');
});

it('is copied to another disk', async (context) => {
  const folder = await temporaryFolder();
  const disk = mountSmallDisk(join(folder, 'disk'), '64k');
  if (!disk) return context.skip(whyNoSmallDisk);
  try {
    await writeFile(join(folder, 'a'), 'copied');
    await linkOrCopy(join(folder, 'a'), join(disk.folder, 'b'));
    expect(await readFile(join(disk.folder, 'b'), 'utf8')).toBe('copied');
  } finally {
    disk.unmount();
  }
});
