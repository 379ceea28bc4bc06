/** The built engine process, started for a device. */
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../main/base/rpc.ts';
import type { DeviceInfo } from '../../../main/engine/schema.ts';
import { spawnEngine } from '../../../main/host/spawn-engine.ts';
import { engineContract } from '../../../main/workers/engine.contract.ts';
import { tinyConfig } from '../../support/training.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const script = join(root, 'dist', 'main', 'workers', 'engine.process.js');
const model = { name: 'Tiny', config: tinyConfig(), shape: [2, 4, 4] as [number, number, number] };

function engineOn(device: DeviceInfo) {
  const { port, kill } = spawnEngine(script, device);
  onTestFinished(kill);
  return connect(engineContract, port).call;
}

it('computes on the device that it was started for', async () => {
  const device: DeviceInfo = { kind: 'webgpu', name: 'Grafik “Größe 2”', memoryBytes: 2 ** 33, driver: '1.0' };
  expect(await engineOn(device)['device.info']({})).toEqual(device);
});

it('that can not be made says why, whatever it is asked, and does not look like a crash', async () => {
  const call = engineOn({ kind: 'tensorflow', name: 'A card' });
  await expect(call['device.info']({})).rejects.toMatchObject({ code: 'device.unusable' });
  const { problem } = await call['device.check']({ resources: join(root, 'resources'), model });
  expect(problem).toMatch(/^TensorFlow can not be used\. /);
});
