/** The device that a benchmark names, in the calling thread: a side has nothing else to do. */
import type { z } from 'zod';
import { studioError } from '../base/errors.ts';
import type { Device } from '../engine/contract.ts';
import { findGraphicsCards } from '../engine/devices/graphics-cards.ts';
import { thisSystem } from '../engine/devices/system.ts';
import { createDevice, findDevices } from '../engine/devices/table.ts';
import { localDevice } from '../engine/local-device.ts';
import { deviceInfoSchema } from '../engine/schema.ts';

export const deviceKindSchema = deviceInfoSchema.shape.kind;
type DeviceKind = z.infer<typeof deviceKindSchema>;

/** Throws `device.unusable` with the reason. */
export async function openDevice(kind: DeviceKind): Promise<Device> {
  const found = await findDevices({ system: thisSystem, cards: await findGraphicsCards(thisSystem) });
  const info = found.find((device) => device.kind === kind);
  if (!info || info.unusable !== undefined)
    throw studioError('device.unusable', { device: info?.name ?? kind, reason: info?.unusable ?? 'It was not found.' });
  return localDevice(await createDevice(info));
}
