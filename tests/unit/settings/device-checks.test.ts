import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DeviceCheck } from '../../../main/engine/schema.ts';
import { DeviceCheckStore } from '../../../main/settings/device-checks.ts';
import { temporaryFolder } from '../../support/folders.ts';

const check: DeviceCheck = {
  at: '2026-01-01T00:00:00.000Z',
  version: '1.2.3',
  name: 'A processor',
  deviations: [],
  gemm: { size: 1024, gflops: 183.5 },
};

it('measurements are found again, each kind’s newest', async () => {
  const settings = join(await temporaryFolder(), 'settings.json');
  const store = await DeviceCheckStore.open(settings);
  expect(store.current).toEqual({});
  await store.put('cpu', check);
  await store.put('webgpu', { ...check, problem: 'It failed.' });
  await store.put('cpu', { ...check, gemm: { size: 256, gflops: 200 } });
  expect((await DeviceCheckStore.open(settings)).current).toEqual({
    cpu: { ...check, gemm: { size: 256, gflops: 200 } },
    webgpu: { ...check, problem: 'It failed.' },
  });
});

it.each([
  ['damaged', '{"schemaVersion":1,"checks":{"cpu":{}}}'],
  ['cut off', '{"schemaVersion":1,'],
  ['of a newer version', '{"schemaVersion":99}'],
])('a file that is %s means that nothing was measured, and is replaced by the next measurement', async (_, text) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'devices.json'), text);
  const store = await DeviceCheckStore.open(join(folder, 'settings.json'));
  expect(store.current).toEqual({});
  await store.put('cpu', check);
  expect(JSON.parse(await readFile(join(folder, 'devices.json'), 'utf8'))).toMatchObject({ checks: { cpu: check } });
});
