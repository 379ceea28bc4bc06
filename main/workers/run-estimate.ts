/** What the engine knows of a run before it starts: its model and data, and what it needs on the device. */
import type { Device } from '../engine/contract.ts';
import { copiesIn, picturesIn } from '../latents/schema.ts';
import type { LatentManifest } from '../latents/schema.ts';
import { networkSpecs } from '../models/network.ts';
import { countParameters } from '../models/parameters.ts';
import { networkOf } from '../training/classes.ts';
import { chooseMicroBatch, planMemory, remediesFor } from '../training/memory.ts';
import type { Remedy, RunData } from '../training/outlook-schema.ts';
import { heldOutCount } from '../training/plan.ts';
import type { MemoryPlan, RunConfig } from '../training/schema.ts';

export interface RunEstimateParts {
  readonly memory: MemoryPlan;
  readonly remedies: Remedy[];
  readonly data: RunData;
}

/** `config` has its number of classes. */
export async function estimateRun(
  device: Device,
  config: RunConfig,
  latents: Pick<LatentManifest, 'shape' | 'shards' | 'flip'>,
): Promise<RunEstimateParts> {
  const { shape } = latents;
  const planned = { traits: await device.traits({}), memory: await device.memory({}) };
  const memory = chooseMicroBatch(config, shape, planned);
  const pictures = picturesIn(latents);
  const heldOutPictures = heldOutCount(pictures);
  return {
    memory,
    remedies: remediesFor(config, memory, (changed, rows) => planMemory(changed, shape, planned, rows)),
    data: {
      parameters: countParameters(networkSpecs(networkOf(config), shape)),
      latentShape: [...shape],
      trainingPictures: pictures - heldOutPictures,
      ...(latents.flip ? { copies: copiesIn(latents) } : {}),
      heldOutPictures,
    },
  };
}
